// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

#define BITS_AT_FIRST 5

_Static_assert(__SKSTAT_TABLE_MAX <= SKSTAT_CELLS_TABLES && __SKSTAT_HISTOGRAM_MAX <= SKSTAT_CELLS_TABLES,
	       "there are more tables than there is room for");

const struct skstat_cell_shape skstat_cells_counted = {
	.table = skstat_cell_tables,
	.tables = __SKSTAT_TABLE_MAX,
	.values = 1,
};

const struct skstat_cell_shape skstat_cells_measured = {
	.table = skstat_hist_tables,
	.tables = __SKSTAT_HISTOGRAM_MAX,
	.values = SKSTAT_MEASURED_VALUES,
	.round = true,
};

static size_t entry_size(const struct skstat_cells *cells)
{
	return sizeof(struct skstat_cell_entry) + 2 * cells->shape->values * sizeof(uint64_t);
}

static struct skstat_cell_entry *entry_at(const struct skstat_cells *cells, size_t index)
{
	return (void *)((char *)cells->entry + index * entry_size(cells));
}

static const struct skstat_cell_table *table_of(const struct skstat_cells *cells, const struct skstat_cell_entry *entry)
{
	return &cells->shape->table[entry->table];
}

void skstat_cells_forget(struct skstat_cells *cells)
{
	cells->count = 0;
	if (cells->place)
		memset(cells->place, 0, sizeof(*cells->place) << cells->bits);
	skstat_cell_names_free(&cells->names);
}

void skstat_cells_free(struct skstat_cells *cells)
{
	free(cells->entry);
	free(cells->place);
	skstat_cell_names_free(&cells->names);
	for (size_t table = 0; table < SKSTAT_CELLS_TABLES; table++)
		skstat_cell_series_free(&cells->family[table]);
	*cells = (struct skstat_cells){ .shape = cells->shape, .limit = cells->limit, .memory = cells->memory };
}

/* Table and key are 24 bytes: three rounds. Numbers in keys are small, and differ in their low bits. */
static size_t place_of(const struct skstat_cells *cells, const uint32_t table, const uint32_t *key)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	uint64_t hash = ((uint64_t)table << 32 | key[0]) * odd;

	hash = ((hash ^ hash >> 29) + ((uint64_t)key[1] << 32 | key[2])) * odd;
	hash = ((hash ^ hash >> 29) + ((uint64_t)key[3] << 32 | key[4])) * odd;
	return hash >> (64 - cells->bits);
}

static bool is_key(const struct skstat_cell_entry *entry, uint32_t table, const uint32_t *key)
{
	return entry->table == table && memcmp(entry->key, key, sizeof(entry->key)) == 0;
}

/* NULL: there is none; *place is where it would be. There are places. */
static struct skstat_cell_entry *find(const struct skstat_cells *cells, uint32_t table, const uint32_t *key,
				      size_t *place)
{
	size_t mask = ((size_t)1 << cells->bits) - 1;

	for (*place = place_of(cells, table, key); cells->place[*place]; *place = (*place + 1) & mask) {
		struct skstat_cell_entry *entry = entry_at(cells, cells->place[*place] - 1);

		if (is_key(entry, table, key))
			return entry;
	}
	return NULL;
}

/* Twice as many places, and half as many entries. 0 or -ENOMEM. */
static int grow(struct skstat_cells *cells)
{
	unsigned int bits = cells->bits ? cells->bits + 1 : BITS_AT_FIRST;
	size_t room = (size_t)1 << (bits - 1), mask = ((size_t)1 << bits) - 1;
	void *entry = realloc(cells->entry, room * entry_size(cells));
	uint32_t *place = calloc((size_t)1 << bits, sizeof(*place));

	if (entry)
		cells->entry = entry;
	if (!entry || !place) {
		free(place);
		return -ENOMEM;
	}
	free(cells->place);
	cells->place = place;
	cells->bits = bits;
	cells->room = room;
	for (size_t i = 0; i < cells->count; i++) {
		const struct skstat_cell_entry *of = entry_at(cells, i);
		size_t at = place_of(cells, of->table, of->key);

		while (place[at])
			at = (at + 1) & mask;
		place[at] = (uint32_t)i + 1;
	}
	return 0;
}

static struct skstat_cell_entry *add(struct skstat_cells *cells, uint32_t table, const uint32_t *key)
{
	struct skstat_cell_entry *entry;
	size_t place;

	if (cells->count == cells->room && grow(cells))
		return NULL;
	find(cells, table, key, &place);
	entry = entry_at(cells, cells->count++);
	cells->place[place] = (uint32_t)cells->count;
	memset(entry, 0, entry_size(cells));
	entry->table = table;
	memcpy(entry->key, key, sizeof(entry->key));
	entry->fresh = true;
	return entry;
}

void skstat_cells_begin(struct skstat_cells *cells, uint64_t held)
{
	/* 0 means never. */
	if (!++cells->reading)
		cells->reading = 1;
	cells->held = held;
}

int skstat_cells_take(struct skstat_cells *cells, uint32_t table, const uint32_t key[SKSTAT_KEY_COLUMNS],
		      const uint64_t *value)
{
	const uint32_t values = cells->shape->values;
	struct skstat_cell_entry *entry = NULL;
	size_t place;

	if (!(cells->held & cells->shape->table[table].probe))
		return 0;
	if (cells->bits)
		entry = find(cells, table, key, &place);
	if (!entry)
		entry = add(cells, table, key);
	if (!entry)
		return -ENOMEM;
	if (entry->reading != cells->reading)
		memset(entry->value, 0, values * sizeof(*value));
	entry->reading = cells->reading;
	for (uint32_t i = 0; i < values; i++)
		entry->value[i] += value[i];
	return 0;
}

static bool is_other(const struct skstat_cell_entry *entry, const struct skstat_cell_table *table)
{
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE; i++)
		if (entry->key[i] != SKSTAT_KEY_OTHER)
			return false;
	return true;
}

/* Which series it counts into from now on; NULL for now: no name, no memory. */
static struct skstat_cell_series *series_find(struct skstat_cells *cells, struct skstat_cell_entry *entry,
					      const struct skstat_namespaces *namespaces)
{
	const struct skstat_cell_table *table = table_of(cells, entry);
	struct skstat_cell_family *family = &cells->family[entry->table];
	struct skstat_cell_text text;

	if (is_other(entry, table))
		return skstat_cell_series_other(family, table, cells->shape->values);
	if (!skstat_cell_text_make(&text, table, entry->key, &cells->names, namespaces, entry->waited)) {
		entry->waited = true;
		return NULL;
	}
	return skstat_cell_series_admit(family, table, &text, cells->shape->values, cells->limit,
					cells->memory);
}

/* What has come since goes into its series. */
static void entry_add(const struct skstat_cell_shape *shape, struct skstat_cell_entry *entry)
{
	uint64_t *sum = entry->series->value;
	uint64_t *taken = entry->value + shape->values;

	for (uint32_t i = 0; i < shape->values; i++) {
		bool last = i == shape->values - 1;
		uint64_t more = entry->value[i] - taken[i];

		taken[i] = entry->value[i];
		/* The module's never go back, but where they go round; should they, what is lost is not made up. */
		if (more > INT64_MAX && !(last && shape->round))
			continue;
		entry->series->carries += __builtin_add_overflow(sum[i], more, &sum[i]) && last;
	}
}

static void entry_count(struct skstat_cells *cells, struct skstat_cell_entry *entry,
			const struct skstat_namespaces *namespaces)
{
	const uint32_t values = cells->shape->values;

	if (entry->fresh && !(cells->baseline & table_of(cells, entry)->probe))
		memcpy(entry->value + values, entry->value, values * sizeof(*entry->value));
	entry->fresh = false;
	if (!entry->series)
		entry->series = series_find(cells, entry, namespaces);
	if (entry->series)
		entry_add(cells->shape, entry);
}

/* Whether something in its key is called differently by now. */
static bool is_renamed(const struct skstat_cells *cells, const struct skstat_cell_entry *entry)
{
	const struct skstat_cell_table *table = table_of(cells, entry);

	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE; i++) {
		const struct skstat_cell_name *name =
			skstat_cell_names_find(&cells->names, table->column[i], entry->key[i]);

		if (name && name->changed)
			return true;
	}
	return false;
}

static void rename_all(struct skstat_cells *cells)
{
	for (size_t i = 0; i < cells->count; i++) {
		struct skstat_cell_entry *entry = entry_at(cells, i);

		if (entry->series && is_renamed(cells, entry))
			entry->series = NULL;
	}
	skstat_cell_names_settle(&cells->names);
}

void skstat_cells_end(struct skstat_cells *cells, const struct skstat_namespaces *namespaces, bool whole)
{
	if (!whole)
		return;
	if (cells->names.changed)
		rename_all(cells);
	for (size_t i = 0; i < cells->count; i++) {
		struct skstat_cell_entry *entry = entry_at(cells, i);

		if (entry->reading == cells->reading)
			entry_count(cells, entry, namespaces);
	}
	cells->baseline |= cells->held;
	cells->shown |= cells->held;
}

size_t skstat_cells_bytes(const struct skstat_cells *cells)
{
	size_t bytes = cells->room * entry_size(cells) + skstat_cell_names_bytes(&cells->names);

	if (cells->place)
		bytes += sizeof(*cells->place) << cells->bits;
	for (size_t table = 0; table < SKSTAT_CELLS_TABLES; table++)
		bytes += skstat_cell_series_bytes(&cells->family[table]);
	return bytes;
}
