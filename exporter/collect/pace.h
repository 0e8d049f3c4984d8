/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far apart polls are, so that they take no more than a part of one CPU (--cpu-budget). Pure.
 *
 * What they take is looked at in windows that each have a full poll in them, which may cost many times a delta. When it
 * is too much, the interval is stretched at once, but no more than twofold, so that what waits for the next poll is not
 * taken for stale; when there is room, it shrinks by a quarter at most, and only if there is some to spare.
 */
#ifndef SKSTAT_COLLECT_PACE_H
#define SKSTAT_COLLECT_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define SKSTAT_PACE_TOP_NS UINT64_C(60000000000) /* no interval is stretched beyond that */

struct skstat_pace_config {
	uint64_t interval_ns;	   /* as asked for: never less */
	uint64_t full_interval_ns; /* between full polls */
	uint64_t budget_ns;	   /* CPU time a second; 0: as much as it takes */
};

struct skstat_pace {
	struct skstat_pace_config config;
	uint64_t interval_ns;	/* as it is now */
	bool short_of;		/* the longest interval does not do */
	uint64_t cpu_ns, polls; /* of the window that is open */
};

void skstat_pace_init(struct skstat_pace *pace, const struct skstat_pace_config *config);

/* A poll, with all that belongs to it, has taken so much CPU time. True: the interval is another one from now on. */
bool skstat_pace_take(struct skstat_pace *pace, uint64_t cpu_ns, bool full);

/* The interval after `interval_ns`, in which a poll has taken `cpu_ns` on average. */
uint64_t skstat_pace_next(const struct skstat_pace_config *config, uint64_t interval_ns, uint64_t cpu_ns);

#endif
