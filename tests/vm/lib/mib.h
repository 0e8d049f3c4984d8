/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SNMP counters of a namespace, as MIB gives them and as /proc/net shows them from within.
 */
#ifndef SKSTAT_TEST_MIB_H
#define SKSTAT_TEST_MIB_H

#include "ns.h"
#include "source/netlink.h"

/*
 * Fails the test unless every Tcp, TcpExt, Ip, IpExt and Ip6 counter of /proc/net is in the schema and, while nothing
 * happens in the namespace, has the value that MIB gives.
 */
void mib_matches(struct skstat_netlink *netlink, const struct skstat_schema *schema, const struct ns *of);

#endif
