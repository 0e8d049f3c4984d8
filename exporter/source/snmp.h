/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SNMP counters of /proc/net/snmp, netstat and snmp6, out of their text. Pure. The names are those that the module
 * gives in its schema; a counter's index is its place in the text.
 */
#ifndef SKSTAT_SOURCE_SNMP_H
#define SKSTAT_SOURCE_SNMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

/* Zeroed by the caller before the first call; freed with skstat_snmp_free(), after a failure too. */
struct skstat_snmp {
	struct skstat_schema_counter *counter;
	uint64_t *value; /* of the counter of the same index; -1 in the text is all ones */
	size_t counters;
};

/* The texts of one namespace; NULL: the file is not there, and so are its counters not. */
struct skstat_snmp_texts {
	const char *snmp, *netstat, *snmp6;
};

/*
 * Parses all that MIB has: Tcp, TcpExt, Ip with IpExt, and Ip6. A table that is not in the texts is left out. 0,
 * -ENOMEM, or -EBADMSG: names and values are not of the same number, or a value is no number.
 */
int skstat_snmp_parse(struct skstat_snmp *snmp, const struct skstat_snmp_texts *texts);
void skstat_snmp_free(struct skstat_snmp *snmp);

/* Points the tables of `mib` at the values. */
void skstat_snmp_mib(const struct skstat_snmp *snmp, struct skstat_mib *mib);

/* Whether these counters are those of the schema, in this order. */
bool skstat_snmp_known(const struct skstat_snmp *snmp, const struct skstat_schema *schema);

#endif
