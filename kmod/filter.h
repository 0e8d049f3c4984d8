/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a SOCK request asks for. A filter has a cheap half, over what every kind of socket keeps in its struct
 * sock_common, which may be tried on memory that is being recycled; and a dear half, for which a reference must be held.
 */
#ifndef SKSTAT_FILTER_H
#define SKSTAT_FILTER_H

#include <linux/in6.h>
#include <net/sock.h>
#include "netlink.h"

struct skstat_ports {
	u32 nr;
	struct {
		u16 min, max;
	} range[SKSTAT_MAX_MATCHES];
};

struct skstat_prefixes {
	u32 nr;
	struct {
		struct in6_addr address;
		u8 length;
	} prefix[SKSTAT_MAX_MATCHES];
};

struct skstat_filter {
	u32 states;	/* 1 << TCP_*, NEW_SYN_RECV counted as SYN_RECV */
	u32 kinds;	/* 1 << SKSTAT_KIND_* */
	u32 families;	/* SKSTAT_FAMILY_* */
	bool common;	/* there is something for skstat_filter_common() */
	bool held;	/* there is something for skstat_filter_held() */
	bool by_ifindex, by_mark, by_uid, by_cgroup;
	u32 ifindex, mark, mark_mask;
	kuid_t uid;
	u64 cgroup;
	u32 nr_netns;
	u64 netns[SKSTAT_MAX_MATCHES];
	struct skstat_ports local_ports, remote_ports;
	struct skstat_prefixes local_prefixes, remote_prefixes;
};

/* Reads the request. 0, or -EINVAL with a sentence in extack. `attrs` went through SOCK's policy. */
int skstat_filter_parse(struct skstat_filter *filter, const struct nlmsghdr *nlh, struct nlattr **attrs,
			struct netlink_ext_ack *extack);

/* Is this namespace asked for? */
bool skstat_filter_netns(const struct skstat_filter *filter, u64 id);

/* Families, ports, prefixes, interface. Under RCU; of any kind of socket. */
bool skstat_filter_common(const struct skstat_filter *filter, const struct sock *sk);

/* Mark, uid, cgroup. Under RCU, with a reference. A socket without a uid or cgroup does not match a wish for one. */
bool skstat_filter_held(const struct skstat_filter *filter, struct sock *sk);

#endif
