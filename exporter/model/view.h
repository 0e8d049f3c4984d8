/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A view: groups of sockets by the labels that it asks for, and the figures of each. Who is admitted stays as long as
 * it has sockets or changes; past the limit there is `other`.
 */
#ifndef SKSTAT_MODEL_VIEW_H
#define SKSTAT_MODEL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "family.h"
#include "hash.h"
#include "plan.h"
#include "room.h"
#include "shape.h"
#include "top.h"
#include "view_config.h"

enum skstat_direction {
	SKSTAT_DIRECTION_UNKNOWN,
	SKSTAT_DIRECTION_IN,
	SKSTAT_DIRECTION_OUT,
};

#define SKSTAT_VIEW_OTHER "other" /* each label's value, of the group that takes what has no room */

struct skstat_view;

struct skstat_view_group {
	struct skstat_view *view; /* NULL: of no view, nobody sees it */
	const char *key;	  /* values of the labels, in their order, each with its 0; behind the histograms */
	size_t length;
	bool hashed;
	UT_hash_handle hh;
	const struct skstat_labels *labels; /* of the set that is being made, while it is */
	uint64_t connections, listeners; /* now in the group */
	uint64_t memberships;		 /* that hold it: membership.h */
	uint64_t changed_ns;		 /* when a figure last changed, or a socket came or went */
	uint64_t idle_ns;		 /* established connections had nothing to send for so long, together */
	uint64_t cwnd_limited;		 /* highest that was ever shown, in jiffies */
	/* by column; raw */
	uint64_t counter[SKSTAT_COUNTERS];
	int64_t gauge[SKSTAT_GAUGES];
	uint32_t histograms; /* 1 << column: those that the view shows; of the others there is none here */
	struct skstat_histogram *histogram[SKSTAT_HISTOGRAMS];
	/* events, by kind; 0: of a kind that is not known here */
	uint64_t opened[__SKSTAT_OPEN_MAX], failed[__SKSTAT_FAIL_MAX], closed[__SKSTAT_CLOSE_MAX];
	struct skstat_histogram *life[SKSTAT_LIVES];
	struct skstat_example *example[SKSTAT_LIVES]; /* of these, by classic bucket */
};

struct skstat_view {
	struct skstat_view_config *config; /* its own */
	size_t index;			   /* among the views */
	uint32_t needs;			   /* SKSTAT_LABEL_BIT(): what it has to know of a socket */
	bool taken;			   /* while views are exchanged: it stays */
	struct skstat_shape shape;
	struct skstat_view_group *group; /* a uthash, in the order of admission */
	struct skstat_view_group *other; /* not in the hash */
	bool other_used;
	struct skstat_room *room; /* the model's; NULL: there is enough */
	bool tight;		  /* it had none for the last group that was new */
	bool tops;				       /* some of these are asked for */
	struct skstat_top_list *top[__SKSTAT_TOP_MAX]; /* else NULL */
	uint64_t folded; /* sockets that went to `other` for want of room */
	size_t series;	 /* of the last set, as the text format has them */
};

/* An empty one; the configuration is copied. NULL: no memory. */
struct skstat_view *skstat_view_new(const struct skstat_view_config *config, const struct skstat_plan *plan);
void skstat_view_free(struct skstat_view *view);

/* The group of that key, admitted if there is room (and memory), else `other`. Never NULL. */
struct skstat_view_group *skstat_view_admit(struct skstat_view *view, const char *key, size_t length, uint64_t now_ns);

/* A group of no view. NULL: no memory. For free(). */
struct skstat_view_group *skstat_view_group_nobody(void);

/* A connection or a listener goes to that group: if that is `other`, for want of a place, it is folded. */
static inline void skstat_view_fold(struct skstat_view_group *group)
{
	struct skstat_view *view = group->view;

	if (view && group == view->other && (view->tight || HASH_COUNT(view->group) >= view->config->limit))
		view->folded++;
}

/*
 * Drops the groups that have had no socket and no change for the ttl. Where memory is short it is a minute at most: who
 * scrapes has had their last figures then.
 */
#define SKSTAT_VIEW_TTL_SHORT_NS UINT64_C(60000000000)
void skstat_view_expire(struct skstat_view *view, uint64_t now_ns);

/* Jiffies are of another length from now on: what was counted in the old ones is converted, rounded up. */
void skstat_view_rescale(struct skstat_view *view, const struct skstat_plan *plan, uint32_t old_hz, uint32_t new_hz);

size_t skstat_view_count(const struct skstat_view *view);
size_t skstat_view_bytes(const struct skstat_view *view);

#endif
