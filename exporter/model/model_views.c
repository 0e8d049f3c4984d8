// SPDX-License-Identifier: GPL-2.0
/* The model's views from outside: how they are exchanged, what their labels are called, what they come to and need. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

void skstat_model_labels_free(struct skstat_model *model)
{
	for (size_t i = 0; i < __SKSTAT_LABEL_MAX; i++)
		free(model->label_name[i]);
}

int skstat_model_labels(struct skstat_model *model, const char *const name[__SKSTAT_LABEL_MAX])
{
	char *copy[__SKSTAT_LABEL_MAX];

	for (size_t i = 0; i < __SKSTAT_LABEL_MAX; i++) {
		copy[i] = strdup(name[i] ? name[i] : skstat_view_label_name[i]);
		if (copy[i])
			continue;
		while (i--)
			free(copy[i]);
		return -ENOMEM;
	}
	skstat_model_labels_free(model);
	memcpy(model->label_name, copy, sizeof(copy));
	return 0;
}

int skstat_model_views(struct skstat_model *model, const struct skstat_view_config *view, size_t count)
{
	int err = skstat_views_set(&model->views, view, count, &model->plan);
	struct skstat_entry *entry;
	uint32_t index = 0;

	/* What views show now, the next event is to be counted in. */
	if (!err && model->number)
		skstat_plan_fit(&model->plan, model->poll.schema, model->poll.hz);
	/* Whose groups may be others is seen by its next record. */
	while (!err && (entry = skstat_table_next(&model->table, &index)))
		if (!(entry->flags & SKSTAT_ENTRY_OPENING))
			entry->flags |= SKSTAT_ENTRY_LOOK;
	return err;
}

uint32_t skstat_model_groups(const struct skstat_model *model)
{
	const uint32_t owner = SKSTAT_LABELS_OF_CGROUP | SKSTAT_LABEL_BIT(SKSTAT_LABEL_UID) |
			       SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM);
	uint32_t groups = model->plan.groups | 1u << SKSTAT_GROUP_IDENTITY;

	if (model->views.needs & owner)
		groups |= 1u << SKSTAT_GROUP_OWNER;
	if (model->views.needs & SKSTAT_LABEL_BIT(SKSTAT_LABEL_CONGESTION))
		groups |= 1u << SKSTAT_GROUP_CONGESTION;
	return groups;
}

bool skstat_model_view_total(const struct skstat_model *model, size_t number, struct skstat_view_total *total)
{
	const struct skstat_view *view;

	if (number >= model->views.count)
		return false;
	view = model->views.view[number];
	*total = (struct skstat_view_total) {
		.name = view->config->name,
		.groups = skstat_view_count(view),
		.series = view->series,
		.folded = view->folded,
	};
	return true;
}

int skstat_model_predict(struct skstat_model *model)
{
	struct skstat_families *set = skstat_families_new();
	bool failed = !set;

	if (set)
		skstat_model_families(model, set);
	failed |= set && set->failed;
	skstat_families_free(set);
	return failed ? -ENOMEM : 0;
}
