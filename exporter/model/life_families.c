// SPDX-License-Identifier: GPL-2.0
/* The families that events make: connections by how they opened, failed and closed, and what their lives were like. */
#include "families.h"
#include "inside.h"
#include "source/event_name.h"

/*
 * Every kind from the first on, also those that never happened: increase() misses the first one of a series that comes
 * with it. A kind of a newer module has no name here, and a series only when there is one.
 */
static void kinds_add(const struct skstat_making *m, int which, const char *label,
		      const char *(*name_of)(uint32_t kind), size_t kinds,
		      const uint64_t *(*counts_of)(const struct skstat_view_group *group))
{
	const struct skstat_derived *derived = &skstat_derived[which];
	const size_t shown = SKSTAT_SHOWN_DERIVED + (size_t)which;
	struct skstat_view_group *group = NULL;
	struct skstat_family *family;

	if (!skstat_views_show(m, shown))
		return;
	family = skstat_family_add(m->set, derived->type, derived->name, derived->unit, derived->help);
	skstat_family_reserve(m->set, family, m->groups * kinds);
	while ((group = skstat_group_next(m, shown, group))) {
		const uint64_t *count = counts_of(group);

		for (uint32_t kind = 0; kind < kinds; kind++) {
			const char *name = name_of(kind);
			const struct skstat_label last = { label, name ? name : "unknown" };

			if (name || count[kind])
				skstat_group_series(m, family, group, &last)->value = (double)count[kind];
		}
	}
}

static const uint64_t *opened_of(const struct skstat_view_group *group)
{
	return group->opened;
}

static const uint64_t *failed_of(const struct skstat_view_group *group)
{
	return group->failed;
}

static const uint64_t *closed_of(const struct skstat_view_group *group)
{
	return group->closed;
}

static void histograms_add(const struct skstat_making *m)
{
	const struct skstat_plan *plan = &m->model->plan;

	for (size_t i = 0; i < SKSTAT_LIVES; i++) {
		const struct skstat_column *column = &plan->life[i];
		struct skstat_view_group *group = NULL;
		struct skstat_family *family;

		if (!column->available)
			continue;
		family = skstat_family_add(m->set, SKSTAT_METRIC_HISTOGRAM, skstat_families_text(m->set, column->name),
					   column->unit, column->help);
		while ((group = skstat_group_next(m, SKSTAT_SHOWN_LIFE + i, group)))
			skstat_group_histogram(m, family, group, column, group->life[i], group->example[i]);
	}
}

void skstat_life_families(const struct skstat_making *m)
{
	const struct skstat_plan *plan = &m->model->plan;

	if (!m->model->journal)
		return;
	if (plan->opens) {
		kinds_add(m, SKSTAT_DERIVED_OPENED, "kind", skstat_open_name, __SKSTAT_OPEN_MAX, opened_of);
		kinds_add(m, SKSTAT_DERIVED_FAILED, "result", skstat_fail_name, __SKSTAT_FAIL_MAX, failed_of);
	}
	if (plan->closes)
		kinds_add(m, SKSTAT_DERIVED_CLOSED, "kind", skstat_close_name, __SKSTAT_CLOSE_MAX, closed_of);
	histograms_add(m);
}
