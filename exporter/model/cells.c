// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

#define BITS_AT_FIRST 8

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
	for (size_t table = 0; table < __SKSTAT_TABLE_MAX; table++)
		skstat_cell_series_free(&cells->family[table]);
	memset(cells, 0, sizeof(*cells));
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

static bool is_key(const struct skstat_cell_entry *entry, const struct skstat_cell *cell)
{
	return entry->table == cell->table && memcmp(entry->key, cell->key, sizeof(entry->key)) == 0;
}

/* NULL: there is none; *place is where it would be. There are places. */
static struct skstat_cell_entry *find(const struct skstat_cells *cells, const struct skstat_cell *cell, size_t *place)
{
	size_t mask = ((size_t)1 << cells->bits) - 1;

	for (*place = place_of(cells, cell->table, cell->key); cells->place[*place]; *place = (*place + 1) & mask) {
		struct skstat_cell_entry *entry = &cells->entry[cells->place[*place] - 1];

		if (is_key(entry, cell))
			return entry;
	}
	return NULL;
}

/* Twice as many places, and half as many entries. 0 or -ENOMEM. */
static int grow(struct skstat_cells *cells)
{
	unsigned int bits = cells->bits ? cells->bits + 1 : BITS_AT_FIRST;
	size_t room = (size_t)1 << (bits - 1), mask = ((size_t)1 << bits) - 1;
	struct skstat_cell_entry *entry = realloc(cells->entry, room * sizeof(*entry));
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
		size_t at = place_of(cells, cells->entry[i].table, cells->entry[i].key);

		while (place[at])
			at = (at + 1) & mask;
		place[at] = (uint32_t)i + 1;
	}
	return 0;
}

static struct skstat_cell_entry *add(struct skstat_cells *cells, const struct skstat_cell *cell)
{
	struct skstat_cell_entry *entry;
	size_t place;

	if (cells->count == cells->room && grow(cells))
		return NULL;
	find(cells, cell, &place);
	entry = &cells->entry[cells->count++];
	cells->place[place] = (uint32_t)cells->count;
	memset(entry, 0, sizeof(*entry));
	entry->table = cell->table;
	memcpy(entry->key, cell->key, sizeof(entry->key));
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

int skstat_cells_take(struct skstat_cells *cells, const struct skstat_cell *cell)
{
	struct skstat_cell_entry *entry = NULL;
	size_t place;

	if (!(cells->held & skstat_cell_tables[cell->table].probe))
		return 0;
	if (cells->bits)
		entry = find(cells, cell, &place);
	if (!entry)
		entry = add(cells, cell);
	if (!entry)
		return -ENOMEM;
	if (entry->reading != cells->reading)
		entry->count = 0;
	entry->reading = cells->reading;
	entry->count += cell->count;
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
	const struct skstat_cell_table *table = &skstat_cell_tables[entry->table];
	struct skstat_cell_family *family = &cells->family[entry->table];
	struct skstat_cell_text text;

	if (is_other(entry, table))
		return skstat_cell_series_other(family, table);
	if (!skstat_cell_text_make(&text, table, entry->key, &cells->names, namespaces, entry->waited)) {
		entry->waited = true;
		return NULL;
	}
	return skstat_cell_series_admit(family, table, &text, cells->limit);
}

static void entry_count(struct skstat_cells *cells, struct skstat_cell_entry *entry,
			const struct skstat_namespaces *namespaces)
{
	if (entry->fresh && !(cells->baseline & skstat_cell_tables[entry->table].probe))
		entry->taken = entry->count;
	entry->fresh = false;
	if (!entry->series)
		entry->series = series_find(cells, entry, namespaces);
	if (!entry->series)
		return;
	/* The module's never go back; should they, what is lost is not made up. */
	if (entry->count > entry->taken)
		entry->series->count += entry->count - entry->taken;
	entry->taken = entry->count;
}

/* Whether something in its key is called differently by now. */
static bool is_renamed(const struct skstat_cells *cells, const struct skstat_cell_entry *entry)
{
	const struct skstat_cell_table *table = &skstat_cell_tables[entry->table];

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
	for (size_t i = 0; i < cells->count; i++)
		if (cells->entry[i].series && is_renamed(cells, &cells->entry[i]))
			cells->entry[i].series = NULL;
	skstat_cell_names_settle(&cells->names);
}

void skstat_cells_end(struct skstat_cells *cells, const struct skstat_namespaces *namespaces, bool whole)
{
	if (!whole)
		return;
	if (cells->names.changed)
		rename_all(cells);
	for (size_t i = 0; i < cells->count; i++)
		if (cells->entry[i].reading == cells->reading)
			entry_count(cells, &cells->entry[i], namespaces);
	cells->baseline |= cells->held;
	cells->shown |= cells->held;
}

size_t skstat_cells_bytes(const struct skstat_cells *cells)
{
	size_t bytes = cells->room * sizeof(*cells->entry) + skstat_cell_names_bytes(&cells->names);

	if (cells->place)
		bytes += sizeof(*cells->place) << cells->bits;
	for (size_t table = 0; table < __SKSTAT_TABLE_MAX; table++)
		bytes += skstat_cell_series_bytes(&cells->family[table]);
	return bytes;
}
