// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "view.h"

static void group_drop(struct skstat_view *view, struct skstat_view_group *group)
{
	HASH_DEL(view->group, group);
	free(group);
}

void skstat_view_free(struct skstat_view *view)
{
	struct skstat_view_group *group, *next;

	for (group = view->group; group; group = next) {
		next = group->hh.next;
		group_drop(view, group);
	}
}

static struct skstat_view_group *group_admit(struct skstat_view *view, const struct skstat_view_key *key,
					     uint64_t now_ns)
{
	struct skstat_view_group *group;

	if (HASH_COUNT(view->group) >= view->limit)
		return NULL;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->changed_ns = now_ns;
	group->key = *key;
	group->hashed = true;
	HASH_ADD(hh, view->group, key, sizeof(group->key), group);
	if (group->hashed)
		return group;
	free(group);
	return NULL;
}

struct skstat_view_group *skstat_view_admit(struct skstat_view *view, const struct skstat_view_key *key,
					    uint64_t now_ns)
{
	struct skstat_view_group *group;

	HASH_FIND(hh, view->group, key, sizeof(*key), group);
	if (!group)
		group = group_admit(view, key, now_ns);
	if (group)
		return group;
	view->other_used = true;
	return &view->other;
}

void skstat_view_expire(struct skstat_view *view, uint64_t now_ns)
{
	struct skstat_view_group *group, *next;

	for (group = view->group; group; group = next) {
		next = group->hh.next;
		if (!group->connections && !group->listeners && !group->asides &&
		    now_ns - group->changed_ns >= view->ttl_ns)
			group_drop(view, group);
	}
}

/* Rounded up: a counter may gain a part of a jiffy by it, but never goes back. */
static uint64_t rescale(uint64_t value, uint32_t old_hz, uint32_t new_hz)
{
	unsigned __int128 scaled = (unsigned __int128)value * new_hz + (old_hz - 1);

	return (uint64_t)(scaled / old_hz);
}

static void group_rescale(const struct skstat_plan *plan, struct skstat_view_group *group, uint32_t old_hz,
			  uint32_t new_hz)
{
	for (size_t i = 0; i < SKSTAT_COUNTERS; i++)
		if (plan->counter[i].field->unit == SKSTAT_UNIT_JIFFIES)
			group->counter[i] = rescale(group->counter[i], old_hz, new_hz);
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		if (plan->histogram[i].field->unit == SKSTAT_UNIT_JIFFIES)
			group->histogram[i].sum = rescale(group->histogram[i].sum, old_hz, new_hz);
	group->cwnd_limited = rescale(group->cwnd_limited, old_hz, new_hz);
}

void skstat_view_rescale(struct skstat_view *view, const struct skstat_plan *plan, uint32_t old_hz,
			 uint32_t new_hz)
{
	struct skstat_view_group *group;

	if (!old_hz || !new_hz || old_hz == new_hz)
		return;
	for (group = view->group; group; group = group->hh.next)
		group_rescale(plan, group, old_hz, new_hz);
	group_rescale(plan, &view->other, old_hz, new_hz);
}

size_t skstat_view_count(const struct skstat_view *view)
{
	return HASH_COUNT(view->group);
}

size_t skstat_view_bytes(const struct skstat_view *view)
{
	return HASH_COUNT(view->group) * sizeof(*view->group) + HASH_OVERHEAD(hh, view->group);
}
