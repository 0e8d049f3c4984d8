// SPDX-License-Identifier: GPL-2.0
/* /proc/net/snmp: Ip, Icmp, IcmpMsg, Tcp, Udp and UdpLite; and snmp6: Ip6, Icmp6, Udp6 and UdpLite6. */
#include "protocol.h"

enum { SNMP, SNMP6 };

static const struct skstat_family_doc docs[] = {
	SKSTAT_PROTOCOL_SNMP_ROWS(SKSTAT_PROTOCOL_DOC)
	{ "skstat_snmp_<protocol>_<name>", "",
	  "Every other counter, by its protocol (Ip, Icmp, Tcp, Udp, UdpLite, Ip6, Icmp6, Udp6, UdpLite6) and name "
	  "in /proc/net/snmp or snmp6" SKSTAT_OWN_NETNS, "", SKSTAT_METRIC_COUNTER, NULL },
};

static int parse(void *found, size_t file, const char *text)
{
	return file == SNMP ? skstat_protocols_pairs(found, text) : skstat_protocols_list(found, text);
}

static void families(const void *found, struct skstat_families *set)
{
	skstat_protocols_families(found, skstat_procfs_snmp.name, set);
}

const struct skstat_procfs_collector skstat_procfs_snmp = {
	.name = "snmp",
	.file = { [SNMP] = { .path = "net/snmp" }, [SNMP6] = { .path = "net/snmp6", .optional = true } },
	.size = sizeof(struct skstat_protocols),
	.parse = parse,
	.families = families,
	.doc = docs,
	.docs = sizeof(docs) / sizeof(docs[0]),
};
