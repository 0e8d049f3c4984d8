// SPDX-License-Identifier: GPL-2.0
#include "view_config.h"

const char *const skstat_view_label_name[__SKSTAT_LABEL_MAX] = {
	[SKSTAT_LABEL_DIRECTION] = "direction",
	[SKSTAT_LABEL_PORT] = "port",
	[SKSTAT_LABEL_FAMILY] = "family",
	[SKSTAT_LABEL_STATE] = "state",
	[SKSTAT_LABEL_NETNS] = "netns",
	[SKSTAT_LABEL_CGROUP] = "cgroup",
	[SKSTAT_LABEL_CONTAINER] = "container",
	[SKSTAT_LABEL_UNIT] = "unit",
	[SKSTAT_LABEL_POD] = "pod",
	[SKSTAT_LABEL_UID] = "uid",
	[SKSTAT_LABEL_COMM] = "comm",
	[SKSTAT_LABEL_INTERFACE] = "interface",
	[SKSTAT_LABEL_CONGESTION] = "congestion",
	[SKSTAT_LABEL_MARK] = "mark",
	[SKSTAT_LABEL_REMOTE] = "remote",
};

const struct skstat_view_config skstat_view_default = {
	.name = "default",
	.labels = SKSTAT_LABEL_BIT(SKSTAT_LABEL_DIRECTION) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_PORT) |
		  SKSTAT_LABEL_BIT(SKSTAT_LABEL_FAMILY),
	.limit = 20,
	.ttl_ns = UINT64_C(3600000000000),
	.remote_ipv4 = 24,
	.remote_ipv6 = 48,
};
