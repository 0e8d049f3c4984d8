/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who holds which probes: netlink sockets, by namespace and port. A hold goes with its socket, however that ends.
 */
#ifndef SKSTAT_HOLD_H
#define SKSTAT_HOLD_H

#include <linux/types.h>

struct net;

int skstat_hold_init(void);

/* Forgets all holders: no PROBE_SET can come any more. Their probes are for skstat_probes_exit(). */
void skstat_hold_exit(void);

/* How many sockets hold that probe. Process context. */
u32 skstat_hold_count(u32 id);

/*
 * Calls `each` for every socket that holds one of `probes` (1 << id). Process context; `each` may sleep, and must not
 * come back here. The namespace is there during the call.
 */
void skstat_hold_each(u64 probes, void (*each)(struct net *net, u32 portid));

#endif
