/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What begins at one tracepoint and ends at another: when, and with what. Preallocated and bounded; keyed by an
 * address, which is compared and never followed. No lock: a place is taken and given back by its key alone.
 *
 * Of one key, begin and end are not at the same time: what happens to a packet or a socket happens in some order.
 */
#ifndef SKSTAT_PAIR_H
#define SKSTAT_PAIR_H

#include <linux/atomic.h>
#include <linux/types.h>

struct skstat_pair_set;

/* Static, all zero; of one probe. What it has missed stays when the probe stops, and can be read at any time. */
struct skstat_pairs {
	struct skstat_pair_set *sets; /* while it is started */
	u32 bits; /* log2 of how many */
	u64 max_age; /* ns */
	atomic64_t missed;
};

struct skstat_pair {
	u64 time; /* ns, of ktime_get_ns(), which is never 0 */
	u32 tag[2]; /* whatever the probe wants to know at the end */
};

/* What the module's users say that there should be room for in a table of packets: module parameter `pair_places`. */
u32 skstat_pair_places(void);

/*
 * Makes room for `places`, rounded up to a power of two. `max_age`, ns: what has begun so long ago may make room for
 * another; 0: nothing may. For start() of the probe: process context. 0 or -ENOMEM.
 */
int skstat_pairs_start(struct skstat_pairs *pairs, u32 places, u64 max_age);

/* For stop(): no handler runs any more. */
void skstat_pairs_stop(struct skstat_pairs *pairs);

/*
 * It begins; a beginning of that key that is still there is replaced. No room: counted. Handlers, on their CPU. Pairs go
 * by value here: two registers.
 */
void skstat_pair_begin(struct skstat_pairs *pairs, const void *key, struct skstat_pair pair);

/* The same, unless it has begun: then that stays, and the result is false. */
bool skstat_pair_begin_once(struct skstat_pairs *pairs, const void *key, struct skstat_pair pair);

/* It ends: how it began; its place is free. `time` is 0: it had none. */
struct skstat_pair skstat_pair_end(struct skstat_pairs *pairs, const void *key);

/* Beginnings that found no place, or lost it; any time. */
u64 skstat_pairs_missed(const struct skstat_pairs *pairs);

/* Bytes held by all of them; any time. */
u64 skstat_pairs_memory(void);

#endif
