/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a view was asked to be: which sockets it is of, which labels make its groups, and what is shown of them. Made by
 * the configuration, read by the model. Plain data: whoever made it owns it, all strings and lists in it.
 */
#ifndef SKSTAT_MODEL_VIEW_CONFIG_H
#define SKSTAT_MODEL_VIEW_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "column.h"

/* A label that groups can be made by. The names are the configuration's and, unless renamed, the series'. */
enum skstat_view_label {
	SKSTAT_LABEL_DIRECTION,	 /* direction: in, out, unknown */
	SKSTAT_LABEL_PORT,	 /* port: of the service; ephemeral; a name where ports have one */
	SKSTAT_LABEL_FAMILY,	 /* family: ipv4, ipv6; v4-mapped is ipv4 */
	SKSTAT_LABEL_STATE,	 /* state: of the connection, when it counted */
	SKSTAT_LABEL_NETNS,	 /* netns: name or inode */
	SKSTAT_LABEL_CGROUP,	 /* cgroup: path below the cgroup2 mount */
	SKSTAT_LABEL_CONTAINER,	 /* container: id, out of the path */
	SKSTAT_LABEL_UNIT,	 /* unit: systemd's, out of the path */
	SKSTAT_LABEL_POD,	 /* pod: Kubernetes' uid, out of the path */
	SKSTAT_LABEL_UID,	 /* uid */
	SKSTAT_LABEL_COMM,	 /* comm: name of the process */
	SKSTAT_LABEL_INTERFACE,	 /* interface: index or name of the device that it is bound to, or came by */
	SKSTAT_LABEL_CONGESTION, /* congestion: algorithm */
	SKSTAT_LABEL_MARK,	 /* mark: 0x... */
	SKSTAT_LABEL_REMOTE,	 /* remote: prefix, or its name */
	__SKSTAT_LABEL_MAX
};

#define SKSTAT_LABEL_BIT(label) (UINT32_C(1) << (label))

/* A prefix, as IPv6 has it: IPv4 is v4-mapped, with 96 bits more. */
struct skstat_view_prefix {
	uint8_t address[16]; /* bits behind `bits` are 0 */
	uint8_t bits;
	const char *name;    /* "" of a match */
};

/* Both ends are in it. */
struct skstat_view_ports {
	uint16_t first, last;
	const char *name; /* "" of a match */
};

/* Shell patterns of fnmatch(3): any one of them. None: everything. */
struct skstat_view_patterns {
	const char *const *pattern;
	size_t count;
};

struct skstat_view_numbers {
	const uint32_t *number;
	size_t count;
};

/* Everything that is asked for has to hold; of a list any one. All zeros is every connection and listener. */
struct skstat_view_match {
	uint8_t directions; /* 1 << enum skstat_direction; 0: all */
	uint8_t families;   /* 1: ipv4, 2: ipv6; 0: both */
	uint16_t states;    /* 1 << TCP_*; 0: all */
	const struct skstat_view_ports *port; /* the service's */
	size_t ports;
	const struct skstat_view_prefix *remote;
	size_t remotes;
	struct skstat_view_patterns netns, cgroup, comm, interface, congestion;
	struct skstat_view_numbers uid;
	uint32_t mark, mark_mask; /* (mark of the socket & mask) == mark; mask 0: any */
};

/* What top-K gauges are chosen by. */
enum skstat_top {
	SKSTAT_TOP_BYTES,   /* sent and received since the choice before */
	SKSTAT_TOP_RETRANS, /* segments sent again since then */
	SKSTAT_TOP_RTT,	    /* smoothed */
	SKSTAT_TOP_QUEUE,   /* bytes in both queues */
	__SKSTAT_TOP_MAX
};

#define SKSTAT_VIEW_EDGES_MAX 30

/* Upper edges of classic buckets, rising, in the histogram's base unit. */
struct skstat_view_buckets {
	const char *histogram; /* name of its family, without skstat_tcp_ and unit: "rtt" */
	double edge[SKSTAT_VIEW_EDGES_MAX];
	size_t edges;
};

struct skstat_view_config {
	const char *name; /* the label `view` */
	struct skstat_view_match match;
	uint32_t labels; /* SKSTAT_LABEL_BIT() of those that it groups by */
	uint32_t limit;	 /* groups; `other` comes on top; 0: everything is folded */
	uint64_t ttl_ns; /* a group without sockets or change goes after that */
	/* How remote addresses are grouped: by prefixes with names, the longest that fits; what fits none by length */
	const struct skstat_view_prefix *remote;
	size_t remotes;
	uint8_t remote_ipv4, remote_ipv6; /* length; 0: all that have no name are one group, "other" */
	const struct skstat_view_ports *port; /* ports with names, the first that fits */
	size_t ports;
	struct skstat_view_patterns families; /* of metrics that the view shows; none given: its default set */
	bool all_histograms;		      /* of the default set: all of them */
	const struct skstat_view_buckets *buckets;
	size_t bucketed;
	uint32_t top[__SKSTAT_TOP_MAX]; /* sockets to be shown one by one; 0: none */
};

/* By enum skstat_view_label: "direction", ... */
extern const char *const skstat_view_label_name[__SKSTAT_LABEL_MAX];

/* What there is without configuration: the view `default`. */
extern const struct skstat_view_config skstat_view_default;

#endif
