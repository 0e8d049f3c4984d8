/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys by place: what counters and histograms find their cells with. Bounded, and made in one piece. A key is put in
 * with cmpxchg and never leaves; one that finds no place is numbered as `other` of its table.
 */
#ifndef SKSTAT_KEY_H
#define SKSTAT_KEY_H

#include <linux/types.h>

#include "skstat/tables.h"

struct skstat_key {
	u32 table; /* enum skstat_table_id or skstat_histogram_id */
	u32 column[SKSTAT_KEY_COLUMNS]; /* 0 where the table has none */
};

struct skstat_keys;

/*
 * Room for `places` keys, a power of two of at least 2, of tables 0 to `tables` - 1. Process context. NULL: no memory.
 * skstat_keys_free(): nobody can look any more; NULL is fine.
 */
struct skstat_keys *skstat_keys_new(u32 places, u32 tables);
void skstat_keys_free(struct skstat_keys *keys);

/*
 * The number of the key's cell: first come the places, then an `other` of each table. The same key always has the same
 * number, but for `other`. Any context but NMI. No lock, no allocation, and a bounded number of steps.
 */
u32 skstat_keys_find(struct skstat_keys *keys, const struct skstat_key *key);

/* Whose that number is, below skstat_keys_cells(); false: nobody's yet. All columns of `other` are SKSTAT_KEY_OTHER. */
bool skstat_keys_get(const struct skstat_keys *keys, u32 number, struct skstat_key *key);

u32 skstat_keys_places(const struct skstat_keys *keys);
u32 skstat_keys_cells(const struct skstat_keys *keys);

/* Bytes held. */
u64 skstat_keys_memory(const struct skstat_keys *keys);

/*
 * Zeroes for a CPU, near to it; vfree() frees them. One that was never there may be of a node that is not there either.
 * NULL: no memory.
 */
void *skstat_cells_alloc(u32 cells, size_t size, int cpu);

#endif
