// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "families.h"
#include "inside.h"
#include "ledger_families.h"

#define VIEW_LABELS 4 /* of every view; the process, and what a family adds, come on top */

const struct skstat_derived skstat_derived[SKSTAT_DERIVED_COUNT] = {
	[SKSTAT_DERIVED_SOCKETS] = {
		"skstat_tcp_sockets", "", SKSTAT_METRIC_GAUGE,
		"Sockets by network namespace and state, those in TIME-WAIT and SYN-RECV among them",
	},
	[SKSTAT_DERIVED_CONNECTIONS] = {
		"skstat_tcp_connections", "", SKSTAT_METRIC_GAUGE,
		"Connections in the group now, from SYN-SENT to LAST-ACK",
	},
	[SKSTAT_DERIVED_CWND_LIMITED] = {
		"skstat_tcp_cwnd_limited_seconds", "seconds", SKSTAT_METRIC_COUNTER,
		"Time with data to send, held up by the congestion window or the network: what is left of busy time "
		"without receive window and send buffer",
	},
	[SKSTAT_DERIVED_APPLICATION_LIMITED] = {
		"skstat_tcp_application_limited_seconds", "seconds", SKSTAT_METRIC_COUNTER,
		"Time that connections were open for sending and had nothing to send",
	},
	[SKSTAT_DERIVED_LISTENERS] = {
		"skstat_tcp_listeners", "", SKSTAT_METRIC_GAUGE, "Listening sockets in the group now",
	},
	[SKSTAT_DERIVED_OPENED] = {
		"skstat_tcp_opened_connections", "", SKSTAT_METRIC_COUNTER, "Connections that opened, by how",
	},
	[SKSTAT_DERIVED_FAILED] = {
		"skstat_tcp_failed_connections", "", SKSTAT_METRIC_COUNTER,
		"Connections that did not come about, by what became of the handshake",
	},
	[SKSTAT_DERIVED_CLOSED] = {
		"skstat_tcp_closed_connections", "", SKSTAT_METRIC_COUNTER,
		"Connections that closed, by who closed them and how",
	},
};

/* How a raw figure becomes one in base units. */
struct scale {
	bool divides;
	double by;
};

/*
 * Divided by the steps of a unit, and not multiplied by a step's length, so that 1003 milliseconds are 1.003 s and not
 * 1.0030000000000001.
 */
static struct scale scale_of(enum skstat_unit unit, uint32_t hz)
{
	double scale = skstat_unit_scale(unit, hz);

	if (scale > 0 && scale < 1)
		return (struct scale) { true, (double)(uint64_t)(1 / scale + 0.5) };
	return (struct scale) { false, scale };
}

static double scaled(double raw, const struct scale *scale)
{
	return scale->divides ? raw / scale->by : raw * scale->by;
}

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

/* In a set's own words: the group may be gone when it is read. */
static const struct skstat_labels *labels_of(const struct skstat_making *m, const struct skstat_view_group *group)
{
	static const char *const directions[] = {
		[SKSTAT_DIRECTION_UNKNOWN] = "unknown",
		[SKSTAT_DIRECTION_IN] = "in",
		[SKSTAT_DIRECTION_OUT] = "out",
	};
	bool other = group == &m->model->view.other;
	struct skstat_label label[VIEW_LABELS + 1];
	char number[8];

	snprintf(number, sizeof(number), "%" PRIu16, group->key.port);
	label[0] = (struct skstat_label) { "view", "default" };
	label[1] = (struct skstat_label) { "direction", other ? "other" : directions[group->key.direction] };
	label[2] = (struct skstat_label) { "port", other		  ? "other" :
						   group->key.ephemeral ? "ephemeral" :
									  skstat_families_text(m->set, number) };
	label[3] = (struct skstat_label) { "family", other ? "other" : group->key.ipv4 ? "ipv4" : "ipv6" };
	if (!m->model->by_comm)
		return skstat_labels_add(m->set, label, VIEW_LABELS);
	label[4] = (struct skstat_label) { "comm", other ? "other" :
							   skstat_families_text(m->set, group->key.comm.text) };
	return skstat_labels_add(m->set, label, VIEW_LABELS + 1);
}

struct skstat_series *skstat_group_series(const struct skstat_making *m, struct skstat_family *family,
					  const struct skstat_view_group *group, const struct skstat_label *last)
{
	if (!family->room)
		skstat_family_reserve(m->set, family, m->groups);
	return skstat_series_add_shared(m->set, family, group->labels, last);
}

static struct skstat_series *group_add(const struct skstat_making *m, struct skstat_family *family,
				       const struct skstat_view_group *group)
{
	return skstat_group_series(m, family, group, NULL);
}

struct skstat_view_group *skstat_group_next(const struct skstat_making *m, const struct skstat_view_group *group)
{
	struct skstat_view *view = &m->model->view;
	struct skstat_view_group *next = group ? group->hh.next : view->group;

	if (group == &view->other)
		return NULL;
	return next || !view->other_used ? next : &view->other;
}

#define FOR_EACH_GROUP(m, group) for (group = skstat_group_next(m, NULL); group; group = skstat_group_next(m, group))

static void connections_add(const struct skstat_making *m)
{
	struct skstat_family *family = derived_add(m, SKSTAT_DERIVED_CONNECTIONS);
	const struct skstat_view_group *group;

	FOR_EACH_GROUP(m, group)
		group_add(m, family, group)->value = (double)group->connections;
}

static void counters_add(const struct skstat_making *m, enum skstat_kind kind)
{
	const struct skstat_plan *plan = &m->model->plan;

	for (size_t i = 0; i < SKSTAT_COUNTERS; i++) {
		const struct skstat_column *column = &plan->counter[i];
		const struct skstat_view_group *group;
		struct skstat_family *family;
		struct scale scale;

		if (column->kind != kind || !column->available)
			continue;
		scale = scale_of(column->field->unit, plan->hz);
		family = column_add(m, column, SKSTAT_METRIC_COUNTER);
		FOR_EACH_GROUP(m, group)
			group_add(m, family, group)->value = scaled((double)group->counter[i], &scale);
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
	const struct skstat_plan *plan = &m->model->plan;
	struct scale scale = scale_of(SKSTAT_UNIT_JIFFIES, plan->hz);
	struct skstat_view_group *group;
	struct skstat_family *family;

	if (!plan->counter[SKSTAT_COUNTER_busy_time].available)
		return;
	if (plan->counter[SKSTAT_COUNTER_rwnd_limited].available &&
	    plan->counter[SKSTAT_COUNTER_sndbuf_limited].available) {
		family = derived_add(m, SKSTAT_DERIVED_CWND_LIMITED);
		FOR_EACH_GROUP(m, group)
			group_add(m, family, group)->value = scaled((double)cwnd_limited(group), &scale);
	}
	family = derived_add(m, SKSTAT_DERIVED_APPLICATION_LIMITED);
	FOR_EACH_GROUP(m, group)
		group_add(m, family, group)->value = (double)group->idle_ns / 1e9;
}

static const struct skstat_exemplar *exemplars_make(const struct skstat_making *m, const struct scale *scale,
						    const struct skstat_example *example)
{
	const size_t buckets = SKSTAT_EDGES + 1;
	struct skstat_exemplar *made = skstat_families_alloc(m->set, buckets * sizeof(*made));

	for (size_t i = 0; i < buckets; i++)
		if (example[i].cookie)
			made[i] = (struct skstat_exemplar){
				.cookie = example[i].cookie,
				.value = scaled((double)example[i].value, scale),
				.time_ns = example[i].time_ns,
			};
	return made;
}

void skstat_group_histogram(const struct skstat_making *m, struct skstat_family *family,
			    const struct skstat_view_group *group, const struct skstat_column *column,
			    const struct skstat_measure *measure, const struct skstat_histogram *histogram,
			    const struct skstat_example *example)
{
	const uint64_t *count = skstat_families_copy(m->set, histogram->count, sizeof(histogram->count));
	struct scale scale = scale_of(column->field->unit, m->model->plan.hz);
	struct skstat_series *series = group_add(m, family, group);

	series->distribution = (struct skstat_distribution) {
		.edge = measure->edge,
		.edges = SKSTAT_EDGES,
		.count = count,
		.sum = scaled((double)histogram->sum, &scale),
		.exemplar = example ? exemplars_make(m, &scale, example) : NULL,
	};
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
		FOR_EACH_GROUP(m, group)
			skstat_group_histogram(m, family, group, column, &plan->measure[i], &group->histogram[i],
					       NULL);
	}
}

static void gauges_add(const struct skstat_making *m, enum skstat_kind kind)
{
	const struct skstat_plan *plan = &m->model->plan;

	for (size_t i = 0; i < SKSTAT_GAUGES; i++) {
		const struct skstat_column *column = &plan->gauge[i];
		const struct skstat_view_group *group;
		struct skstat_family *family;
		struct scale scale;

		if (column->kind != kind || !column->available)
			continue;
		scale = scale_of(column->field->unit, plan->hz);
		family = column_add(m, column, SKSTAT_METRIC_GAUGE);
		FOR_EACH_GROUP(m, group)
			group_add(m, family, group)->value = scaled((double)group->gauge[i], &scale);
	}
}

static void listeners_add(const struct skstat_making *m)
{
	struct skstat_family *family = derived_add(m, SKSTAT_DERIVED_LISTENERS);
	const struct skstat_view_group *group;

	FOR_EACH_GROUP(m, group)
		group_add(m, family, group)->value = (double)group->listeners;
}

void skstat_model_families(struct skstat_model *model, struct skstat_families *set)
{
	struct skstat_making making = { .model = model, .set = set };
	struct skstat_view_group *group;

	FOR_EACH_GROUP(&making, group) {
		group->labels = labels_of(&making, group);
		making.groups++;
	}
	skstat_namespaces_show(&model->namespaces, set);
	skstat_sockets_families(&making);
	connections_add(&making);
	counters_add(&making, SKSTAT_KIND_FULL);
	limits_add(&making);
	gauges_add(&making, SKSTAT_KIND_FULL);
	histograms_add(&making);
	skstat_life_families(&making);
	listeners_add(&making);
	gauges_add(&making, SKSTAT_KIND_LISTEN);
	counters_add(&making, SKSTAT_KIND_LISTEN);
	skstat_ledger_families(&model->namespaces, set);
	skstat_mib_families(&making);
	skstat_cell_families(&making);
	skstat_hist_families(&making);
}
