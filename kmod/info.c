// SPDX-License-Identifier: GPL-2.0
/*
 * INFO: what this module is, what it holds and what it has cost so far.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>

#include "conn.h"
#include "counter.h"
#include "device.h"
#include "doorbell.h"
#include "hist.h"
#include "hold.h"
#include "journal.h"
#include "netlink.h"
#include "netns.h"
#include "pair.h"
#include "probe.h"
#include "room.h"
#include "stack.h"
#include "symbol.h"

static atomic64_t walks, walk_sockets, walk_ns;

void skstat_info_account(u64 sockets, u64 ns)
{
	atomic64_inc(&walks);
	atomic64_add(sockets, &walk_sockets);
	atomic64_add(ns, &walk_ns);
}

static u32 info_namespaces(void)
{
	u32 count;

	skstat_netns_lock();
	count = skstat_netns_count();
	skstat_netns_unlock();
	return count;
}

static int info_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SKSTAT_INFO_PAD);
}

static int info_put_module(struct sk_buff *skb, u32 namespaces)
{
	if (nla_put_string(skb, SKSTAT_INFO_VERSION, SKSTAT_VERSION) ||
	    nla_put_u32(skb, SKSTAT_INFO_ABI, SKSTAT_FAMILY_VERSION) ||
	    info_put_u64(skb, SKSTAT_INFO_INSTANCE, skstat_netlink_instance()) ||
	    nla_put_u32(skb, SKSTAT_INFO_HZ, HZ) ||
	    nla_put_u32(skb, SKSTAT_INFO_CPUS, num_possible_cpus()) ||
	    nla_put_u32(skb, SKSTAT_INFO_NAMESPACES, namespaces) ||
	    nla_put_u32(skb, SKSTAT_INFO_MAX_MATCHES, SKSTAT_MAX_MATCHES) ||
	    info_put_u64(skb, SKSTAT_INFO_WALKS, atomic64_read(&walks)) ||
	    info_put_u64(skb, SKSTAT_INFO_WALK_SOCKETS, atomic64_read(&walk_sockets)) ||
	    info_put_u64(skb, SKSTAT_INFO_WALK_NS, atomic64_read(&walk_ns)))
		return -EMSGSIZE;
	return 0;
}

/* What is not the module's own code and data. */
static u64 info_memory(u32 namespaces, const struct skstat_journal_stats *journal, const struct skstat_conn_stats *conn)
{
	return (u64)namespaces * sizeof(struct skstat_namespace) + journal->memory + conn->memory +
	       skstat_counter_memory() + skstat_hist_memory() + skstat_device_memory() + skstat_symbol_memory() +
	       skstat_pairs_memory() + skstat_stack_memory() + skstat_room_memory();
}

static int info_put_journal(struct sk_buff *skb, u32 namespaces)
{
	struct skstat_journal_stats journal;
	struct skstat_conn_stats conn;

	skstat_journal_stats(&journal);
	skstat_conn_stats(&conn);
	if (info_put_u64(skb, SKSTAT_INFO_MEMORY, info_memory(namespaces, &journal, &conn)) ||
	    nla_put_u32(skb, SKSTAT_INFO_JOURNAL_EVENTS, journal.events) ||
	    info_put_u64(skb, SKSTAT_INFO_JOURNAL_WRITTEN, journal.written) ||
	    info_put_u64(skb, SKSTAT_INFO_JOURNAL_DROPPED, journal.dropped) ||
	    info_put_u64(skb, SKSTAT_INFO_DOORBELLS, skstat_doorbell_sent()) ||
	    info_put_u64(skb, SKSTAT_INFO_CONN_PLACES, conn.places) ||
	    info_put_u64(skb, SKSTAT_INFO_CONN_USED, conn.used) ||
	    info_put_u64(skb, SKSTAT_INFO_CONN_MISSES, conn.misses))
		return -EMSGSIZE;
	return 0;
}

static int info_put_probe(struct sk_buff *skb, u32 id)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_INFO_PROBE);
	struct skstat_probe_stats stats;

	skstat_probe_stats(id, &stats);
	if (!nest ||
	    nla_put_u32(skb, SKSTAT_INFO_PROBE_ID, id) ||
	    nla_put_u32(skb, SKSTAT_INFO_PROBE_AVAILABLE, skstat_probe_available(id)) ||
	    nla_put_u32(skb, SKSTAT_INFO_PROBE_HOLDERS, skstat_hold_count(id)) ||
	    nla_put_u64_64bit(skb, SKSTAT_INFO_PROBE_HITS, stats.hits, SKSTAT_INFO_PROBE_PAD) ||
	    nla_put_u64_64bit(skb, SKSTAT_INFO_PROBE_DROPS, stats.drops, SKSTAT_INFO_PROBE_PAD) ||
	    nla_put_u64_64bit(skb, SKSTAT_INFO_PROBE_SAMPLES, stats.samples, SKSTAT_INFO_PROBE_PAD) ||
	    nla_put_u64_64bit(skb, SKSTAT_INFO_PROBE_SAMPLE_NS, stats.sample_ns, SKSTAT_INFO_PROBE_PAD) ||
	    nla_put_u64_64bit(skb, SKSTAT_INFO_PROBE_MISSED, stats.missed, SKSTAT_INFO_PROBE_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Room for the whole answer: a nest for every probe makes it longer than the default. */
static size_t info_size(void)
{
	const size_t probe = 3 * nla_total_size(sizeof(u32)) +
			     (SKSTAT_INFO_PROBE_MAX - 3) * nla_total_size_64bit(sizeof(u64));

	return nla_total_size(sizeof(SKSTAT_VERSION)) + SKSTAT_INFO_MAX * nla_total_size_64bit(sizeof(u64)) +
	       __SKSTAT_PROBE_MAX * nla_total_size(probe);
}

static int info_put(struct sk_buff *skb)
{
	u32 namespaces = info_namespaces(), id;
	int err;

	err = info_put_module(skb, namespaces);
	if (!err)
		err = info_put_journal(skb, namespaces);
	for (id = 0; id < __SKSTAT_PROBE_MAX && !err; id++)
		if (skstat_probe_name(id))
			err = info_put_probe(skb, id);
	return err;
}

int skstat_info_do(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	void *head;
	int err;

	err = skstat_netlink_admit(request, info->nlhdr, info->extack);
	if (err)
		return err;
	skb = genlmsg_new(info_size(), GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &skstat_family, 0, SKSTAT_CMD_INFO);
	err = head ? info_put(skb) : -EMSGSIZE;
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}
