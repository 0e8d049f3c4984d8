// SPDX-License-Identifier: GPL-2.0
/* A group's histogram as a series: what was counted once, in buckets of both kinds. */
#include <math.h>

#include "families.h"
#include "scale.h"

static const struct skstat_exemplar *exemplars_make(const struct skstat_making *m, const struct skstat_scale *scale,
						    const struct skstat_example *example, size_t buckets)
{
	struct skstat_exemplar *made = skstat_families_alloc(m->set, buckets * sizeof(*made));

	for (size_t i = 0; i < buckets; i++)
		if (example[i].cookie)
			made[i] = (struct skstat_exemplar){
				.cookie = example[i].cookie,
				.value = skstat_scaled((double)example[i].value, scale),
				.time_ns = example[i].time_ns,
			};
	return made;
}

/*
 * The classic buckets of the fine ones, and the native ones: those between the lowest and the highest that something is
 * in.
 */
static const struct skstat_native *buckets_make(const struct skstat_making *m,
						const struct skstat_histogram *histogram, uint64_t *classic)
{
	const struct skstat_measure *measure = histogram->measure;
	const size_t highest = (size_t)measure->octaves << SKSTAT_NATIVE_SCHEMA;
	uint64_t count[(SKSTAT_NATIVE_OCTAVES << SKSTAT_NATIVE_SCHEMA) + 2];
	struct skstat_native *native = skstat_families_alloc(m->set, sizeof(*native));
	size_t from = SIZE_MAX, to = 0;

	*native = (struct skstat_native) {
		.schema = SKSTAT_NATIVE_SCHEMA,
		.threshold = ldexp(1, measure->lowest),
		.first = measure->lowest * (1 << SKSTAT_NATIVE_SCHEMA) + 1,
	};
	for (uint64_t touched = histogram->touched | 1; touched; touched &= touched - 1) {
		size_t i = (size_t)__builtin_ctzll(touched) * 8, end = i + 8 < measure->fine ? i + 8 : measure->fine;

		for (; i < end; i++) {
			size_t at = measure->native[i];

			if (!histogram->count[i])
				continue;
			classic[measure->classic[i]] += histogram->count[i];
			if (from == SIZE_MAX) {
				from = to = at;
				count[at] = 0;
			}
			while (to < at)
				count[++to] = 0;
			count[at] += histogram->count[i];
		}
	}
	if (from == SIZE_MAX)
		return native;
	native->low = from ? 0 : count[0];
	native->high = to > highest ? count[to] : 0;
	from += !from;
	to -= to > highest;
	while (from <= to && !count[from])
		from++;
	if (to < from)
		return native;
	/* What is above them all is told behind the last one. */
	while (!native->high && !count[to])
		to--;
	native->first += (int)from - 1;
	native->buckets = to - from + 1;
	native->count = skstat_families_copy(m->set, count + from, native->buckets * sizeof(*count));
	return native;
}

static const double *edges_of(const struct skstat_making *m, const struct skstat_measure *measure)
{
	size_t edges = measure->edges ? measure->edges : 1;

	if (m->edges->measure != measure) {
		m->edges->edge = skstat_families_copy(m->set, measure->edge, edges * sizeof(*measure->edge));
		m->edges->measure = measure;
	}
	return m->edges->edge;
}

void skstat_group_histogram(const struct skstat_making *m, struct skstat_family *family,
			    const struct skstat_view_group *group, const struct skstat_column *column,
			    const struct skstat_histogram *histogram, const struct skstat_example *example)
{
	const struct skstat_measure *measure = histogram->measure;
	size_t edges = measure->edges;
	struct skstat_scale scale = skstat_scale_of(column->field->unit, m->model->plan.hz);
	uint64_t *count = skstat_families_alloc(m->set, (edges + 1) * sizeof(*count));
	struct skstat_series *series = skstat_group_series(m, family, group, NULL);

	/* A bucket for each edge and one for what is above, the sum and the count: one of these is counted already. */
	group->view->series += edges + 2;
	series->distribution = (struct skstat_distribution) {
		.edge = edges_of(m, measure),
		.edges = edges,
		.count = count,
		.sum = skstat_scaled((double)histogram->sum, &scale),
		.native = buckets_make(m, histogram, count),
		.exemplar = example ? exemplars_make(m, &scale, example, edges + 1) : NULL,
	};
}
