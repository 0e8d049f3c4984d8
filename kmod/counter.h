/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters by key: what handlers add to and COUNTER reads. One table of keys for all, with a column of counts for each
 * CPU; made at the first hold of a probe that counts, in one piece, and it stays until the module goes. A key is put in
 * with cmpxchg and never leaves; what finds no place is counted under SKSTAT_KEY_OTHER of its table.
 *
 * Module parameter `counter_keys`: how many keys there is room for.
 */
#ifndef SKSTAT_COUNTER_H
#define SKSTAT_COUNTER_H

#include <linux/types.h>

#include "skstat/tables.h"

struct skstat_key {
	u32 table; /* enum skstat_table */
	u32 column[SKSTAT_KEY_COLUMNS];
};

/* To be called by start() of every probe that counts. Process context, one at a time. 0 or -ENOMEM. */
int skstat_counter_start(void);

/* Frees: no handler can run any more, and no dump. */
void skstat_counter_exit(void);

/* Adds `count`. Any context; the caller does not leave its CPU (skstat_probe_enter()). No lock, no allocation. */
void skstat_counter_add(const struct skstat_key *key, u64 count);

/* Bytes held; any time. */
u64 skstat_counter_memory(void);

#endif
