// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "poll_time.h"

/* From a hundred idle sockets to a million busy ones. */
static const double edges[SKSTAT_POLL_TIME_EDGES] = { 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
						      0.1,    0.25,  0.5,    1,	    2.5,  5,	 10 };

static const struct skstat_family_doc doc = {
	.name = "skstat_poll_duration_seconds",
	.unit = "seconds",
	.help = "Time that polls took which ended well, from the request to the last record's place in the model",
	.labels = "kind",
	.type = SKSTAT_METRIC_HISTOGRAM,
};

static const struct skstat_label kinds[] = {
	{ .name = "kind", .value = "delta" },
	{ .name = "kind", .value = "full" },
};

void skstat_poll_time_add(struct skstat_poll_time *time, bool full, uint64_t ns)
{
	size_t i = 0;

	while (i < SKSTAT_POLL_TIME_EDGES && (double)ns > edges[i] * 1e9)
		i++;
	time->kind[full].count[i]++;
	time->kind[full].ns += ns;
}

void skstat_poll_time_families(const struct skstat_poll_time *time, struct skstat_families *set)
{
	struct skstat_family *family = skstat_family_add(set, doc.type, doc.name, doc.unit, doc.help);

	for (size_t kind = 0; kind < 2; kind++) {
		struct skstat_series *series = skstat_series_add(set, family, &kinds[kind], 1);
		uint64_t *count = skstat_families_alloc(set, sizeof(time->kind[kind].count));

		/* What there is when memory is out may be too small to be written to. */
		if (set->failed)
			return;
		memcpy(count, time->kind[kind].count, sizeof(time->kind[kind].count));
		series->distribution = (struct skstat_distribution){
			.edge = edges,
			.edges = SKSTAT_POLL_TIME_EDGES,
			.count = count,
			.sum = (double)time->kind[kind].ns / 1e9,
		};
	}
}

void skstat_poll_time_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	fn(&doc, arg);
}
