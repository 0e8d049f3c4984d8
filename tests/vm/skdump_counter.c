// SPDX-License-Identifier: GPL-2.0
/*
 * skdump counter: what the probes have counted, one JSON object a cell, a name or the totals, as they come. The values
 * of a key are raw, under their columns' names; a column of SKSTAT_KEY_OTHER is "other", one that is 0 is left out.
 */
#include "model/cell_label.h"
#include "skdump.h"
#include "source/netlink.h"

static const char *const columns[] = {
#define COLUMN(NAME, label, help) [SKSTAT_COLUMN_##NAME] = #label,
	SKSTAT_COLUMNS(COLUMN)
#undef COLUMN
};

static int cell_print(const struct skstat_cell *cell, void *arg)
{
	const struct skstat_cell_table *table = &skstat_cell_tables[cell->table];
	json_t *object = json_object();

	(void)arg;
	put(object, "table", json_string(table->name));
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE; i++) {
		if (cell->key[i] == SKSTAT_KEY_OTHER)
			put(object, columns[table->column[i]], json_string("other"));
		else if (cell->key[i])
			put(object, columns[table->column[i]], number(cell->key[i]));
	}
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

void skdump_counter(struct skstat_netlink *netlink)
{
	static const struct skstat_counter_reader reader = { cell_print, name_print, NULL };
	json_t *line = json_object(), *object = json_object();
	struct skstat_counter_totals totals;
	struct skstat_error error;

	check(skstat_netlink_counter(netlink, &reader, &totals, &error), &error);
	put(object, "places", number(totals.places));
	put(object, "used", number(totals.used));
	put(object, "memory", number(totals.memory));
	put(object, "ns", number(totals.ns));
	put(object, "instance", decimal(totals.instance));
	put(line, "totals", object);
	print_line(line);
}
