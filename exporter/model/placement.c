// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "key.h"
#include "placement.h"

/* The value of a label in a group's name, or NULL: the view does not have it. */
static const char *value_of(const struct skstat_view_group *group, enum skstat_view_label label)
{
	const char *value = group->key;

	for (uint32_t labels = group->view->config->labels; labels; labels &= labels - 1) {
		if ((enum skstat_view_label)__builtin_ctz(labels) == label)
			return value;
		value += strlen(value) + 1;
	}
	return NULL;
}

static bool lacks_netns(const struct skstat_view_group *group)
{
	const char *name = value_of(group, SKSTAT_LABEL_NETNS);

	return name && !*name;
}

/* The group that a socket of `was` is in from now on, or NULL. */
static struct skstat_view_group *group_after(struct skstat_model *model, struct skstat_view_group *was,
					     const struct skstat_subject *subject)
{
	struct skstat_view *view = was->view;
	uint8_t state = subject->facts->state;
	struct skstat_key key;

	if (!skstat_state_matches(state, &view->config->match))
		return NULL;
	if (!(view->config->labels & SKSTAT_LABEL_BIT(SKSTAT_LABEL_STATE)) || was == view->other)
		return was;
	skstat_key_restate(view->config, was->key, state, &key);
	return skstat_view_admit(view, key.text, key.length, model->poll.now_ns);
}

static struct skstat_view_group *group_of(struct skstat_model *model, struct skstat_view *view,
					  const struct skstat_subject *subject, const struct skstat_membership *was)
{
	struct skstat_view_group *group = was ? skstat_membership_group(was, view) : NULL;
	struct skstat_key key;

	if (group && !lacks_netns(group))
		return group_after(model, group, subject);
	if (!skstat_subject_matches(subject, &view->config->match))
		return NULL;
	skstat_key_make(view->config, subject, &key);
	return skstat_view_admit(view, key.text, key.length, model->poll.now_ns);
}

struct skstat_membership *skstat_placement_find(struct skstat_model *model, const struct skstat_subject *subject,
						const struct skstat_membership *was)
{
	struct skstat_views *views = &model->views;
	struct skstat_view_group *group[SKSTAT_VIEWS_MAX];
	struct skstat_membership *membership;
	size_t count = 0;

	for (size_t i = 0; i < views->count; i++) {
		group[count] = group_of(model, views->view[i], subject, was);
		count += group[count] != NULL;
	}
	membership = skstat_membership_get(&views->memberships, group, count);
	return membership ? membership : views->refuge;
}
