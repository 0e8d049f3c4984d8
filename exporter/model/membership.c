// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "membership.h"

static size_t membership_bytes(const struct skstat_membership *membership)
{
	return sizeof(*membership) + membership->count * sizeof(*membership->group);
}

/* With more room than groups, if there are none: for the one that nobody sees. */
static struct skstat_membership *membership_new(struct skstat_memberships *memberships,
						struct skstat_view_group *const *group, size_t count)
{
	size_t length = count * sizeof(*group);
	struct skstat_membership *membership = calloc(1, sizeof(*membership) + length);

	if (!membership)
		return NULL;
	memcpy(membership->group, group, length);
	membership->count = count;
	membership->hashed = true;
	HASH_ADD_KEYPTR(hh, memberships->shared, membership->group, length, membership);
	if (!membership->hashed) {
		free(membership);
		return NULL;
	}
	membership->next = memberships->first;
	if (membership->next)
		membership->next->before = membership;
	memberships->first = membership;
	memberships->bytes += membership_bytes(membership);
	for (size_t i = 0; i < count; i++)
		group[i]->memberships++;
	return membership;
}

struct skstat_membership *skstat_membership_get(struct skstat_memberships *memberships,
						struct skstat_view_group *const *group, size_t count)
{
	struct skstat_membership *membership = NULL;

	if (!count) {
		if (!memberships->nobody)
			memberships->nobody = skstat_view_group_nobody();
		if (!memberships->nobody)
			return NULL;
		group = &memberships->nobody;
		count = 1;
	}
	HASH_FIND(hh, memberships->shared, group, count * sizeof(*group), membership);
	return membership ? membership : membership_new(memberships, group, count);
}

struct skstat_view_group *skstat_membership_group(const struct skstat_membership *membership,
						  const struct skstat_view *view)
{
	for (size_t i = 0; i < membership->count; i++)
		if (membership->group[i]->view == view)
			return membership->group[i];
	return NULL;
}

void skstat_memberships_settle(struct skstat_memberships *memberships)
{
	struct skstat_membership *membership;

	for (membership = memberships->first; membership; membership = membership->next) {
		for (size_t i = 0; i < membership->count && membership->idle_ns; i++)
			membership->group[i]->idle_ns += membership->idle_ns;
		membership->idle_ns = 0;
	}
}

static void unshare(struct skstat_memberships *memberships, struct skstat_membership *membership)
{
	if (membership->hashed)
		HASH_DEL(memberships->shared, membership);
	membership->hashed = false;
}

static void membership_drop(struct skstat_memberships *memberships, struct skstat_membership *membership)
{
	unshare(memberships, membership);
	if (membership->next)
		membership->next->before = membership->before;
	if (membership->before)
		membership->before->next = membership->next;
	else
		memberships->first = membership->next;
	for (size_t i = 0; i < membership->count; i++)
		membership->group[i]->memberships--;
	memberships->bytes -= membership_bytes(membership);
	free(membership);
}

void skstat_memberships_collect(struct skstat_memberships *memberships)
{
	struct skstat_membership *membership, *next;

	for (membership = memberships->first; membership; membership = next) {
		next = membership->next;
		if (!membership->uses)
			membership_drop(memberships, membership);
	}
}

void skstat_memberships_part(struct skstat_memberships *memberships, bool (*gone)(const struct skstat_view *view))
{
	struct skstat_membership *membership;

	for (membership = memberships->first; membership; membership = membership->next) {
		size_t left = 0;

		unshare(memberships, membership);
		memberships->bytes -= membership_bytes(membership);
		for (size_t i = 0; i < membership->count; i++) {
			struct skstat_view_group *group = membership->group[i];

			if (group->view && gone(group->view))
				group->memberships--;
			else
				membership->group[left++] = group;
		}
		/* There is one, if there were views: skstat_views_set() sees to it. */
		if (!left && memberships->nobody) {
			membership->group[left++] = memberships->nobody;
			memberships->nobody->memberships++;
		}
		membership->count = left;
		memberships->bytes += membership_bytes(membership);
	}
}

void skstat_memberships_free(struct skstat_memberships *memberships)
{
	struct skstat_membership *membership, *next;

	for (membership = memberships->first; membership; membership = next) {
		next = membership->next;
		membership_drop(memberships, membership);
	}
	free(memberships->nobody);
	memset(memberships, 0, sizeof(*memberships));
}
