// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <skstat/record.h>

#include "table.h"

/* gcc's analyzer does not see that table->slab[i] keeps a slab, for an i that it does not know. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define SLAB_BITS 10 /* entries a slab: as a power of two, so that an index is split without a division */
#define SLAB (1u << SLAB_BITS)
#define FIRST_BITS 10

/* Cookies count up, by CPU: the multiplication spreads them; its upper half is what is good of it. */
static uint32_t hash_of(uint64_t cookie)
{
	return (uint32_t)((cookie * 0x9e3779b97f4a7c15) >> 32);
}

static struct skstat_entry *entry_at(const struct skstat_table *table, uint32_t index)
{
	return &table->slab[index >> SLAB_BITS][index & (SLAB - 1)];
}

void skstat_table_free(struct skstat_table *table)
{
	for (size_t i = 0; i < table->slabs; i++)
		free(table->slab[i]);
	free(table->slab);
	free(table->place);
	memset(table, 0, sizeof(*table));
}

/* Where the cookie is, or the free place where it would be. The table is never full. */
static size_t place_find(const struct skstat_table *table, uint64_t cookie, uint32_t hash)
{
	size_t mask = ((size_t)1 << table->bits) - 1;
	size_t at = hash >> (32 - table->bits);

	for (uint64_t place; (place = table->place[at]); at = (at + 1) & mask)
		if (place >> 32 == hash && entry_at(table, (uint32_t)place - 1)->cookie == cookie)
			break;
	return at;
}

struct skstat_entry *skstat_table_find(const struct skstat_table *table, uint64_t cookie)
{
	uint64_t place;

	if (!table->place)
		return NULL;
	place = table->place[place_find(table, cookie, hash_of(cookie))];
	return place ? entry_at(table, (uint32_t)place - 1) : NULL;
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
	struct skstat_entry *slab = calloc(SLAB, sizeof(*slab));
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
	uint32_t hash = hash_of(cookie), index;
	struct skstat_entry *entry;

	/* Never more than half full: a search ends after one or two places. */
	if ((!table->place || table->count >= (size_t)1 << (table->bits - 1)) && table_grow(table))
		return NULL;
	if (!table->first_free && table->used == table->slabs * SLAB && slab_add(table))
		return NULL;
	index = table->first_free ? table->first_free - 1 : table->used++;
	entry = entry_at(table, index);
	if (table->first_free)
		table->first_free = entry->seen;
	memset(entry, 0, sizeof(*entry));
	entry->cookie = cookie;
	table->place[place_find(table, cookie, hash)] = (uint64_t)hash << 32 | (index + 1);
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
	size_t at = place_find(table, entry->cookie, hash_of(entry->cookie));
	uint32_t number = (uint32_t)table->place[at];

	place_clear(table, at);
	entry->kind = SKSTAT_KIND_UNSPEC;
	entry->group = NULL;
	entry->seen = table->first_free;
	table->first_free = number;
	table->count--;
}

struct skstat_entry *skstat_table_next(const struct skstat_table *table, uint32_t *index)
{
	while (*index < table->used) {
		struct skstat_entry *entry = entry_at(table, (*index)++);

		if (entry->kind != SKSTAT_KIND_UNSPEC)
			return entry;
	}
	return NULL;
}

size_t skstat_table_bytes(const struct skstat_table *table)
{
	return table->slabs * (SLAB * sizeof(**table->slab) + sizeof(*table->slab)) +
	       (table->place ? sizeof(*table->place) << table->bits : 0);
}
