// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* gcc's analyzer does not see that table->slab[i] keeps a slab, for an i that it does not know. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define FIRST_BITS 10

void skstat_table_free(struct skstat_table *table)
{
	for (size_t i = 0; i < table->slabs; i++)
		free(table->slab[i]);
	free(table->slab);
	free(table->place);
	memset(table, 0, sizeof(*table));
}

/* Twice the places. The hash is in the place: no entry is touched. */
static int table_grow(struct skstat_table *table)
{
	unsigned int bits = table->place ? table->bits + 1 : FIRST_BITS;
	size_t mask = ((size_t)1 << bits) - 1;
	uint64_t *place;

	if (bits > 31)
		return -1;
	place = calloc((size_t)1 << bits, sizeof(*place));
	if (!place)
		return -1;
	for (size_t i = 0; table->place && i < (size_t)1 << table->bits; i++) {
		size_t at = (table->place[i] >> 32) >> (32 - bits);

		if (!table->place[i])
			continue;
		while (place[at])
			at = (at + 1) & mask;
		place[at] = table->place[i];
	}
	free(table->place);
	table->place = place;
	table->bits = bits;
	return 0;
}

static int slab_add(struct skstat_table *table)
{
	struct skstat_entry *slab = calloc(SKSTAT_SLAB, sizeof(*slab));
	struct skstat_entry **list = realloc(table->slab, (table->slabs + 1) * sizeof(*list));

	if (list)
		table->slab = list;
	if (!list || !slab) {
		free(slab);
		return -1;
	}
	table->slab[table->slabs] = slab;
	table->slabs++;
	return 0;
}

struct skstat_entry *skstat_table_insert(struct skstat_table *table, uint64_t cookie)
{
	uint32_t hash = skstat_table_hash(cookie), index;
	struct skstat_entry *entry;

	/* Never more than half full: a search ends after one or two places. */
	if ((!table->place || table->count >= (size_t)1 << (table->bits - 1)) && table_grow(table))
		return NULL;
	if (!table->first_free && table->used == table->slabs * SKSTAT_SLAB && slab_add(table))
		return NULL;
	index = table->first_free ? table->first_free - 1 : table->used++;
	entry = skstat_table_at(table, index);
	if (table->first_free)
		table->first_free = entry->seen;
	memset(entry, 0, sizeof(*entry));
	entry->cookie = cookie;
	table->place[skstat_table_place(table, cookie, hash)] = (uint64_t)hash << 32 | (index + 1);
	table->count++;
	return entry;
}

/* Closes the gap: what stands behind it and would have stood in it, but for another, moves up. */
static void place_clear(struct skstat_table *table, size_t at)
{
	size_t mask = ((size_t)1 << table->bits) - 1;

	for (size_t next = (at + 1) & mask; table->place[next]; next = (next + 1) & mask) {
		size_t home = (table->place[next] >> 32) >> (32 - table->bits);

		if (((next - home) & mask) >= ((next - at) & mask)) {
			table->place[at] = table->place[next];
			at = next;
		}
	}
	table->place[at] = 0;
}

void skstat_table_remove(struct skstat_table *table, struct skstat_entry *entry)
{
	size_t at = skstat_table_place(table, entry->cookie, skstat_table_hash(entry->cookie));
	uint32_t number = (uint32_t)table->place[at];

	place_clear(table, at);
	entry->kind = SKSTAT_KIND_UNSPEC;
	entry->membership = NULL;
	entry->seen = table->first_free;
	table->first_free = number;
	table->count--;
}

size_t skstat_table_bytes(const struct skstat_table *table)
{
	return table->slabs * (SKSTAT_SLAB * sizeof(**table->slab) + sizeof(*table->slab)) +
	       (table->place ? sizeof(*table->place) << table->bits : 0);
}
