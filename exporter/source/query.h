/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a reader asks of SKSTAT_CMD_SOCK: the request part of enum skstat_sock_attr as a structure. Zeros ask for every
 * socket with all groups. All conditions must hold; of several values of one condition one must.
 */
#ifndef SKSTAT_SOURCE_QUERY_H
#define SKSTAT_SOURCE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/netlink.h>

struct nl_msg;

struct skstat_range {
	uint16_t min, max; /* both included, in host order */
};

/* IPv4 as IPv6-mapped: 10.0.0.0/8 is ::ffff:10.0.0.0/104. */
struct skstat_prefix {
	uint8_t address[16]; /* network order */
	uint8_t length;	     /* 0 to 128 */
};

/* For skstat_query.has: SKSTAT_HAS(UID) says that `uid` is a condition. */
#define SKSTAT_HAS(ATTR) (1u << SKSTAT_SOCK_##ATTR)

/*
 * The scalars count only where `has` says so; MARK_MASK without MARK is sent as it stands (the module refuses it). The
 * lists are the caller's; more than SKSTAT_INFO_MAX_MATCHES of one is for the module to refuse.
 */
struct skstat_query {
	uint32_t has; /* SKSTAT_HAS(...) | ... of the scalars below */

	uint32_t groups;       /* GROUPS: 1 << enum skstat_group */
	uint32_t states;       /* STATES: 1 << TCP_ESTABLISHED ... */
	uint32_t kinds;	       /* KINDS: 1 << SKSTAT_KIND_FULL ... */
	uint32_t families;     /* FAMILIES: SKSTAT_FAMILY_* */
	uint32_t uid;	       /* UID */
	uint32_t mark;	       /* MARK */
	uint32_t mark_mask;    /* MARK_MASK */
	uint32_t ifindex;      /* IFINDEX */
	uint32_t max_sockets;  /* MAX_SOCKETS */
	uint32_t room;	       /* ROOM: mostly left to who reads */
	uint64_t cgroup;       /* CGROUP */
	uint64_t active_since; /* ACTIVE_SINCE: totals.token of an earlier dump of this instance */
	uint64_t max_ns;       /* MAX_NS */
	bool exact;	       /* EXACT: sent when true, `has` does not matter */
	bool brief;	       /* BRIEF: likewise; a source that cannot may say more */

	const struct skstat_range *local_port, *remote_port;
	size_t local_ports, remote_ports;
	const struct skstat_prefix *local_prefix, *remote_prefix;
	size_t local_prefixes, remote_prefixes;
	const uint64_t *netns;
	size_t namespaces;
};

/* Appends the query's attributes to a libnl message. NULL asks for everything. 0, or -EMSGSIZE when they do not fit. */
int skstat_query_put(struct nl_msg *message, const struct skstat_query *query);

#endif
