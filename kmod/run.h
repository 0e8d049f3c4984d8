/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs of records (skstat/record.h) as attributes of a message. Records are 8-byte aligned in the datagram, so that they
 * can be filled here, and read there, in place.
 */
#ifndef SKSTAT_KMOD_RUN_H
#define SKSTAT_KMOD_RUN_H

#include <linux/skbuff.h>
#include "record.h"

/*
 * Begins a run of `count` records with room for all of them: an attribute `type`, after an empty one `pad` where one is
 * needed. NULL: the skb is full. The records begin at skstat_run_records().
 */
struct skstat_run *skstat_run_put(struct sk_buff *skb, int type, int pad, const struct skstat_layout *layout,
				  u32 count);

/* The same at `at`, which is 4 bytes before an 8-byte boundary and has room for it. */
struct skstat_run *skstat_run_begin(void *at, int type, const struct skstat_layout *layout, u32 count);

static inline void *skstat_run_records(struct skstat_run *run)
{
	return run + 1;
}

/* Says that a run has one record less. */
void skstat_run_shorten(struct skstat_run *run);

/* Takes the last record of a run back that is the last thing in the skb. */
void skstat_run_retract(struct sk_buff *skb, struct skstat_run *run);

/* Ends a run at `end`, which is one of its records or where it ends already: what is behind it in the skb moves up. */
void skstat_run_cut(struct sk_buff *skb, struct skstat_run *run, const void *end);

/* Bytes that `runs` runs take at most, without their records. */
u32 skstat_run_overhead(u32 runs);

/* How many records of `stride` in `runs` runs still fit. */
u32 skstat_run_room(const struct sk_buff *skb, u32 runs, u32 stride);

#endif
