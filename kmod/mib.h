/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of each network namespace: SNMP's, which the kernel keeps, and the module's own. */
#ifndef SKSTAT_MIB_H
#define SKSTAT_MIB_H

#include <linux/types.h>

struct skstat_mib_name {
	const char *name;
	u32 table; /* SKSTAT_MIB_TCP, _TCPEXT, _IP, _IP6, _OWN */
	u32 index; /* among the table's values */
};

/* The counter at place `index` of all tables, in the order of their numbers; false: there are not so many. */
bool skstat_mib_name(unsigned long index, struct skstat_mib_name *name);

#endif
