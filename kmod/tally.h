/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a dump has seen. Sockets that are not emitted are counted chain by chain: a chain may change underfoot or find no
 * room, and is then walked again, and what was seen on it must not count twice.
 *
 * Mostly what is passed by is much the same, of one namespace and one state: the tally is a count of such, of which a
 * part is sure, and a list for when they alternate.
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

/* Such sockets. */
struct skstat_seen {
	struct skstat_count *count; /* NULL of SKSTAT_GONE */
	u32 as;			    /* enum skstat_why_not << 8 | state */
	u32 times;
};

/* visited = emitted + all of not_emitted, once it is settled */
struct skstat_tally {
	u64 visited, emitted;
	u64 not_emitted[__SKSTAT_WHY_NOT_MAX];

	/* The latest: `times` of them, of which `sure` are of chains that are done. */
	struct skstat_seen last;
	u32 sure;

	/* Of this chain, those before: a list, and counters for what it does not take, which few chains need. */
	u32 nr_seen;
	struct skstat_seen seen[SKSTAT_TALLY_SEEN];
	bool has_spilled;
	u64 spilled[__SKSTAT_WHY_NOT_MAX];
	struct skstat_count *spilled_counts;
};

/* Makes others the latest. For skstat_tally_add(). */
void skstat_tally_turn(struct skstat_tally *tally, struct skstat_count *count, u32 as);

/* One more socket of this chain that is not emitted. `count` is NULL of SKSTAT_GONE. */
static __always_inline void skstat_tally_add(struct skstat_tally *tally, enum skstat_why_not why_not,
					     struct skstat_count *count, u8 state)
{
	const u32 as = why_not << 8 | state;

	if (unlikely(tally->last.count != count || tally->last.as != as))
		skstat_tally_turn(tally, count, as);
	tally->last.times++;
}

/* What the list and the counters behind it hold counts, or does not. For the next two. */
void skstat_tally_list_end(struct skstat_tally *tally, bool keep);

/* The chain is done: what was seen on it counts. */
static __always_inline void skstat_tally_commit(struct skstat_tally *tally)
{
	tally->sure = tally->last.times;
	if (unlikely(tally->nr_seen || tally->has_spilled))
		skstat_tally_list_end(tally, true);
}

/* The chain will be walked again. */
static inline void skstat_tally_forget(struct skstat_tally *tally)
{
	tally->last.times = tally->sure;
	skstat_tally_list_end(tally, false);
}

/* Between chains: brings the sums, and those of namespaces, up to date. */
void skstat_tally_settle(struct skstat_tally *tally);

#endif
