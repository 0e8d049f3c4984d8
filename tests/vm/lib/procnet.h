/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SNMP counters as /proc/net gives them, of the namespace that the caller is in.
 */
#ifndef SKSTAT_TEST_PROCNET_H
#define SKSTAT_TEST_PROCNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct procnet_counter {
	char table[16]; /* "Tcp", "TcpExt", "Ip", "IpExt", ... as the file has it; "Ip6" for snmp6's Ip6 rows */
	char name[48];	/* as the file has it: "InSegs", of snmp6 "Ip6InReceives" */
	uint64_t value; /* negative ones (Tcp MaxConn) wrapped */
};

struct procnet {
	struct procnet_counter *counter;
	size_t count;
	size_t room;
};

/* Reads snmp, netstat and, where it is there, the Ip6 rows of snmp6. */
void procnet_read(struct procnet *procnet);

/* The value of a counter, or NULL. */
const uint64_t *procnet_find(const struct procnet *procnet, const char *table, const char *name);

bool procnet_equal(const struct procnet *a, const struct procnet *b);

void procnet_free(struct procnet *procnet);

#endif
