// SPDX-License-Identifier: GPL-2.0
#include "families.h"
#include "inside.h"
#include "ledger_families.h"
#include "scale.h"

static struct skstat_family *derived_add(const struct skstat_making *m, int which)
{
	const struct skstat_derived *derived = &skstat_derived[which];

	return skstat_family_add(m->set, derived->type, derived->name, derived->unit, derived->help);
}

static struct skstat_family *column_add(const struct skstat_making *m, const struct skstat_column *column,
					enum skstat_metric_type type)
{
	return skstat_family_add(m->set, type, skstat_families_text(m->set, column->name), column->unit,
				 column->help);
}

struct skstat_series *skstat_group_series(const struct skstat_making *m, struct skstat_family *family,
					  const struct skstat_view_group *group, const struct skstat_label *last)
{
	if (!family->room)
		skstat_family_reserve(m->set, family, m->groups);
	group->view->series++;
	return skstat_series_add_shared(m->set, family, group->labels, last);
}

static struct skstat_series *group_add(const struct skstat_making *m, struct skstat_family *family,
				       const struct skstat_view_group *group)
{
	return skstat_group_series(m, family, group, NULL);
}

bool skstat_views_show(const struct skstat_making *m, size_t shown)
{
	const struct skstat_views *views = &m->model->views;

	for (size_t i = 0; i < views->count; i++)
		if (views->view[i]->shape.shows[shown])
			return true;
	return false;
}

/* The first group of that view, or a later one, that shows it. */
static struct skstat_view_group *view_first(const struct skstat_views *views, size_t index, size_t shown)
{
	for (; index < views->count; index++) {
		struct skstat_view *view = views->view[index];

		if (!view->shape.shows[shown])
			continue;
		if (view->group)
			return view->group;
		if (view->other_used)
			return view->other;
	}
	return NULL;
}

struct skstat_view_group *skstat_group_next(const struct skstat_making *m, size_t shown,
					    const struct skstat_view_group *group)
{
	const struct skstat_views *views = &m->model->views;
	struct skstat_view *view;

	if (!group)
		return view_first(views, 0, shown);
	view = group->view;
	if (group != view->other && group->hh.next)
		return group->hh.next;
	if (group != view->other && view->other_used)
		return view->other;
	return view_first(views, view->index + 1, shown);
}

#define FOR_EACH_GROUP(m, shown, group) \
	for (group = skstat_group_next(m, shown, NULL); group; group = skstat_group_next(m, shown, group))

static void sockets_add(const struct skstat_making *m, int which, bool listeners)
{
	const size_t shown = SKSTAT_SHOWN_DERIVED + (size_t)which;
	const struct skstat_view_group *group;
	struct skstat_family *family;

	if (!skstat_views_show(m, shown))
		return;
	family = derived_add(m, which);
	FOR_EACH_GROUP(m, shown, group)
		group_add(m, family, group)->value = (double)(listeners ? group->listeners : group->connections);
}

static void counters_add(const struct skstat_making *m, enum skstat_kind kind)
{
	const struct skstat_plan *plan = &m->model->plan;

	for (size_t i = 0; i < SKSTAT_COUNTERS; i++) {
		const struct skstat_column *column = &plan->counter[i];
		const struct skstat_view_group *group;
		struct skstat_family *family;
		struct skstat_scale scale;

		if (column->kind != kind || !column->available || !skstat_views_show(m, SKSTAT_SHOWN_COUNTER + i))
			continue;
		scale = skstat_scale_of(column->field->unit, plan->hz);
		family = column_add(m, column, SKSTAT_METRIC_COUNTER);
		FOR_EACH_GROUP(m, SKSTAT_SHOWN_COUNTER + i, group)
			group_add(m, family, group)->value = skstat_scaled((double)group->counter[i], &scale);
	}
}

/* The parts of busy time tremble by themselves, so that the difference may go back a little: the highest one counts. */
static uint64_t cwnd_limited(struct skstat_view_group *group)
{
	uint64_t limited = group->counter[SKSTAT_COUNTER_rwnd_limited] + group->counter[SKSTAT_COUNTER_sndbuf_limited];
	uint64_t busy = group->counter[SKSTAT_COUNTER_busy_time];

	if (busy > limited && busy - limited > group->cwnd_limited)
		group->cwnd_limited = busy - limited;
	return group->cwnd_limited;
}

static void limits_add(const struct skstat_making *m)
{
	const size_t cwnd = SKSTAT_SHOWN_DERIVED + SKSTAT_DERIVED_CWND_LIMITED;
	const size_t application = SKSTAT_SHOWN_DERIVED + SKSTAT_DERIVED_APPLICATION_LIMITED;
	const struct skstat_plan *plan = &m->model->plan;
	struct skstat_scale scale = skstat_scale_of(SKSTAT_UNIT_JIFFIES, plan->hz);
	struct skstat_view_group *group;
	struct skstat_family *family;

	if (!plan->counter[SKSTAT_COUNTER_busy_time].available)
		return;
	if (plan->counter[SKSTAT_COUNTER_rwnd_limited].available &&
	    plan->counter[SKSTAT_COUNTER_sndbuf_limited].available && skstat_views_show(m, cwnd)) {
		family = derived_add(m, SKSTAT_DERIVED_CWND_LIMITED);
		FOR_EACH_GROUP(m, cwnd, group)
			group_add(m, family, group)->value = skstat_scaled((double)cwnd_limited(group), &scale);
	}
	if (!skstat_views_show(m, application))
		return;
	family = derived_add(m, SKSTAT_DERIVED_APPLICATION_LIMITED);
	FOR_EACH_GROUP(m, application, group)
		group_add(m, family, group)->value = (double)group->idle_ns / 1e9;
}

static void histograms_add(const struct skstat_making *m)
{
	const struct skstat_plan *plan = &m->model->plan;

	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++) {
		const struct skstat_column *column = &plan->histogram[i];
		const struct skstat_view_group *group;
		struct skstat_family *family;

		if (!column->available)
			continue;
		family = column_add(m, column, SKSTAT_METRIC_HISTOGRAM);
		FOR_EACH_GROUP(m, SKSTAT_SHOWN_HISTOGRAM + i, group)
			skstat_group_histogram(m, family, group, column, group->histogram[i], NULL);
	}
}

static void gauges_add(const struct skstat_making *m, enum skstat_kind kind)
{
	const struct skstat_plan *plan = &m->model->plan;

	for (size_t i = 0; i < SKSTAT_GAUGES; i++) {
		const struct skstat_column *column = &plan->gauge[i];
		const struct skstat_view_group *group;
		struct skstat_family *family;
		struct skstat_scale scale;

		if (column->kind != kind || !column->available || !skstat_views_show(m, SKSTAT_SHOWN_GAUGE + i))
			continue;
		scale = skstat_scale_of(column->field->unit, plan->hz);
		family = column_add(m, column, SKSTAT_METRIC_GAUGE);
		FOR_EACH_GROUP(m, SKSTAT_SHOWN_GAUGE + i, group)
			group_add(m, family, group)->value = skstat_scaled((double)group->gauge[i], &scale);
	}
}

void skstat_model_families(struct skstat_model *model, struct skstat_families *set)
{
	struct skstat_edges_made edges = { NULL, NULL };
	struct skstat_making making = { .model = model, .set = set, .edges = &edges };

	skstat_memberships_settle(&model->views.memberships);
	skstat_views_label(&making);
	skstat_namespaces_show(&model->namespaces, set);
	skstat_sockets_families(&making);
	sockets_add(&making, SKSTAT_DERIVED_CONNECTIONS, false);
	counters_add(&making, SKSTAT_KIND_FULL);
	limits_add(&making);
	gauges_add(&making, SKSTAT_KIND_FULL);
	histograms_add(&making);
	skstat_life_families(&making);
	sockets_add(&making, SKSTAT_DERIVED_LISTENERS, true);
	gauges_add(&making, SKSTAT_KIND_LISTEN);
	counters_add(&making, SKSTAT_KIND_LISTEN);
	skstat_top_families(&making);
	skstat_view_families(&making);
	skstat_ledger_families(&model->namespaces, set);
	skstat_mib_families(&making);
	skstat_cell_families(&making);
	skstat_hist_families(&making);
}
