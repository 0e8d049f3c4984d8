/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters by key: what handlers add to and COUNTER reads. One table of keys for all, with a column of counts for each
 * CPU; made at the first hold of a probe that counts, in one piece, and it stays until the module goes. What finds no
 * place is counted under SKSTAT_KEY_OTHER of its table.
 *
 * Module parameter `counter_keys`: how many keys there is room for.
 */
#ifndef SKSTAT_COUNTER_H
#define SKSTAT_COUNTER_H

#include <linux/types.h>

#include "key.h"

/* To be called by start() of every probe that counts. Process context, one at a time. 0 or -ENOMEM. */
int skstat_counter_start(void);

/* Frees: no handler can run any more, and no dump. */
void skstat_counter_exit(void);

/*
 * Adds `count`. After a start(). Any context but NMI; the caller does not leave its CPU (skstat_probe_enter()). No
 * lock, no allocation, and a bounded number of steps.
 */
void skstat_counter_add(const struct skstat_key *key, u64 count);

/* Keys that there is room for; 0 before the first start(). Any time. */
u32 skstat_counter_places(void);

/* Bytes held; any time. */
u64 skstat_counter_memory(void);

/*
 * For COUNTER: cells are numbered from 0, first the keys' places, then those of `other`. Whose that number is, false
 * where it is nobody's yet; and its count, which never goes back, and may be 0 at first. Process context.
 */
u32 skstat_counter_cells(void);
bool skstat_counter_key(u32 number, struct skstat_key *key);
u64 skstat_counter_sum(u32 number);

#endif
