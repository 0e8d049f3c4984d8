/* SPDX-License-Identifier: GPL-2.0 */
/* The views of a model, in the order of the configuration, and how they are exchanged for others. */
#ifndef SKSTAT_MODEL_VIEWS_H
#define SKSTAT_MODEL_VIEWS_H

#include "membership.h"
#include "view.h"

/* Labels that are made from the cgroup, and those that not every record tells. */
#define SKSTAT_LABELS_OF_CGROUP                                                                         \
	(SKSTAT_LABEL_BIT(SKSTAT_LABEL_CGROUP) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_CONTAINER) |             \
	 SKSTAT_LABEL_BIT(SKSTAT_LABEL_UNIT) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_POD))
#define SKSTAT_LABELS_TOLD                                                                              \
	(SKSTAT_LABELS_OF_CGROUP | SKSTAT_LABEL_BIT(SKSTAT_LABEL_UID) |                                 \
	 SKSTAT_LABEL_BIT(SKSTAT_LABEL_INTERFACE) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_CONGESTION) |         \
	 SKSTAT_LABEL_BIT(SKSTAT_LABEL_MARK))

#define SKSTAT_VIEWS_MAX 64

struct skstat_views {
	struct skstat_view **view;
	size_t count;
	uint32_t needs; /* SKSTAT_LABEL_BIT() of all that some view groups by or matches */
	uint32_t hz;	/* by which they measure; 0: there was no poll yet */
	struct skstat_room *room; /* theirs, once they are set; NULL: there is enough */
	struct skstat_memberships memberships;
	struct skstat_membership *refuge; /* `other` of every view: for who finds no memory for a place of his own */
};

/*
 * These are the views from now on. One that is there already, asked for the same, is kept with all that it has counted,
 * and what is in it stays; others begin empty. 0; -ENOMEM, or -E2BIG of more than SKSTAT_VIEWS_MAX: then nothing has
 * changed.
 */
int skstat_views_set(struct skstat_views *views, const struct skstat_view_config *config, size_t count,
		     struct skstat_plan *plan);
void skstat_views_free(struct skstat_views *views);

/* Between polls: drops memberships that nobody has, and groups that have expired. */
void skstat_views_expire(struct skstat_views *views, uint64_t now_ns);

/* For the coming poll: what was counted in jiffies of another length is converted. */
void skstat_views_fit(struct skstat_views *views, const struct skstat_plan *plan, uint32_t hz);

size_t skstat_views_bytes(const struct skstat_views *views);

#endif
