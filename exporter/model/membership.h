/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A membership: the groups that a socket is in, at most one of each view. All sockets with the same groups share one,
 * so that an entry has one pointer, however many views there are. It lives as long as somebody holds it.
 */
#ifndef SKSTAT_MODEL_MEMBERSHIP_H
#define SKSTAT_MODEL_MEMBERSHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "view.h"

struct skstat_membership {
	uint64_t idle_ns; /* not yet given to the groups */
	uint64_t uses;	  /* entries, and those that were set aside */
	struct skstat_membership *before, *next; /* all that there are */
	bool hashed; /* else it is of views that were exchanged: nobody joins any more */
	UT_hash_handle hh;
	size_t count;			   /* of the groups: never 0 */
	struct skstat_view_group *group[]; /* in the order of their views; of no view, a single one that nobody sees */
};

struct skstat_memberships {
	struct skstat_membership *first;
	struct skstat_membership *shared; /* a uthash, by the groups */
	struct skstat_view_group *nobody; /* the group of those who are in none */
	size_t bytes;
};

/* The one with these groups, or with none; made if need be. NULL: no memory. Held, or gone with the next collect. */
struct skstat_membership *skstat_membership_get(struct skstat_memberships *memberships,
						struct skstat_view_group *const *group, size_t count);

static inline void skstat_membership_hold(struct skstat_membership *membership)
{
	membership->uses++;
}

static inline void skstat_membership_release(struct skstat_membership *membership)
{
	membership->uses--;
}

/* The group of that view, or NULL. */
struct skstat_view_group *skstat_membership_group(const struct skstat_membership *membership,
						  const struct skstat_view *view);

/* The groups get the idle time that is due to them. */
void skstat_memberships_settle(struct skstat_memberships *memberships);

/* Those go that nobody holds. After settling. */
void skstat_memberships_collect(struct skstat_memberships *memberships);

/* Takes the groups of the views out that are `gone`: nobody may join these memberships any more. */
void skstat_memberships_part(struct skstat_memberships *memberships, bool (*gone)(const struct skstat_view *view));

void skstat_memberships_free(struct skstat_memberships *memberships);

#endif
