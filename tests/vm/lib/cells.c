// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "cells.h"
#include "dump.h"
#include "must.h"

#define TABLE_COLUMNS(id, NAME, name, PROBE, metric, help, a, b, c, d, e)                                       \
	[id] = { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c, SKSTAT_COLUMN_##d, SKSTAT_COLUMN_##e },

static const enum skstat_key_column columns[__SKSTAT_TABLE_MAX][SKSTAT_KEY_COLUMNS] = { SKSTAT_TABLES(TABLE_COLUMNS) };

/* --- reading */

static int cell_take(const struct skstat_cell *cell, void *arg)
{
	struct cells_reading *reading = &((struct cells *)arg)->now;

	if (reading->count == reading->room) {
		reading->room = reading->room ? 2 * reading->room : 256;
		reading->cell = must_have(realloc(reading->cell, reading->room * sizeof(*reading->cell)));
	}
	reading->cell[reading->count++] = *cell;
	return 0;
}

static int name_take(const struct skstat_counter_name *name, void *arg)
{
	return key_name_take(name, &((struct cells *)arg)->names);
}

static void cells_read(struct cells *cells)
{
	const struct skstat_counter_reader reader = { .cell = cell_take, .name = name_take, .arg = cells };
	struct skstat_error error = { 0 };

	cells->now.count = 0;
	cells->names.count = 0;
	cells->totals = (struct skstat_counter_totals) { 0 };
	if (skstat_netlink_counter(cells->reader, &reader, &cells->totals, &error))
		must_bail(__FILE__, __LINE__, "COUNTER", error.text);
	must_be(cells->totals.complete && !cells->totals.skipped);
}

void cells_mark(struct cells *cells)
{
	struct cells_reading mark = cells->mark;

	cells_read(cells);
	cells->mark = cells->now;
	cells->now = mark;
}

void cells_open(struct cells *cells, uint64_t probes)
{
	struct skstat_error error = { 0 };
	struct skstat_info info;

	*cells = (struct cells) { .holder = dump_connect(), .reader = dump_connect() };
	if (skstat_netlink_info(cells->reader, &info, &error))
		must_bail(__FILE__, __LINE__, "INFO", error.text);
	for (unsigned int id = 0; id < __SKSTAT_PROBE_MAX; id++)
		if (!info.probe[id].available)
			probes &= ~(1ull << id);
	if (skstat_netlink_probe_set(cells->holder, probes, 0, &error))
		must_bail(__FILE__, __LINE__, "PROBE_SET", error.text);
	cells_mark(cells);
}

void cells_close(struct cells *cells)
{
	skstat_netlink_close(cells->holder);
	skstat_netlink_close(cells->reader);
	free(cells->now.cell);
	free(cells->mark.cell);
	key_names_free(&cells->names);
	*cells = (struct cells) { 0 };
}

/* --- since the mark */

static uint64_t cell_growth(const struct cells *cells, const struct skstat_cell *cell)
{
	for (size_t i = 0; i < cells->mark.count; i++)
		if (cells->mark.cell[i].table == cell->table &&
		    !memcmp(cells->mark.cell[i].key, cell->key, sizeof(cell->key)))
			return cell->count - cells->mark.cell[i].count;
	return cell->count;
}

static uint64_t sum(struct cells *cells, enum skstat_table_id table, const char *selector)
{
	uint64_t sum = 0;

	cells_read(cells);
	for (size_t i = 0; i < cells->now.count; i++)
		if (cells->now.cell[i].table == table &&
		    key_is_meant(&cells->names, columns[table], cells->now.cell[i].key, selector))
			sum += cell_growth(cells, &cells->now.cell[i]);
	return sum;
}

static uint64_t await(struct cells *cells, uint64_t least, enum skstat_table_id table, const char *selector)
{
	uint64_t is = sum(cells, table, selector);

	for (int i = 0; i < 1000 && is < least; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		is = sum(cells, table, selector);
	}
	return is;
}

#define selector_print(selector, format)                                                              \
	do {                                                                                          \
		va_list args;                                                                         \
                                                                                                      \
		va_start(args, format);                                                               \
		must_be(vsnprintf(selector, sizeof(selector), format, args) < (int)sizeof(selector)); \
		va_end(args);                                                                         \
	} while (0)

uint64_t cells_sum(struct cells *cells, enum skstat_table_id table, const char *format, ...)
{
	char selector[512];

	selector_print(selector, format);
	return sum(cells, table, selector);
}

uint64_t cells_await(struct cells *cells, uint64_t least, enum skstat_table_id table, const char *format, ...)
{
	char selector[512];

	selector_print(selector, format);
	return await(cells, least, table, selector);
}

void cells_are(struct cells *cells, uint64_t count, enum skstat_table_id table, const char *format, ...)
{
	char selector[512];
	uint64_t is;

	selector_print(selector, format);
	is = await(cells, count, table, selector);
	if (is == count)
		return;
	cells_show(cells, table);
	fail_msg("%s: %" PRIu64 ", not %" PRIu64, selector, is, count);
}

/* --- for people */

void cells_show(struct cells *cells, enum skstat_table_id table)
{
	cells_read(cells);
	for (size_t i = 0; i < cells->now.count; i++) {
		const struct skstat_cell *cell = &cells->now.cell[i];
		uint64_t growth = cell_growth(cells, cell);

		if (cell->table != table || !growth)
			continue;
		printf("# %" PRIu64 ":", growth);
		key_show(&cells->names, columns[table], cell->key);
		putchar('\n');
	}
}
