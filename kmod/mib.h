/* SPDX-License-Identifier: GPL-2.0 */
/* The SNMP counters that the kernel keeps for each network namespace. */
#ifndef SKSTAT_MIB_H
#define SKSTAT_MIB_H

#include <linux/types.h>

struct skstat_mib_name {
	const char *name;
	u32 table; /* SKSTAT_MIB_TCP, _TCPEXT, _IP, _IP6 */
	u32 index; /* among the table's values */
};

/* The counter at place `index` of all tables, in the order of their numbers; false: there are not so many. */
bool skstat_mib_name(unsigned long index, struct skstat_mib_name *name);

#endif
