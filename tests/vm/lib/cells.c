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
#include "kernel.h"
#include "must.h"

#define TABLE_COLUMNS(id, NAME, name, PROBE, metric, help, a, b, c, d, e)                                       \
	[id] = { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c, SKSTAT_COLUMN_##d, SKSTAT_COLUMN_##e },
#define COLUMN_NAME(NAME, name, help) [SKSTAT_COLUMN_##NAME] = #name,

static const enum skstat_key_column columns[__SKSTAT_TABLE_MAX][SKSTAT_KEY_COLUMNS] = { SKSTAT_TABLES(TABLE_COLUMNS) };
static const char *const column_names[__SKSTAT_COLUMN_MAX] = { SKSTAT_COLUMNS(COLUMN_NAME) };

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
	struct cells *cells = arg;

	if (cells->names == cells->names_room) {
		cells->names_room = cells->names_room ? 2 * cells->names_room : 256;
		cells->name = must_have(realloc(cells->name, cells->names_room * sizeof(*cells->name)));
	}
	cells->name[cells->names++] = *name;
	return 0;
}

static void cells_read(struct cells *cells)
{
	const struct skstat_counter_reader reader = { .cell = cell_take, .name = name_take, .arg = cells };
	struct skstat_error error = { 0 };

	cells->now.count = 0;
	cells->names = 0;
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
	free(cells->name);
	*cells = (struct cells) { 0 };
}

/* --- which are meant */

static bool has_names(enum skstat_key_column column)
{
	return column == SKSTAT_COLUMN_REASON || column == SKSTAT_COLUMN_RST_REASON ||
	       column == SKSTAT_COLUMN_FUNCTION || column == SKSTAT_COLUMN_DEVICE;
}

static bool lacks_reasons(enum skstat_key_column column)
{
	return (column == SKSTAT_COLUMN_REASON && !kernel_since(5, 17)) ||
	       (column == SKSTAT_COLUMN_RST_REASON && !kernel_since(6, 10));
}

static const struct skstat_counter_name *name_of(const struct cells *cells, enum skstat_key_column column, uint32_t id)
{
	for (size_t i = 0; i < cells->names; i++)
		if (cells->name[i].column == column && cells->name[i].id == id)
			return &cells->name[i];
	return NULL;
}

/* `meant`: one of the alternatives. */
static bool name_is(const struct skstat_counter_name *name, const char *meant)
{
	const char *at = strchr(meant, '@');
	size_t length = at ? (size_t)(at - meant) : strlen(meant);
	char end;

	if (strncmp(name->name, meant, length) || (at && strtoull(at + 1, NULL, 10) != name->netns))
		return false;
	end = name->name[length];
	return !end || (end == '.' && name->column == SKSTAT_COLUMN_FUNCTION);
}

static bool value_is_one(const struct cells *cells, enum skstat_key_column column, uint32_t value, const char *meant)
{
	const struct skstat_counter_name *name;

	if (!strcmp(meant, "other"))
		return value == SKSTAT_KEY_OTHER;
	if (!has_names(column))
		return value == strtoul(meant, NULL, 0);
	name = name_of(cells, column, value);
	return name && name_is(name, meant);
}

static bool value_is(const struct cells *cells, enum skstat_key_column column, uint32_t value, const char *meant)
{
	char alternatives[256], *one, *more;

	if (!*meant || lacks_reasons(column))
		return value == 0;
	must_be(snprintf(alternatives, sizeof(alternatives), "%s", meant) < (int)sizeof(alternatives));
	for (one = strtok_r(alternatives, "|", &more); one; one = strtok_r(NULL, "|", &more))
		if (value_is_one(cells, column, value, one))
			return true;
	return false;
}

/* One word of a selector. */
static bool cell_meets(const struct cells *cells, const struct skstat_cell *cell, const char *word)
{
	const char *meant = must_have(strchr(word, '=')) + 1;
	size_t length = (size_t)(meant - 1 - word);

	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS; i++) {
		enum skstat_key_column column = columns[cell->table][i];
		const char *name = column ? column_names[column] : "";

		if (column && strlen(name) == length && !strncmp(name, word, length))
			return value_is(cells, column, cell->key[i], meant);
	}
	must_bail(__FILE__, __LINE__, word, "is no column of that table");
}

static bool cell_is_meant(const struct cells *cells, const struct skstat_cell *cell, const char *selector)
{
	char words[512], *word, *more;

	must_be(snprintf(words, sizeof(words), "%s", selector) < (int)sizeof(words));
	for (word = strtok_r(words, " ", &more); word; word = strtok_r(NULL, " ", &more))
		if (!cell_meets(cells, cell, word))
			return false;
	return true;
}

/* Since the mark. */
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
		if (cells->now.cell[i].table == table && cell_is_meant(cells, &cells->now.cell[i], selector))
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

static void value_show(const struct cells *cells, enum skstat_key_column column, uint32_t value)
{
	const struct skstat_counter_name *name = has_names(column) ? name_of(cells, column, value) : NULL;

	printf(" %s=", column_names[column]);
	if (!name)
		printf(value == SKSTAT_KEY_OTHER ? "other" : "%" PRIu32, value);
	else if (column == SKSTAT_COLUMN_DEVICE)
		printf("%s@%" PRIu64, name->name, name->netns);
	else
		printf("%s", name->name);
}

void cells_show(struct cells *cells, enum skstat_table_id table)
{
	cells_read(cells);
	for (size_t i = 0; i < cells->now.count; i++) {
		const struct skstat_cell *cell = &cells->now.cell[i];
		uint64_t growth = cell_growth(cells, cell);

		if (cell->table != table || !growth)
			continue;
		printf("# %" PRIu64 ":", growth);
		for (size_t k = 0; k < SKSTAT_KEY_COLUMNS; k++)
			if (columns[table][k])
				value_show(cells, columns[table][k], cell->key[k]);
		putchar('\n');
	}
}
