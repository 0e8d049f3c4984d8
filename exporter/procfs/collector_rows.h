/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collectors of /proc and /sys. A row makes the switch --collector.NAME, the label collector="NAME" of what the
 * exporter says of it, and its place among the others.
 *
 *   C(NAME, name, help)
 *
 *   name  of the switch, of the file in this folder, and what the metrics start with, after skstat_
 *   help  of the switch
 *
 * All are off unless they are asked for: node_exporter has the same.
 */
#ifndef SKSTAT_PROCFS_COLLECTOR_ROWS_H
#define SKSTAT_PROCFS_COLLECTOR_ROWS_H

#define SKSTAT_PROCFS_COLLECTORS(C)                                                                                    \
	C(NETSTAT, netstat, "TcpExt, IpExt and MPTcpExt of /proc/net/netstat")                                         \
	C(SNMP, snmp, "Ip, Icmp, Tcp and Udp of /proc/net/snmp and snmp6, both families")                              \
	C(SOCKSTAT, sockstat, "Sockets by protocol and their memory, with its limits (tcp_mem, tcp_max_orphans)")      \
	C(SOFTNET, softnet, "What each CPU does with packets received: /proc/net/softnet_stat")                        \
	C(NETDEV, netdev, "Bytes, packets and errors by network device, with speed and carrier")                       \
	C(CONNTRACK, conntrack, "Entries of connection tracking, their limit, and what it did")                        \
	C(PRESSURE, pressure, "Time that tasks waited for CPU, memory, I/O and interrupts (PSI)")                      \
	C(LOADAVG, loadavg, "Load averages")

enum skstat_procfs_id {
#define SKSTAT_PROCFS_ID(NAME, name, help) SKSTAT_PROCFS_##NAME,
	SKSTAT_PROCFS_COLLECTORS(SKSTAT_PROCFS_ID)
#undef SKSTAT_PROCFS_ID
	__SKSTAT_PROCFS_MAX,
};

#endif
