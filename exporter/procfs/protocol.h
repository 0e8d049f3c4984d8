/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters by protocol and name, as /proc/net/netstat, snmp and snmp6 have them: what netstat.c and snmp.c stand on.
 *
 * A metric's name is made of the kernel's two, as node_exporter does it: skstat_COLLECTOR_PROTOCOL_NAME. All are
 * counters, but for those that PROTOCOL_ROWS has as something else. Pure.
 */
#ifndef SKSTAT_PROCFS_PROTOCOL_H
#define SKSTAT_PROCFS_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "collector.h"
#include "protocol_rows.h"

#define SKSTAT_PROTOCOL_FIGURES 1024 /* of a collector; kernels have up to 400 */

struct skstat_protocol_figure {
	char protocol[16];
	char name[48];
	char icmp_type[4];		       /* "" of all but the messages by type */
	const struct skstat_protocol_row *row; /* NULL: an ordinary counter */
	uint32_t hash;			       /* of protocol and name */
	double value;			       /* in base units */
};

struct skstat_protocols {
	size_t count;
	struct skstat_protocol_figure figure[SKSTAT_PROTOCOL_FIGURES];
};

/*
 * "Tcp: name name ..." and, in the line below, "Tcp: value value ...". 0; -EBADMSG: that is not so, or a figure comes
 * twice; -EMSGSIZE: there are too many. After a failure `found` is as it was.
 */
int skstat_protocols_pairs(struct skstat_protocols *found, const char *text);

/* "Ip6InReceives   2", a figure a line: the protocol ends with the first 6. Fails likewise. */
int skstat_protocols_list(struct skstat_protocols *found, const char *text);

/* Adds them all, in the order of the text. `collector` is a part of their names. */
void skstat_protocols_families(const struct skstat_protocols *found, const char *collector,
			       struct skstat_families *set);

#endif
