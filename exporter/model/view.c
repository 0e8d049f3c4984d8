// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "view.h"
#include "view_copy.h"

static size_t group_bytes(const struct skstat_view *view, size_t length)
{
	return sizeof(struct skstat_view_group) + view->shape.bytes + length;
}

static struct skstat_histogram *histogram_place(char **at, const struct skstat_measure *measure)
{
	struct skstat_histogram *histogram = (struct skstat_histogram *)(void *)*at;

	*at += skstat_histogram_size(measure);
	histogram->measure = measure;
	return histogram;
}

/* One block: the group, its histograms, its key. NULL: no memory. */
static struct skstat_view_group *group_new(struct skstat_view *view, const char *key, size_t length)
{
	struct skstat_view_group *group = calloc(1, group_bytes(view, length));
	const struct skstat_shape *shape = &view->shape;
	char *at;

	if (!group)
		return NULL;
	at = (char *)(group + 1);
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		if (shape->histogram[i]) {
			group->histogram[i] = histogram_place(&at, shape->histogram[i]);
			group->histograms |= 1u << i;
		}
	for (size_t i = 0; i < SKSTAT_LIVES; i++)
		if (shape->life[i]) {
			group->life[i] = histogram_place(&at, shape->life[i]);
			group->example[i] = (struct skstat_example *)(void *)at;
			at += (shape->life[i]->edges + 1) * sizeof(struct skstat_example);
		}
	group->view = view;
	group->key = memcpy(at, key, length);
	group->length = length;
	return group;
}

struct skstat_view_group *skstat_view_group_nobody(void)
{
	return calloc(1, sizeof(struct skstat_view_group));
}

static struct skstat_view_group *other_new(struct skstat_view *view)
{
	char key[__SKSTAT_LABEL_MAX * sizeof(SKSTAT_VIEW_OTHER)];
	size_t length = 0;

	for (uint32_t labels = view->config->labels; labels; labels &= labels - 1) {
		memcpy(key + length, SKSTAT_VIEW_OTHER, sizeof(SKSTAT_VIEW_OTHER));
		length += sizeof(SKSTAT_VIEW_OTHER);
	}
	return group_new(view, key, length);
}

static int tops_init(struct skstat_view *view)
{
	for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++) {
		uint32_t room = view->config->top[top];

		if (!room)
			continue;
		view->top[top] = calloc(1, sizeof(*view->top[top]));
		if (!view->top[top])
			return -1;
		view->top[top]->room = room < SKSTAT_TOP_ROOM ? room : SKSTAT_TOP_ROOM;
		view->tops = true;
	}
	return 0;
}

struct skstat_view *skstat_view_new(const struct skstat_view_config *config, const struct skstat_plan *plan)
{
	struct skstat_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	view->config = skstat_view_copy(config);
	if (view->config)
		view->config->labels &= SKSTAT_LABEL_BIT(__SKSTAT_LABEL_MAX) - 1;
	if (view->config && skstat_shape_init(&view->shape, view->config, plan) == 0 && tops_init(view) == 0)
		view->other = other_new(view);
	if (view->other)
		return view;
	skstat_view_free(view);
	return NULL;
}

static void group_drop(struct skstat_view *view, struct skstat_view_group *group)
{
	HASH_DEL(view->group, group);
	free(group);
}

void skstat_view_free(struct skstat_view *view)
{
	struct skstat_view_group *group, *next;

	if (!view)
		return;
	for (group = view->group; group; group = next) {
		next = group->hh.next;
		group_drop(view, group);
	}
	free(view->other);
	for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++)
		free(view->top[top]);
	skstat_shape_free(&view->shape);
	free(view->config);
	free(view);
}

static struct skstat_view_group *group_admit(struct skstat_view *view, const char *key, size_t length,
					     uint64_t now_ns)
{
	struct skstat_view_group *group;

	if (HASH_COUNT(view->group) >= view->config->limit)
		return NULL;
	view->tight = !skstat_room_take(view->room, group_bytes(view, length));
	if (view->tight)
		return NULL;
	group = group_new(view, key, length);
	if (!group)
		return NULL;
	group->changed_ns = now_ns;
	group->hashed = true;
	HASH_ADD_KEYPTR(hh, view->group, group->key, length, group);
	if (group->hashed)
		return group;
	free(group);
	return NULL;
}

/* What is called `other` by all its labels cannot be told from what has no room. */
static bool is_other(const struct skstat_view *view, const char *key, size_t length)
{
	return length == view->other->length && memcmp(key, view->other->key, length) == 0;
}

struct skstat_view_group *skstat_view_admit(struct skstat_view *view, const char *key, size_t length, uint64_t now_ns)
{
	struct skstat_view_group *group = NULL;

	/* Without labels all is one group. */
	if (!length || !is_other(view, key, length)) {
		HASH_FIND(hh, view->group, key, length, group);
		if (!group)
			group = group_admit(view, key, length, now_ns);
	}
	if (group)
		return group;
	view->other_used = true;
	return view->other;
}

void skstat_view_expire(struct skstat_view *view, uint64_t now_ns)
{
	const bool tight = view->room && skstat_room_short(view->room);
	const uint64_t ttl = view->config->ttl_ns, most = tight ? SKSTAT_VIEW_TTL_SHORT_NS : UINT64_MAX;
	struct skstat_view_group *group, *next;

	for (group = view->group; group; group = next) {
		next = group->hh.next;
		if (!group->memberships && now_ns - group->changed_ns >= (ttl < most ? ttl : most))
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
		if (group->histogram[i] && plan->histogram[i].field->unit == SKSTAT_UNIT_JIFFIES)
			group->histogram[i]->sum = rescale(group->histogram[i]->sum, old_hz, new_hz);
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
	group_rescale(plan, view->other, old_hz, new_hz);
}

size_t skstat_view_count(const struct skstat_view *view)
{
	return HASH_COUNT(view->group);
}

size_t skstat_view_bytes(const struct skstat_view *view)
{
	const struct skstat_view_group *group;
	size_t bytes = sizeof(*view) + skstat_shape_bytes(&view->shape) + group_bytes(view, view->other->length) +
		       HASH_OVERHEAD(hh, view->group);

	for (group = view->group; group; group = group->hh.next)
		bytes += group_bytes(view, group->length);
	for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++)
		bytes += view->top[top] ? sizeof(*view->top[top]) : 0;
	return bytes;
}
