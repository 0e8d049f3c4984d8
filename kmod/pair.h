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
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/types.h>

struct skstat_pair {
	u64 time; /* of skstat_clock(), which is never 0; of ktime_get_ns(), where nothing is ever too old */
	u32 tag[2]; /* whatever the probe wants to know at the end */
};

/*
 * A set of four ways. A way's key says whose it is: nobody's, an address, or SKSTAT_PAIR_BUSY, while somebody reads or
 * writes what stands beside it. All changes go through SKSTAT_PAIR_BUSY, by cmpxchg, so that who got there is alone; who
 * finds a way busy takes it for another's and does not wait, since it is never his own: of one key there is one at a time.
 */
#define SKSTAT_PAIR_WAYS 4
#define SKSTAT_PAIR_BUSY ((const void *)1UL) /* no packet or socket is there */
struct skstat_pair_way {
	const void *key; /* NULL: free */
	struct skstat_pair pair;
};

struct skstat_pair_set {
	struct skstat_pair_way way[SKSTAT_PAIR_WAYS];
} ____cacheline_aligned;

/* Static, all zero; of one probe. What it has missed stays when the probe stops, and can be read at any time. */
struct skstat_pairs {
	struct skstat_pair_set *sets; /* while it is started */
	u32 shift; /* 64 less log2 of how many */
	u64 max_age; /* ns */
	atomic64_t missed;
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

static __always_inline struct skstat_pair_set *skstat_pair_set(const struct skstat_pairs *pairs, const void *key)
{
	return &pairs->sets[(unsigned long)key * GOLDEN_RATIO_64 >> pairs->shift];
}

/* Makes the way ours, if it is still `from`'s. What others wrote into it before is to be seen then. */
static __always_inline bool skstat_pair_take(struct skstat_pair_way *way, const void *from)
{
	return cmpxchg(&way->key, from, SKSTAT_PAIR_BUSY) == from;
}

/* Gives it to `to`, with what we have read or written. */
static __always_inline void skstat_pair_give(struct skstat_pair_way *way, const void *to)
{
	smp_store_release(&way->key, to); /* pairs with skstat_pair_take() */
}

static __always_inline bool skstat_pair_is(const struct skstat_pair_way *way, const void *key)
{
	/* a word, which may change at any time: skstat_pair_take() decides */
	return data_race(way->key == key);
}

/* Whether a way is `from`'s, and the first of these. No pointer alone: that would be compared with NULL again. */
static __always_inline bool skstat_pair_find(struct skstat_pair_set *set, const void *from,
					     struct skstat_pair_way **way)
{
	BUILD_BUG_ON(SKSTAT_PAIR_WAYS != 4);
	*way = &set->way[0];
	if (skstat_pair_is(*way, from))
		return true;
	*way = &set->way[1];
	if (skstat_pair_is(*way, from))
		return true;
	*way = &set->way[2];
	if (skstat_pair_is(*way, from))
		return true;
	*way = &set->way[3];
	return skstat_pair_is(*way, from);
}

/* What is in a way that is ours. */
static __always_inline void skstat_pair_write(struct skstat_pair_way *way, const void *key, struct skstat_pair pair)
{
	WRITE_ONCE(way->pair.time, pair.time);
	memcpy(way->pair.tag, pair.tag, sizeof(pair.tag));
	skstat_pair_give(way, key);
}

/* What is rare, of skstat_pair_begin(): a key that is in no way of the set gets one, if there is one. */
void skstat_pair_enter(struct skstat_pairs *pairs, struct skstat_pair_set *set, const void *key, struct skstat_pair pair);

/*
 * It begins; a beginning of that key that is still there is replaced. No room: counted. Handlers, on their CPU. Pairs go
 * by value here: two registers.
 */
static __always_inline void skstat_pair_begin(struct skstat_pairs *pairs, const void *key, struct skstat_pair pair)
{
	struct skstat_pair_set *set = skstat_pair_set(pairs, key);
	struct skstat_pair_way *way;
	bool taken;

	/* an interrupt, or another CPU, may be faster; and take what was ours, as too old */
	if (unlikely(skstat_pair_find(set, key, &way))) {
		taken = skstat_pair_take(way, key);
	} else {
		barrier(); /* keys that were kept since they were compared would be too many for the registers */
		taken = likely(skstat_pair_find(set, NULL, &way)) && skstat_pair_take(way, NULL);
	}
	if (likely(taken))
		skstat_pair_write(way, key, pair);
	else
		skstat_pair_enter(pairs, set, key, pair);
}

/* The same, unless it has begun: then that stays, and the result is false. */
static __always_inline bool skstat_pair_begin_once(struct skstat_pairs *pairs, const void *key, struct skstat_pair pair)
{
	struct skstat_pair_set *set = skstat_pair_set(pairs, key);
	struct skstat_pair_way *way;

	if (skstat_pair_find(set, key, &way))
		return false;
	skstat_pair_enter(pairs, set, key, pair);
	return true;
}

/* It ends: how it began; its place is free. False: it had none. */
static __always_inline bool skstat_pair_end(struct skstat_pairs *pairs, const void *key, struct skstat_pair *pair)
{
	struct skstat_pair_way *way;

	if (!skstat_pair_find(skstat_pair_set(pairs, key), key, &way) || unlikely(!skstat_pair_take(way, key)))
		return false;
	*pair = way->pair;
	skstat_pair_give(way, NULL);
	return true;
}

/* Beginnings that found no place, or lost it; any time. */
u64 skstat_pairs_missed(const struct skstat_pairs *pairs);

/* Bytes held by all of them; any time. */
u64 skstat_pairs_memory(void);

#endif
