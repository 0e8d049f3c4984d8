// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "must.h"

struct table {
	const char *name;
	uint8_t column[SKSTAT_KEY_COLUMNS];
};

#define TABLE(id, NAME, name_, PROBE, metric, help, a, b, c, d, e)                                                 \
	[id] = { #name_, { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c, SKSTAT_COLUMN_##d,             \
			   SKSTAT_COLUMN_##e } },
static const struct table tables[__SKSTAT_TABLE_MAX] = { SKSTAT_TABLES(TABLE) };

static void cells_take(const struct skstat_attr *attr, void *arg)
{
	size_t count = attr->length / sizeof(struct skstat_cell);
	struct counters *counters = arg;

	/* The buffer is aligned, so this is about the place in the datagram. */
	if ((uintptr_t)attr->data % 8)
		KEYED_WRONG(&counters->dump, "cells do not begin on 8 bytes");
	if (!count || attr->length % sizeof(struct skstat_cell))
		KEYED_WRONG(&counters->dump, "cells of %zu bytes", (size_t)attr->length);
	if (counters->cells + count > counters->room) {
		counters->room = 2 * (counters->cells + count);
		counters->cell = must_have(realloc(counters->cell, counters->room * sizeof(*counters->cell)));
	}
	memcpy(counters->cell + counters->cells, attr->data, count * sizeof(*counters->cell));
	counters->cells += count;
}

const struct skstat_cell *counters_find(const struct counters *counters, enum skstat_table_id table, const uint32_t *key,
					size_t columns)
{
	for (size_t i = 0; i < counters->cells; i++)
		if (counters->cell[i].table == table && !memcmp(counters->cell[i].key, key, columns * sizeof(*key)))
			return &counters->cell[i];
	return NULL;
}

static void cells_check(struct counters *counters)
{
	struct keyed_dump *dump = &counters->dump;
	uint64_t used = 0;

	for (size_t i = 0; i < counters->cells; i++) {
		const struct skstat_cell *cell = &counters->cell[i];

		if (!cell->table || cell->table >= __SKSTAT_TABLE_MAX) {
			KEYED_WRONG(dump, "a cell of table %u", cell->table);
			continue;
		}
		if (!cell->count)
			KEYED_WRONG(dump, "%s: a cell that was never met", tables[cell->table].name);
		if (counters_find(counters, cell->table, cell->key, SKSTAT_KEY_COLUMNS) != cell)
			KEYED_WRONG(dump, "%s: a key came twice", tables[cell->table].name);
		keyed_check(dump, tables[cell->table].name, tables[cell->table].column, cell->key);
		used += !keyed_is_other(cell->key, SKSTAT_KEY_COLUMNS);
	}
	keyed_check_used(dump, used);
}

static void growth_check(struct counters *counters, const struct skstat_cell *before, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct skstat_cell *was = &before[i];
		const struct skstat_cell *cell = counters_find(counters, was->table, was->key, SKSTAT_KEY_COLUMNS);

		if (!cell)
			KEYED_WRONG(&counters->dump, "a cell of table %u has gone", was->table);
		else if (cell->count < was->count)
			KEYED_WRONG(&counters->dump, "a count of table %u went from %lu to %lu", was->table,
				    (uint64_t)was->count, (uint64_t)cell->count);
	}
}

void counters_open(struct counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	keyed_dump_open(&counters->dump, SKSTAT_CMD_COUNTER, cells_take, counters);
}

void counters_close(struct counters *counters)
{
	keyed_dump_close(&counters->dump);
	free(counters->cell);
	memset(counters, 0, sizeof(*counters));
}

const char *counters_read(struct counters *counters)
{
	uint64_t instance = counters->dump.total[SKSTAT_COUNTER_TOTALS_INSTANCE];
	struct skstat_cell *before = counters->cell;
	size_t count = counters->cells;

	counters->cell = NULL;
	counters->cells = counters->room = 0;
	keyed_dump_read(&counters->dump);
	cells_check(counters);
	if (counters->dump.total[SKSTAT_COUNTER_TOTALS_INSTANCE] == instance)
		growth_check(counters, before, count);
	free(before);
	return counters->dump.wrong[0] ? counters->dump.wrong : NULL;
}

uint64_t counters_other(const struct counters *counters, enum skstat_table_id table)
{
	static const uint32_t other[SKSTAT_KEY_COLUMNS] = { SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER,
							    SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER };
	const struct skstat_cell *cell = counters_find(counters, table, other, SKSTAT_KEY_COLUMNS);

	return cell ? cell->count : 0;
}

uint64_t counters_sum(const struct counters *counters, enum skstat_table_id table)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < counters->cells; i++)
		if (counters->cell[i].table == table)
			sum += counters->cell[i].count;
	return sum;
}
