// SPDX-License-Identifier: GPL-2.0
#include <linux/rwsem.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "netns.h"

static DECLARE_RWSEM(netns_sem); /* guards what follows */
static LIST_HEAD(netns_list);	 /* by rising id */
static u64 netns_last_id;
static u64 netns_generation;
static u32 netns_count;

u64 skstat_netns_initial_id;

static unsigned int netns_slot;

static int __net_init skstat_netns_enter(struct net *net)
{
	struct skstat_namespace *ns = net_generic(net, netns_slot);

	down_write(&netns_sem);
	ns->net = net;
	ns->id = ++netns_last_id;
	if (net_eq(net, &init_net))
		WRITE_ONCE(skstat_netns_initial_id, ns->id);
	list_add_tail(&ns->list, &netns_list);
	netns_generation++;
	netns_count++;
	up_write(&netns_sem);
	return 0;
}

static void __net_exit skstat_netns_leave(struct net *net)
{
	struct skstat_namespace *ns = net_generic(net, netns_slot);

	down_write(&netns_sem);
	list_del(&ns->list);
	netns_generation++;
	netns_count--;
	up_write(&netns_sem);
}

/*
 * pre_exit of every subsystem runs before exit of any: when it returns, the namespace's TCP tables are still whole,
 * and nobody who takes the lock after us can find them.
 */
static struct pernet_operations netns_ops = {
	.init	  = skstat_netns_enter,
	.pre_exit = skstat_netns_leave,
	.id	  = &netns_slot,
	.size	  = sizeof(struct skstat_namespace),
};

int skstat_netns_init(void)
{
	return register_pernet_subsys(&netns_ops);
}

void skstat_netns_exit(void)
{
	unregister_pernet_subsys(&netns_ops);
}

u64 skstat_netns_id_of(const struct net *net)
{
	const struct skstat_namespace *ns = net_generic(net, netns_slot);

	return ns ? ns->id : 0;
}

void skstat_netns_count_own(const struct net *net, u32 own)
{
	struct skstat_namespace *ns = net_generic(net, netns_slot);

	if (ns)
		atomic64_inc(&ns->own[own]);
}

void skstat_netns_lock(void)
{
	down_read(&netns_sem);
}

void skstat_netns_unlock(void)
{
	up_read(&netns_sem);
}

struct skstat_namespace *skstat_netns_from(u64 id)
{
	struct skstat_namespace *ns;

	lockdep_assert_held(&netns_sem);
	list_for_each_entry(ns, &netns_list, list)
		if (ns->id >= id)
			return ns;
	return NULL;
}

struct skstat_namespace *skstat_netns_next(struct skstat_namespace *ns)
{
	lockdep_assert_held(&netns_sem);
	return list_is_last(&ns->list, &netns_list) ? NULL : list_next_entry(ns, list);
}

u64 skstat_netns_generation(void)
{
	lockdep_assert_held(&netns_sem);
	return netns_generation;
}

u32 skstat_netns_count(void)
{
	lockdep_assert_held(&netns_sem);
	return netns_count;
}
