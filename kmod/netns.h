/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces by a number that is never used twice.
 *
 * The lock here is what makes it safe to look into another namespace: while it is held, no namespace in the list can
 * get past its pre_exit, which is before its tables, counters and TIME_WAIT sockets are torn down. Pointers to struct
 * net or skstat_namespace are good until the lock is dropped, and no longer: carry the id across.
 */
#ifndef SKSTAT_NETNS_H
#define SKSTAT_NETNS_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <net/net_namespace.h>

/* What the module itself counts by namespace: MIB's table OWN, in mib_table.h. */
enum {
	SKSTAT_OWN_SYNACK_RETRANS, /* by probe_synack.c, while its probe is held */
	__SKSTAT_OWN_MAX,
};

struct skstat_namespace {
	struct list_head list;
	struct net *net;
	u64 id;
	atomic64_t own[__SKSTAT_OWN_MAX];
};

/* Starts to number namespaces, the ones that exist included. Process context; returns 0 or a negative errno. */
int skstat_netns_init(void);
void skstat_netns_exit(void);

extern u64 skstat_netns_initial_id; /* written once */

/* skstat_netns_id() of any. */
u64 skstat_netns_id_of(const struct net *net);

/*
 * The id of a namespace; 0 of one that is just being made. Any context; it is the caller's to know that the namespace
 * is there, as that of a socket is which holds it.
 */
static __always_inline u64 skstat_netns_id(const struct net *net)
{
	/* of the one that never goes: nothing to look up */
	return likely(net_eq(net, &init_net)) ? READ_ONCE(skstat_netns_initial_id) : skstat_netns_id_of(net);
}

/* Adds 1 to a counter of its own, on the same terms. */
void skstat_netns_count_own(const struct net *net, u32 own);

/* May sleep. Holds up the end of namespaces (cleanup_net()), so hold it for a batch, not for a dump. */
void skstat_netns_lock(void);
void skstat_netns_unlock(void);

/* The namespace with the lowest id that is at least `id`, or NULL. Under the lock. */
struct skstat_namespace *skstat_netns_from(u64 id);

/* The one after it, or NULL. Under the lock. */
struct skstat_namespace *skstat_netns_next(struct skstat_namespace *ns);

/* Changes with every namespace that comes or goes. Under the lock. */
u64 skstat_netns_generation(void);

/* How many there are. Under the lock. */
u32 skstat_netns_count(void);

#endif
