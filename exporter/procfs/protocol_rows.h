/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is no ordinary counter in /proc/net/netstat, snmp and snmp6: gauges and settings, times, and messages by type,
 * which are one family each and not up to 256.
 *
 *   P(collector, protocol, name, type, suffix, unit, steps, label, help)
 *
 *   collector  netstat or snmp
 *   protocol   with the name, as the kernel spells them
 *   type       COUNTER or GAUGE; only a gauge may be below zero
 *   suffix     of the metric
 *   unit       of the metric
 *   steps      of the kernel's value in that unit
 *   label      "icmp_type", or "": then the name is whole
 */
#ifndef SKSTAT_PROCFS_PROTOCOL_ROWS_H
#define SKSTAT_PROCFS_PROTOCOL_ROWS_H

#include <stddef.h>

#include "model/family.h"

#define SKSTAT_PROTOCOL_NETSTAT_ROWS(P)                                                                                \
	P(netstat, TcpExt, TCPMemoryPressuresChrono, COUNTER, "_seconds", "seconds", 1000, "",                         \
	  "time that TCP was under memory pressure")                                                                   \
	P(netstat, MPTcpExt, MPCurrEstab, GAUGE, "", "", 1, "", "MPTCP connections that are established")

#define SKSTAT_PROTOCOL_SNMP_ROWS(P)                                                                                   \
	P(snmp, Ip, Forwarding, GAUGE, "", "", 1, "", "1 if packets are forwarded, 2 if not")                          \
	P(snmp, Ip, DefaultTTL, GAUGE, "", "", 1, "", "the TTL of packets sent, where nobody sets another")            \
	P(snmp, IcmpMsg, InType, COUNTER, "", "", 1, "icmp_type", "ICMP messages received, by type")                   \
	P(snmp, IcmpMsg, OutType, COUNTER, "", "", 1, "icmp_type", "ICMP messages sent, by type")                      \
	P(snmp, Tcp, RtoAlgorithm, GAUGE, "", "", 1, "", "how timeouts are made (1: other)")                           \
	P(snmp, Tcp, RtoMin, GAUGE, "_seconds", "seconds", 1000, "", "the shortest retransmission timeout")            \
	P(snmp, Tcp, RtoMax, GAUGE, "_seconds", "seconds", 1000, "", "the longest retransmission timeout")             \
	P(snmp, Tcp, MaxConn, GAUGE, "", "", 1, "", "how many connections there may be (-1: no limit)")                \
	P(snmp, Tcp, CurrEstab, GAUGE, "", "", 1, "", "connections in ESTABLISHED or CLOSE-WAIT")                      \
	P(snmp, Icmp6, InType, COUNTER, "", "", 1, "icmp_type", "ICMPv6 messages received, by type")                   \
	P(snmp, Icmp6, OutType, COUNTER, "", "", 1, "icmp_type", "ICMPv6 messages sent, by type")

struct skstat_protocol_row {
	const char *protocol, *name, *suffix, *unit, *label, *help;
	double steps;
	enum skstat_metric_type type;
};

/* How a row's help text is made, here and in METRICS.md. */
#define SKSTAT_PROTOCOL_HELP(protocol, name, help) #protocol " " #name ": " help SKSTAT_OWN_NETNS

#define SKSTAT_PROTOCOL_DOC(collector, protocol, name, type, suffix, unit, steps, label, help)  \
	{ "skstat_" #collector "_" #protocol "_" #name suffix, unit,                            \
	  SKSTAT_PROTOCOL_HELP(protocol, name, help), label, SKSTAT_METRIC_##type, NULL },

#endif
