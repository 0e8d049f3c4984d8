/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The census of one dump: sockets by state in each namespace, and the way from a pointer to a struct net, which is
 * never followed, to the namespace's id.
 */
#ifndef SKSTAT_CENSUS_H
#define SKSTAT_CENSUS_H

#include <linux/hash.h>
#include <linux/xarray.h>
#include <net/tcp_states.h>

struct net;
struct skstat_filter;

struct skstat_count {
	u64 id;
	const struct net *net; /* to compare with, never to follow */
	u32 inode;
	bool wanted; /* by the filter */
	u32 by_state[TCP_MAX_STATES];
	/* Of the chain that is being walked, what did not fit in the tally's list (tally.h). */
	u32 spilled[TCP_MAX_STATES];
	bool has_spilled;
	struct skstat_count *next_spilled;
};

struct skstat_census {
	struct xarray counts; /* by id */
	struct skstat_count **map; /* by net: open addressing, 1 << bits places, at most a quarter of them taken */
	unsigned int bits;
	u64 generation; /* of the namespaces that `map` has */
};

void skstat_census_init(struct skstat_census *census);
void skstat_census_free(struct skstat_census *census);

/*
 * Takes in the namespaces that have come, lets go of those that went: their counts stay, their pointers do not. Under
 * skstat_netns_lock(); may sleep. 0 or -ENOMEM.
 */
int skstat_census_refresh(struct skstat_census *census, const struct skstat_filter *filter);

/* skstat_census_find(), of one that is not in its own place, or in none. */
struct skstat_count *skstat_census_find_far(const struct skstat_census *census, const struct net *net);

/* The count of the namespace at `net`, NULL if that is on its way out. Between refresh and skstat_netns_unlock(). */
static __always_inline struct skstat_count *skstat_census_find(const struct skstat_census *census,
							       const struct net *net)
{
	struct skstat_count *count = census->map[hash_ptr((void *)net, census->bits)];

	return likely(count && count->net == net) ? count : skstat_census_find_far(census, net);
}

/* The count with the lowest id that is at least *id, which is set to it, or NULL. */
struct skstat_count *skstat_census_next(struct skstat_census *census, unsigned long *id);

#endif
