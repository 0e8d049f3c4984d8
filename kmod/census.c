// SPDX-License-Identifier: GPL-2.0
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "census.h"
#include "filter.h"
#include "netns.h"

void skstat_census_init(struct skstat_census *census)
{
	xa_init(&census->counts);
}

void skstat_census_free(struct skstat_census *census)
{
	struct skstat_count *count;
	unsigned long id;

	xa_for_each(&census->counts, id, count)
		kfree(count);
	xa_destroy(&census->counts);
	kvfree(census->map);
}

static struct skstat_count *census_count(struct skstat_census *census, const struct skstat_namespace *ns,
					 const struct skstat_filter *filter)
{
	struct skstat_count *count = xa_load(&census->counts, ns->id);

	if (count)
		return count;
	count = kzalloc(sizeof(*count), GFP_KERNEL);
	if (!count)
		return NULL;
	count->id = ns->id;
	count->net = ns->net;
	count->inode = ns->net->ns.inum;
	count->wanted = skstat_filter_netns(filter, ns->id);
	if (xa_is_err(xa_store(&census->counts, ns->id, count, GFP_KERNEL))) {
		kfree(count);
		return NULL;
	}
	return count;
}

int skstat_census_refresh(struct skstat_census *census, const struct skstat_filter *filter)
{
	struct skstat_count **map, *count;
	struct skstat_namespace *ns;
	unsigned int bits;

	if (census->map && census->generation == skstat_netns_generation())
		return 0;
	bits = order_base_2(skstat_netns_count()) + 2;
	map = kvcalloc(1UL << bits, sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	for (ns = skstat_netns_from(0); ns; ns = skstat_netns_next(ns)) {
		unsigned long place = hash_ptr(ns->net, bits);

		count = census_count(census, ns, filter);
		if (!count) {
			kvfree(map);
			return -ENOMEM;
		}
		while (map[place])
			place = (place + 1) & ((1UL << bits) - 1);
		map[place] = count;
	}
	kvfree(census->map);
	census->map = map;
	census->bits = bits;
	census->generation = skstat_netns_generation();
	return 0;
}

struct skstat_count *skstat_census_find_far(const struct skstat_census *census, const struct net *net)
{
	unsigned long place = hash_ptr((void *)net, census->bits);
	struct skstat_count *count;

	while ((count = census->map[place]) && count->net != net)
		place = (place + 1) & ((1UL << census->bits) - 1);
	return count;
}

struct skstat_count *skstat_census_next(struct skstat_census *census, unsigned long *id)
{
	return xa_find(&census->counts, id, ULONG_MAX, XA_PRESENT);
}
