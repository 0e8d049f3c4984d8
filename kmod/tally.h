/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a dump has seen. Sockets that are not emitted are counted chain by chain: a chain may change underfoot or find no
 * room, and is then walked again, and what was seen on it must not count twice.
 */
#ifndef SKSTAT_TALLY_H
#define SKSTAT_TALLY_H

#include "census.h"

#define SKSTAT_TALLY_SEEN 64

/* Why a socket that was looked at is not emitted. */
enum skstat_why_not {
	SKSTAT_FILTERED,
	SKSTAT_IDLE, /* by `since` */
	SKSTAT_GONE, /* being freed, or of a namespace that is */
	__SKSTAT_WHY_NOT_MAX,
};

/* Such a socket: to be counted when its chain is done. */
struct skstat_seen {
	struct skstat_count *count; /* NULL of SKSTAT_GONE */
	u8 why_not;
	u8 state;
};

/* visited = emitted + all of not_emitted */
struct skstat_tally {
	u64 visited, emitted;
	u64 not_emitted[__SKSTAT_WHY_NOT_MAX];

	/* Of this chain: a list, and counters for what is more than the list takes, which few chains need. */
	u32 nr_seen;
	struct skstat_seen seen[SKSTAT_TALLY_SEEN];
	bool has_spilled;
	u64 spilled[__SKSTAT_WHY_NOT_MAX];
	struct skstat_count *spilled_counts;
};

/* One more socket of this chain that is not emitted. `count` is NULL of SKSTAT_GONE. */
void skstat_tally_add(struct skstat_tally *tally, enum skstat_why_not why_not, struct skstat_count *count, u8 state);

/* The chain is done: what was seen on it counts. */
void skstat_tally_commit(struct skstat_tally *tally);

/* The chain will be walked again. */
void skstat_tally_forget(struct skstat_tally *tally);

#endif
