/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The default view: groups of sockets by direction, port, family and, if asked for, process, and the figures of each.
 * Who is admitted stays as long as it has sockets or changes; past the limit there is `other`.
 */
#ifndef SKSTAT_MODEL_VIEW_H
#define SKSTAT_MODEL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "family.h"
#include "hash.h"
#include "plan.h"

enum skstat_direction {
	SKSTAT_DIRECTION_UNKNOWN,
	SKSTAT_DIRECTION_IN,
	SKSTAT_DIRECTION_OUT,
};

/* What a group is called. Small, and without holes that are not zeroed: it is hashed as bytes. */
struct skstat_view_key {
	struct skstat_name comm; /* of the process; "" where the view does not group by it */
	uint16_t port; /* 0 if it is ephemeral */
	uint8_t direction;
	uint8_t ipv4;
	uint8_t ephemeral;
	uint8_t zero;
};

struct skstat_view_group {
	struct skstat_view_key key;
	bool hashed;
	UT_hash_handle hh;
	const struct skstat_labels *labels; /* of the set that is being made, while it is */
	uint64_t connections, listeners; /* now in the group */
	uint64_t asides;		 /* connections that are to count here once more, and are not in it: aside.h */
	uint64_t changed_ns;		 /* when a figure last changed, or a socket came or went */
	uint64_t idle_ns;		 /* established connections had nothing to send for so long, together */
	uint64_t cwnd_limited;		 /* highest that was ever shown, in jiffies */
	/* by column; raw */
	uint64_t counter[SKSTAT_COUNTERS];
	int64_t gauge[SKSTAT_GAUGES];
	struct skstat_histogram histogram[SKSTAT_HISTOGRAMS];
	/* events, by kind; 0: of a kind that is not known here */
	uint64_t opened[__SKSTAT_OPEN_MAX], failed[__SKSTAT_FAIL_MAX], closed[__SKSTAT_CLOSE_MAX];
	struct skstat_histogram life[SKSTAT_LIVES];
	struct skstat_example example[SKSTAT_LIVES][SKSTAT_EDGES + 1]; /* of these, by bucket */
};

struct skstat_view {
	struct skstat_view_group *group; /* a uthash, in the order of admission */
	struct skstat_view_group other;	 /* not in the hash */
	bool other_used;
	uint32_t limit;
	uint64_t ttl_ns;
	uint64_t folded; /* sockets that went to `other` */
};

/* All zeros is an empty view that folds everything. */
void skstat_view_free(struct skstat_view *view);

/* The group of that key, admitted if there is room (and memory), else `other`. Never NULL. */
struct skstat_view_group *skstat_view_admit(struct skstat_view *view, const struct skstat_view_key *key,
					    uint64_t now_ns);

/* A connection or a listener goes to that group: if that is `other`, it is folded. */
static inline void skstat_view_fold(struct skstat_view *view, const struct skstat_view_group *group)
{
	view->folded += group == &view->other;
}

/* Drops the groups that have had no socket and no change for the ttl. */
void skstat_view_expire(struct skstat_view *view, uint64_t now_ns);

/* Jiffies are of another length from now on: what was counted in the old ones is converted, rounded up. */
void skstat_view_rescale(struct skstat_view *view, const struct skstat_plan *plan, uint32_t old_hz, uint32_t new_hz);

size_t skstat_view_count(const struct skstat_view *view);
size_t skstat_view_bytes(const struct skstat_view *view);

#endif
