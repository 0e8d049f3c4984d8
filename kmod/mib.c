// SPDX-License-Identifier: GPL-2.0
/*
 * MIB: the sums that /proc/net/snmp, netstat and snmp6 print, of every namespace without entering one; and what the
 * module counts itself.
 */
#include <linux/kconfig.h>
#include <linux/snmp.h>
#include <net/ip.h>

#include "compat/compat.h"
#include "mib.h"
#include "mib_table.h"
#include "netlink.h"
#include "netns.h"
#include "probe_synack.h"

struct mib_counter {
	const char *name;
	u16 entry;
};

/* { name, enumerator } if this kernel has the enumerator, else nothing: as IS_ENABLED() tells 1 from undefined. */
#define MIB_COUNTER(entry, name)	     MIB_COUNTER_IF(SKSTAT_HAVE_##entry, entry, name)
#define MIB_COUNTER_IF(have, entry, name)    MIB_COUNTER_IF_(have, entry, name)
#define MIB_COUNTER_IF_(have, entry, name)   MIB_COUNTER_PICK(__ARG_PLACEHOLDER_##have MIB_YES, MIB_NO)(entry, name)
#define MIB_COUNTER_PICK(...)		     MIB_COUNTER_SECOND(__VA_ARGS__, MIB_NO)
#define MIB_COUNTER_SECOND(first, second, ...) second
#define MIB_YES(entry, name)		     { name, entry },
#define MIB_NO(entry, name)

static const struct mib_counter tcp_counters[] = { SKSTAT_MIB_TCP_ROWS(MIB_COUNTER) };
static const struct mib_counter tcpext_counters[] = { SKSTAT_MIB_TCPEXT_ROWS(MIB_COUNTER) };
static const struct mib_counter ip_counters[] = { SKSTAT_MIB_IP_ROWS(MIB_COUNTER) };
static const struct mib_counter ip6_counters[] = { SKSTAT_MIB_IP6_ROWS(MIB_COUNTER) };

#define MIB_OWN(entry, name) { name, entry },
static const struct mib_counter own_counters[] = { SKSTAT_MIB_OWN_ROWS(MIB_OWN) };

static const struct mib_table {
	const struct mib_counter *counters;
	u32 nr, type;
} mib_tables[] = {
	{ tcp_counters, ARRAY_SIZE(tcp_counters), SKSTAT_MIB_TCP },
	{ tcpext_counters, ARRAY_SIZE(tcpext_counters), SKSTAT_MIB_TCPEXT },
	{ ip_counters, ARRAY_SIZE(ip_counters), SKSTAT_MIB_IP },
	{ ip6_counters, ARRAY_SIZE(ip6_counters), SKSTAT_MIB_IP6 },
	{ own_counters, ARRAY_SIZE(own_counters), SKSTAT_MIB_OWN },
};

bool skstat_mib_name(unsigned long index, struct skstat_mib_name *name)
{
	u32 t;

	for (t = 0; t < ARRAY_SIZE(mib_tables); t++) {
		const struct mib_table *table = &mib_tables[t];

		if (index < table->nr) {
			name->name = table->counters[index].name;
			name->table = table->type;
			name->index = index;
			return true;
		}
		index -= table->nr;
	}
	return false;
}

/* Where the kernel counts for this table: per-CPU arrays of 64 bits, all of them. */
static const void __percpu *mib_base(const struct net *net, u32 type)
{
	switch (type) {
	case SKSTAT_MIB_TCP:
		return net->mib.tcp_statistics;
	case SKSTAT_MIB_TCPEXT:
		return net->mib.net_statistics;
	case SKSTAT_MIB_IP:
		return net->mib.ip_statistics;
#if IS_ENABLED(CONFIG_IPV6)
	case SKSTAT_MIB_IP6:
		return net->mib.ipv6_statistics; /* NULL with ipv6.disable=1 */
#endif
	}
	return NULL;
}

/* Room for the values of a table, all 0; NULL: there is none. As records, a reader may want them where they are. */
static u64 *mib_reserve(struct sk_buff *skb, const struct mib_table *table)
{
	struct nlattr *attr;

	if ((skb->len + NLA_HDRLEN) % sizeof(u64) && !nla_reserve(skb, SKSTAT_MIB_PAD, 0))
		return NULL;
	attr = nla_reserve(skb, table->type, table->nr * sizeof(u64));
	return attr ? memset(nla_data(attr), 0, nla_len(attr)) : NULL;
}

static void mib_sum(u64 *sums, const void __percpu *base, const struct mib_table *table)
{
	int cpu;
	u32 i;

	BUILD_BUG_ON(offsetof(struct tcp_mib, mibs) || offsetof(struct linux_mib, mibs) ||
		     offsetof(struct ipstats_mib, mibs));
	BUILD_BUG_ON(sizeof(((struct tcp_mib *)0)->mibs[0]) != sizeof(u64));
	BUILD_BUG_ON(sizeof(((struct linux_mib *)0)->mibs[0]) != sizeof(u64));

	for_each_possible_cpu(cpu) {
		const u64 *counts = per_cpu_ptr(base, cpu);

		for (i = 0; i < table->nr; i++)
			sums[i] += READ_ONCE(counts[table->counters[i].entry]);
	}
}

static void mib_copy_own(u64 *sums, const struct skstat_namespace *ns, const struct mib_table *table)
{
	u32 i;

	for (i = 0; i < table->nr; i++)
		sums[i] = atomic64_read(&ns->own[table->counters[i].entry]);
}

static int mib_put_table(struct sk_buff *skb, const struct skstat_namespace *ns, const struct mib_table *table)
{
	bool own = table->type == SKSTAT_MIB_OWN;
	const void __percpu *base = mib_base(ns->net, table->type);
	u64 *sums;

	if (own ? !skstat_synack_held() : !base)
		return 0;
	sums = mib_reserve(skb, table);
	if (!sums)
		return -EMSGSIZE;
	if (own)
		mib_copy_own(sums, ns, table);
	else
		mib_sum(sums, base, table);
	return 0;
}

static int mib_put(struct sk_buff *skb, struct netlink_callback *cb, const struct skstat_namespace *ns)
{
	void *head = skstat_netlink_put(skb, cb, SKSTAT_CMD_MIB);
	u32 t;

	if (!head)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, SKSTAT_MIB_NETNS, ns->id, SKSTAT_MIB_PAD) ||
	    nla_put_u32(skb, SKSTAT_MIB_INODE, ns->net->ns.inum))
		goto full;
	for (t = 0; t < ARRAY_SIZE(mib_tables); t++)
		if (mib_put_table(skb, ns, &mib_tables[t]))
			goto full;
	genlmsg_end(skb, head);
	return 0;

full:
	genlmsg_cancel(skb, head);
	return -EMSGSIZE;
}

int skstat_mib_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct skstat_namespace *ns;
	int err;

	/* args[0]: the lowest id that was not sent yet; ids start at 1 */
	if (!cb->args[0]) {
		err = skstat_netlink_admit(cb->skb, cb->nlh, cb->extack);
		if (err)
			return err;
		cb->args[0] = 1;
	}
	skstat_netns_lock();
	err = 0;
	for (ns = skstat_netns_from(cb->args[0]); ns; ns = skstat_netns_next(ns)) {
		err = mib_put(skb, cb, ns);
		if (err)
			break;
		cb->args[0] = ns->id + 1;
	}
	skstat_netns_unlock();
	/* Full is the end of a batch; only if it was empty there is no way on. */
	return skb->len ? skb->len : err;
}
