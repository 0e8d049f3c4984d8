// SPDX-License-Identifier: GPL-2.0
/* /proc/net/netstat: TcpExt, IpExt and MPTcpExt. */
#include "protocol.h"

static const struct skstat_family_doc docs[] = {
	SKSTAT_PROTOCOL_NETSTAT_ROWS(SKSTAT_PROTOCOL_DOC)
	{ "skstat_netstat_<protocol>_<name>", "",
	  "Every other counter, by its protocol (TcpExt, IpExt, MPTcpExt) and name in /proc/net/netstat"
	  SKSTAT_OWN_NETNS, "", SKSTAT_METRIC_COUNTER, NULL },
};

static int parse(void *found, size_t file, const char *text)
{
	(void)file;
	return skstat_protocols_pairs(found, text);
}

static void families(const void *found, struct skstat_families *set)
{
	skstat_protocols_families(found, skstat_procfs_netstat.name, set);
}

const struct skstat_procfs_collector skstat_procfs_netstat = {
	.name = "netstat",
	.file = { { .path = "net/netstat" } },
	.size = sizeof(struct skstat_protocols),
	.parse = parse,
	.families = families,
	.doc = docs,
	.docs = sizeof(docs) / sizeof(docs[0]),
};
