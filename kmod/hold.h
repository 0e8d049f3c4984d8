/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who holds which probes: netlink sockets, by namespace and port. A hold goes with its socket, however that ends.
 */
#ifndef SKSTAT_HOLD_H
#define SKSTAT_HOLD_H

#include <linux/types.h>

struct genl_info;
struct sk_buff;

int skstat_hold_init(void);

/* Forgets all holders; no PROBE_SET can come any more. The probes are for skstat_probes_exit(). */
void skstat_hold_exit(void);

/* The handler of PROBE_SET. */
int skstat_probe_set_do(struct sk_buff *request, struct genl_info *info);

/* How many sockets hold that probe. */
u32 skstat_hold_count(u32 id);

/* From any context but NMI: soon, each holder of `life` is sent a DOORBELL. */
void skstat_hold_ring(void);

/* DOORBELLs sent. */
u64 skstat_hold_rung(void);

#endif
