// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "view_copy.h"
#include "views.h"

/* What a view needs to know of a socket: its labels, and what it matches. */
static uint32_t needs_of(const struct skstat_view_config *config)
{
	const struct skstat_view_match *match = &config->match;
	const struct {
		bool wanted;
		enum skstat_view_label label;
	} matches[] = {
		{ match->states, SKSTAT_LABEL_STATE },
		{ match->netns.count, SKSTAT_LABEL_NETNS },
		{ match->cgroup.count, SKSTAT_LABEL_CGROUP },
		{ match->comm.count, SKSTAT_LABEL_COMM },
		{ match->interface.count, SKSTAT_LABEL_INTERFACE },
		{ match->congestion.count, SKSTAT_LABEL_CONGESTION },
		{ match->uid.count, SKSTAT_LABEL_UID },
		{ match->mark_mask, SKSTAT_LABEL_MARK },
	};
	uint32_t needs = config->labels;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		if (matches[i].wanted)
			needs |= SKSTAT_LABEL_BIT(matches[i].label);
	return needs;
}

/* A view that is there, and asked for the same; or a new one. NULL: no memory. */
static struct skstat_view *view_for(const struct skstat_views *views, const struct skstat_view_config *config,
				    const struct skstat_plan *plan)
{
	for (size_t i = 0; i < views->count; i++)
		if (!views->view[i]->taken && skstat_view_equal(views->view[i]->config, config))
			return views->view[i];
	return skstat_view_new(config, plan);
}

static bool is_gone(const struct skstat_view *view)
{
	return !view->taken;
}

/* Nothing was taken. */
static void give_back(struct skstat_views *views, struct skstat_view **list, size_t count)
{
	for (size_t i = 0; i < views->count; i++)
		views->view[i]->taken = false;
	for (size_t i = 0; i < count; i++) {
		bool old = false;

		for (size_t k = 0; k < views->count; k++)
			old |= views->view[k] == list[i];
		if (!old)
			skstat_view_free(list[i]);
	}
	free(list);
}

/* The list of the new views, all of them taken; NULL: no memory, and none is. */
static struct skstat_view **list_make(struct skstat_views *views, const struct skstat_view_config *config,
				      size_t count, const struct skstat_plan *plan)
{
	struct skstat_view **list = calloc(count + 1, sizeof(*list));

	for (size_t i = 0; i < views->count; i++)
		views->view[i]->taken = false;
	for (size_t i = 0; list && i < count; i++) {
		list[i] = view_for(views, &config[i], plan);
		if (!list[i]) {
			give_back(views, list, i);
			return NULL;
		}
		list[i]->taken = true;
		list[i]->room = views->room;
	}
	return list;
}

static struct skstat_membership *refuge_make(struct skstat_views *views, struct skstat_view *const *list, size_t count)
{
	struct skstat_view_group **other = calloc(count + 1, sizeof(*other));
	struct skstat_membership *refuge;

	if (!other)
		return NULL;
	for (size_t i = 0; i < count; i++)
		other[i] = list[i]->other;
	refuge = skstat_membership_get(&views->memberships, other, count);
	free(other);
	return refuge;
}

/* What some view shows is kept, and asked for. */
static void plan_want(const struct skstat_views *views, struct skstat_plan *plan)
{
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++) {
		plan->histogram[i].wanted = false;
		for (size_t v = 0; v < views->count; v++)
			plan->histogram[i].wanted |= views->view[v]->shape.histogram[i] != NULL;
	}
	for (size_t i = 0; i < SKSTAT_LIVES; i++) {
		plan->life[i].wanted = false;
		for (size_t v = 0; v < views->count; v++)
			plan->life[i].wanted |= views->view[v]->shape.life[i] != NULL;
	}
}

int skstat_views_set(struct skstat_views *views, const struct skstat_view_config *config, size_t count,
		     struct skstat_plan *plan)
{
	struct skstat_membership *nowhere, *refuge;
	struct skstat_view **list;

	if (count > SKSTAT_VIEWS_MAX)
		return -E2BIG;
	list = list_make(views, config, count, plan);
	/* For those whose views all go. */
	nowhere = list ? skstat_membership_get(&views->memberships, NULL, 0) : NULL;
	refuge = nowhere ? refuge_make(views, list, count) : NULL;
	if (!refuge) {
		if (list)
			give_back(views, list, count);
		return -ENOMEM;
	}
	skstat_memberships_settle(&views->memberships);
	if (views->refuge)
		skstat_membership_release(views->refuge);
	skstat_membership_hold(refuge);
	skstat_memberships_part(&views->memberships, is_gone);
	views->refuge = refuge;
	for (size_t i = 0; i < views->count; i++)
		if (!views->view[i]->taken)
			skstat_view_free(views->view[i]);
	free(views->view);
	views->view = list;
	views->count = count;
	views->needs = 0;
	for (size_t i = 0; i < count; i++) {
		list[i]->index = i;
		list[i]->needs = needs_of(list[i]->config);
		views->needs |= list[i]->needs;
	}
	plan_want(views, plan);
	return 0;
}

void skstat_views_free(struct skstat_views *views)
{
	skstat_memberships_free(&views->memberships);
	for (size_t i = 0; i < views->count; i++)
		skstat_view_free(views->view[i]);
	free(views->view);
	memset(views, 0, sizeof(*views));
}

void skstat_views_expire(struct skstat_views *views, uint64_t now_ns)
{
	skstat_memberships_settle(&views->memberships);
	skstat_memberships_collect(&views->memberships);
	for (size_t i = 0; i < views->count; i++)
		skstat_view_expire(views->view[i], now_ns);
}

void skstat_views_fit(struct skstat_views *views, const struct skstat_plan *plan, uint32_t hz)
{
	if (hz == views->hz)
		return;
	for (size_t i = 0; i < views->count; i++) {
		struct skstat_view *view = views->view[i];

		skstat_view_rescale(view, plan, views->hz, hz);
		skstat_shape_fit(&view->shape, view->config, plan, hz);
	}
	views->hz = hz;
}

size_t skstat_views_bytes(const struct skstat_views *views)
{
	size_t bytes = views->memberships.bytes + HASH_OVERHEAD(hh, views->memberships.shared);

	for (size_t i = 0; i < views->count; i++)
		bytes += skstat_view_bytes(views->view[i]);
	return bytes;
}
