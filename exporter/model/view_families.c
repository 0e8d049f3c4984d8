// SPDX-License-Identifier: GPL-2.0
/* The labels of groups, and what the views themselves have come to. */
#include <string.h>

#include "families.h"

/* In a set's own words: the group may be gone when it is read. */
static const struct skstat_labels *labels_of(const struct skstat_making *m, const struct skstat_view_group *group)
{
	const struct skstat_view_config *config = group->view->config;
	struct skstat_label label[__SKSTAT_LABEL_MAX + 1] = { { "view", m->name[group->view->index] } };
	const char *value = group->key;
	size_t count = 1;

	for (uint32_t labels = config->labels; labels; labels &= labels - 1) {
		label[count++] = (struct skstat_label) {
			m->label_name[__builtin_ctz(labels)], skstat_families_text(m->set, value),
		};
		value += strlen(value) + 1;
	}
	return skstat_labels_add(m->set, label, count);
}

void skstat_views_label(struct skstat_making *m)
{
	const struct skstat_views *views = &m->model->views;

	for (size_t i = 0; i < __SKSTAT_LABEL_MAX; i++)
		m->label_name[i] = skstat_families_text(m->set, m->model->label_name[i]);
	for (size_t i = 0; i < views->count; i++) {
		struct skstat_view *view = views->view[i];
		struct skstat_view_group *group;

		m->name[i] = skstat_families_text(m->set, view->config->name);
		view->series = 0;
		for (group = view->group; group; group = group->hh.next, m->groups++)
			group->labels = labels_of(m, group);
		if (!view->other_used)
			continue;
		view->other->labels = labels_of(m, view->other);
		m->groups++;
	}
}

enum { SERIES, GROUPS, FOLDED, FIGURES };

static const struct skstat_family_doc figures[FIGURES] = {
	[SERIES] = {
		.name = "skstat_view_series", .unit = "", .labels = "view", .type = SKSTAT_METRIC_GAUGE,
		.help = "Series that the groups of the view have, as the text format counts them",
	},
	[GROUPS] = {
		.name = "skstat_view_groups", .unit = "", .labels = "view", .type = SKSTAT_METRIC_GAUGE,
		.help = "Groups of the view, but for `other`",
	},
	[FOLDED] = {
		.name = "skstat_view_folded", .unit = "", .labels = "view", .type = SKSTAT_METRIC_COUNTER,
		.help = "Connections and listeners counted under `other` because the view was full",
	},
};

void skstat_view_families(const struct skstat_making *m)
{
	const struct skstat_views *views = &m->model->views;

	for (size_t f = 0; f < FIGURES && views->count; f++) {
		struct skstat_family *family = skstat_family_add(m->set, figures[f].type, figures[f].name,
								 figures[f].unit, figures[f].help);

		for (size_t i = 0; i < views->count; i++) {
			const struct skstat_view *view = views->view[i];
			const struct skstat_label label = { "view", m->name[i] };
			const uint64_t value[FIGURES] = { view->series, skstat_view_count(view), view->folded };

			skstat_series_add(m->set, family, &label, 1)->value = (double)value[f];
		}
	}
}

void skstat_view_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	for (size_t f = 0; f < FIGURES; f++)
		fn(&figures[f], arg);
}
