/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of connections: what probes know of a socket that the socket itself does not keep.
 */
#ifndef SKSTAT_CONN_H
#define SKSTAT_CONN_H

#include "skstat/record.h"

struct sock;

struct skstat_process {
	struct skstat_name comm;
	u32 pid;
	u8 from; /* enum skstat_process_from */
};

struct skstat_conn_stats {
	u64 places, used, misses, memory;
};

/* Who opened, accepted or read from it, if that is known. Any context; the caller holds a reference. */
struct skstat_process skstat_conn_process(const struct sock *sk);

void skstat_conn_stats(struct skstat_conn_stats *stats);

#endif
