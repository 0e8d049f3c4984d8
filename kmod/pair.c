// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "clock.h"
#include "pair.h"

#define PAIR_PLACES_MIN 64U
#define PAIR_PLACES_MAX (1U << 20)

static unsigned int pair_places = 8192;
module_param(pair_places, uint, 0444);
MODULE_PARM_DESC(pair_places, "packets or sockets that one probe can follow at a time (64 to 1048576, a power of two)");

static atomic64_t pairs_memory;

u32 skstat_pair_places(void)
{
	return pair_places;
}

static size_t pairs_size(const struct skstat_pairs *pairs)
{
	return sizeof(*pairs->sets) << (64 - pairs->shift);
}

int skstat_pairs_start(struct skstat_pairs *pairs, u32 places, u64 max_age)
{
	places = roundup_pow_of_two(clamp(places, PAIR_PLACES_MIN, PAIR_PLACES_MAX));
	pairs->shift = 64 - ilog2(places / SKSTAT_PAIR_WAYS);
	pairs->max_age = max_age;
	pairs->sets = kvzalloc(pairs_size(pairs), GFP_KERNEL);
	if (!pairs->sets)
		return -ENOMEM;
	atomic64_add(pairs_size(pairs), &pairs_memory);
	skstat_clock_check();
	return 0;
}

void skstat_pairs_stop(struct skstat_pairs *pairs)
{
	kvfree(pairs->sets);
	pairs->sets = NULL;
	atomic64_sub(pairs_size(pairs), &pairs_memory);
}

/* A way of the set that was free, and is ours; NULL: none is. */
static struct skstat_pair_way *set_take_free(struct skstat_pair_set *set)
{
	struct skstat_pair_way *way;

	for (way = set->way; way < set->way + SKSTAT_PAIR_WAYS; way++)
		if (!READ_ONCE(way->key) && skstat_pair_take(way, NULL))
			return way;
	return NULL;
}

static bool is_old(const struct skstat_pairs *pairs, u64 began, u64 now)
{
	s64 age = skstat_clock_between(began, now);

	return age < 0 || age > (s64)pairs->max_age;
}

/*
 * Likewise one whose pair is too old to be anybody's. Its time may be written as we read it; then it is either time,
 * and at worst a pair is lost that was just begun. That is counted, too.
 */
static struct skstat_pair_way *set_take_old(struct skstat_pairs *pairs, struct skstat_pair_set *set, u64 now)
{
	struct skstat_pair_way *way;

	for (way = set->way; pairs->max_age && way < set->way + SKSTAT_PAIR_WAYS; way++) {
		const void *key = READ_ONCE(way->key);

		if (key && key != SKSTAT_PAIR_BUSY && is_old(pairs, READ_ONCE(way->pair.time), now) &&
		    skstat_pair_take(way, key))
			return way;
	}
	return NULL;
}

void skstat_pair_enter(struct skstat_pairs *pairs, struct skstat_pair_set *set, const void *key, struct skstat_pair pair)
{
	struct skstat_pair_way *way = set_take_free(set);

	if (unlikely(!way)) {
		atomic64_inc(&pairs->missed); /* this one, or one that has waited in vain */
		way = set_take_old(pairs, set, pair.time);
	}
	if (way)
		skstat_pair_write(way, key, pair);
}

u64 skstat_pairs_missed(const struct skstat_pairs *pairs)
{
	return atomic64_read(&pairs->missed);
}

u64 skstat_pairs_memory(void)
{
	return atomic64_read(&pairs_memory);
}
