// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of four ways. A way's key says whose it is: nobody's, an address, or PAIR_BUSY, while somebody reads or writes
 * what stands beside it. All changes go through PAIR_BUSY, by cmpxchg, so that who got there is alone; who finds a way
 * busy takes it for another's and does not wait, since it is never his own: of one key there is one at a time.
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "pair.h"

#define PAIR_WAYS 4
#define PAIR_BUSY ((const void *)1UL) /* no packet or socket is there */

#define PAIR_PLACES_MIN 64U
#define PAIR_PLACES_MAX (1U << 20)

static unsigned int pair_places = 8192;
module_param(pair_places, uint, 0444);
MODULE_PARM_DESC(pair_places, "packets or sockets that one probe can follow at a time (64 to 1048576, a power of two)");

struct skstat_pair_set {
	const void *key[PAIR_WAYS]; /* NULL: free */
	struct skstat_pair pair[PAIR_WAYS];
} ____cacheline_aligned;

static atomic64_t pairs_memory;

u32 skstat_pair_places(void)
{
	return pair_places;
}

static size_t pairs_size(const struct skstat_pairs *pairs)
{
	return sizeof(*pairs->sets) << pairs->bits;
}

int skstat_pairs_start(struct skstat_pairs *pairs, u32 places, u64 max_age)
{
	places = roundup_pow_of_two(clamp(places, PAIR_PLACES_MIN, PAIR_PLACES_MAX));
	pairs->bits = ilog2(places / PAIR_WAYS);
	pairs->max_age = max_age;
	pairs->sets = kvzalloc(pairs_size(pairs), GFP_KERNEL);
	if (!pairs->sets)
		return -ENOMEM;
	atomic64_add(pairs_size(pairs), &pairs_memory);
	return 0;
}

void skstat_pairs_stop(struct skstat_pairs *pairs)
{
	kvfree(pairs->sets);
	pairs->sets = NULL;
	atomic64_sub(pairs_size(pairs), &pairs_memory);
}

static struct skstat_pair_set *pair_set(const struct skstat_pairs *pairs, const void *key)
{
	return &pairs->sets[hash_64((unsigned long)key, pairs->bits)];
}

/* Makes the way ours, if it is still `from`'s. What others wrote into it before is to be seen then. */
static __always_inline bool way_take(struct skstat_pair_set *set, u32 way, const void *from)
{
	return cmpxchg(&set->key[way], from, PAIR_BUSY) == from;
}

/* Gives it to `to`, with what we have read or written. */
static __always_inline void way_give(struct skstat_pair_set *set, u32 way, const void *to)
{
	smp_store_release(&set->key[way], to); /* pairs with way_take() */
}

/* The first way that is `from`'s; PAIR_WAYS: none is. */
static __always_inline u32 set_find(const struct skstat_pair_set *set, const void *from)
{
	BUILD_BUG_ON(PAIR_WAYS != 4);
	if (READ_ONCE(set->key[0]) == from)
		return 0;
	if (READ_ONCE(set->key[1]) == from)
		return 1;
	if (READ_ONCE(set->key[2]) == from)
		return 2;
	return READ_ONCE(set->key[3]) == from ? 3 : PAIR_WAYS;
}

/* Our way of the set that is `from`'s; PAIR_WAYS: none is. */
static __always_inline u32 set_take(struct skstat_pair_set *set, const void *from)
{
	u32 way = set_find(set, from);

	while (unlikely(way < PAIR_WAYS && !way_take(set, way, from)))
		way++; /* somebody was faster, who has taken it for another key */
	return way;
}

/*
 * Likewise one whose pair is too old to be anybody's. Its time may be written as we read it; then it is either time,
 * and at worst a pair is lost that was just begun. That is counted, too.
 */
static u32 set_take_old(struct skstat_pairs *pairs, struct skstat_pair_set *set, u64 now)
{
	u32 way;

	for (way = 0; pairs->max_age && way < PAIR_WAYS; way++) {
		const void *key = READ_ONCE(set->key[way]);

		if (key && key != PAIR_BUSY && (s64)(now - READ_ONCE(set->pair[way].time)) > (s64)pairs->max_age &&
		    way_take(set, way, key))
			return way;
	}
	return PAIR_WAYS;
}

static __always_inline void way_write(struct skstat_pair_set *set, u32 way, const void *key, struct skstat_pair pair)
{
	WRITE_ONCE(set->pair[way].time, pair.time);
	memcpy(set->pair[way].tag, pair.tag, sizeof(pair.tag));
	way_give(set, way, key);
}

/* No way is free: one may be too old. */
static noinline void set_enter_full(struct skstat_pairs *pairs, struct skstat_pair_set *set, const void *key,
				    struct skstat_pair pair)
{
	u32 way;

	atomic64_inc(&pairs->missed); /* this one, or one that has waited in vain */
	way = set_take_old(pairs, set, pair.time);
	if (way < PAIR_WAYS)
		way_write(set, way, key, pair);
}

/* A key that is in no way of the set gets one, if there is one. */
static __always_inline void set_enter(struct skstat_pairs *pairs, struct skstat_pair_set *set, const void *key,
				      struct skstat_pair pair)
{
	u32 way = set_take(set, NULL);

	if (likely(way < PAIR_WAYS))
		way_write(set, way, key, pair);
	else
		set_enter_full(pairs, set, key, pair);
}

void skstat_pair_begin(struct skstat_pairs *pairs, const void *key, struct skstat_pair pair)
{
	struct skstat_pair_set *set = pair_set(pairs, key);
	u32 way = set_take(set, key);

	if (way < PAIR_WAYS)
		way_write(set, way, key, pair);
	else
		set_enter(pairs, set, key, pair);
}

bool skstat_pair_begin_once(struct skstat_pairs *pairs, const void *key, struct skstat_pair pair)
{
	struct skstat_pair_set *set = pair_set(pairs, key);

	if (set_find(set, key) < PAIR_WAYS)
		return false;
	set_enter(pairs, set, key, pair);
	return true;
}

struct skstat_pair skstat_pair_end(struct skstat_pairs *pairs, const void *key)
{
	struct skstat_pair_set *set = pair_set(pairs, key);
	u32 way = set_take(set, key);
	struct skstat_pair pair = {};

	if (way < PAIR_WAYS) {
		pair = set->pair[way];
		way_give(set, way, NULL);
	}
	return pair;
}

u64 skstat_pairs_missed(const struct skstat_pairs *pairs)
{
	return atomic64_read(&pairs->missed);
}

u64 skstat_pairs_memory(void)
{
	return atomic64_read(&pairs_memory);
}
