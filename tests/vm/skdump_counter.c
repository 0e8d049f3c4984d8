// SPDX-License-Identifier: GPL-2.0
/*
 * skdump counter, skdump hist: what the probes have counted, or measured, one JSON object a cell, a name or the totals,
 * as they come. The values of a key are raw, under their columns' names; a column of SKSTAT_KEY_OTHER is "other", one
 * that is 0 is left out. Buckets are under the exponent of their upper edge, in eighths of an octave of the base unit;
 * those that are 0 are left out.
 */
#include <stdio.h>

#include "model/cell_label.h"
#include "skdump.h"
#include "source/netlink.h"

static const char *const columns[] = {
#define COLUMN(NAME, label, help) [SKSTAT_COLUMN_##NAME] = #label,
	SKSTAT_COLUMNS(COLUMN)
#undef COLUMN
};

static void key_put(json_t *object, const struct skstat_cell_table *table, const uint32_t *key)
{
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE; i++) {
		if (key[i] == SKSTAT_KEY_OTHER)
			put(object, columns[table->column[i]], json_string("other"));
		else if (key[i])
			put(object, columns[table->column[i]], number(key[i]));
	}
}

static int cell_print(const struct skstat_cell *cell, void *arg)
{
	const struct skstat_cell_table *table = &skstat_cell_tables[cell->table];
	json_t *object = json_object();

	(void)arg;
	put(object, "table", json_string(table->name));
	key_put(object, table, cell->key);
	put(object, "count", number(cell->count));
	print_line(object);
	return 0;
}

static int name_print(const struct skstat_counter_name *name, void *arg)
{
	json_t *object = json_object();

	(void)arg;
	put(object, "column", json_string(columns[name->column]));
	put(object, "id", number(name->id));
	put(object, "name", json_string(name->name));
	if (name->netns)
		put(object, "netns", number(name->netns));
	print_line(object);
	return 0;
}

static json_t *buckets(const struct skstat_hist *hist)
{
	static const int first[__SKSTAT_HISTOGRAM_MAX] = {
#define FIRST_OF(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) [id] = FIRST,
		SKSTAT_HISTOGRAMS(FIRST_OF)
#undef FIRST_OF
	};
	json_t *object = json_object();
	char edge[16];

	for (int i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++) {
		if (!hist->bucket[i])
			continue;
		snprintf(edge, sizeof(edge), "%d", first[hist->cell.histogram] + i);
		put(object, edge, number(hist->bucket[i]));
	}
	return object;
}

static int hist_print(const struct skstat_hist *hist, void *arg)
{
	const struct skstat_histogram_cell *cell = &hist->cell;
	const struct skstat_cell_table *table = &skstat_hist_tables[cell->histogram];
	json_t *object = json_object();

	(void)arg;
	put(object, "histogram", json_string(table->name));
	key_put(object, table, cell->key);
	put(object, "low", number(cell->low));
	put(object, "buckets", buckets(hist));
	put(object, "high", number(cell->high));
	put(object, "sum", number(cell->sum));
	put(object, "squares_low", number(cell->squares[0]));
	put(object, "squares_high", number(cell->squares[1]));
	print_line(object);
	return 0;
}

static void totals_print(const struct skstat_counter_totals *totals)
{
	json_t *line = json_object(), *object = json_object();

	put(object, "places", number(totals->places));
	put(object, "used", number(totals->used));
	put(object, "memory", number(totals->memory));
	put(object, "ns", number(totals->ns));
	put(object, "instance", decimal(totals->instance));
	put(line, "totals", object);
	print_line(line);
}

void skdump_counter(struct skstat_netlink *netlink)
{
	static const struct skstat_counter_reader reader = { cell_print, name_print, NULL };
	struct skstat_counter_totals totals;
	struct skstat_error error;

	check(skstat_netlink_counter(netlink, &reader, &totals, &error), &error);
	totals_print(&totals);
}

void skdump_hist(struct skstat_netlink *netlink)
{
	static const struct skstat_hist_reader reader = { hist_print, name_print, NULL };
	struct skstat_counter_totals totals;
	struct skstat_error error;

	check(skstat_netlink_hist(netlink, &reader, &totals, &error), &error);
	totals_print(&totals);
}
