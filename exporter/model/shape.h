/* SPDX-License-Identifier: GPL-2.0 */
/* What a view shows of its groups: which families, and by which buckets. Pure. */
#ifndef SKSTAT_MODEL_SHAPE_H
#define SKSTAT_MODEL_SHAPE_H

#include "histogram.h"
#include "plan.h"
#include "view_config.h"

/* Families that no row of fields.h makes by itself; all but the first are a view's. */
enum {
	SKSTAT_DERIVED_SOCKETS,
	SKSTAT_DERIVED_CONNECTIONS,
	SKSTAT_DERIVED_CWND_LIMITED,
	SKSTAT_DERIVED_APPLICATION_LIMITED,
	SKSTAT_DERIVED_LISTENERS,
	SKSTAT_DERIVED_OPENED,
	SKSTAT_DERIVED_FAILED,
	SKSTAT_DERIVED_CLOSED,
	SKSTAT_DERIVED_COUNT,
};

/* All that a view may show, by one number. */
enum {
	SKSTAT_SHOWN_DERIVED = 0,
	SKSTAT_SHOWN_COUNTER = SKSTAT_SHOWN_DERIVED + SKSTAT_DERIVED_COUNT,
	SKSTAT_SHOWN_GAUGE = SKSTAT_SHOWN_COUNTER + SKSTAT_COUNTERS,
	SKSTAT_SHOWN_HISTOGRAM = SKSTAT_SHOWN_GAUGE + SKSTAT_GAUGES,
	SKSTAT_SHOWN_LIFE = SKSTAT_SHOWN_HISTOGRAM + SKSTAT_HISTOGRAMS,
	SKSTAT_SHOWN_COUNT = SKSTAT_SHOWN_LIFE + SKSTAT_LIVES,
};

struct skstat_shape {
	bool shows[SKSTAT_SHOWN_COUNT];
	/* Of those that it shows, else NULL. */
	struct skstat_measure *histogram[SKSTAT_HISTOGRAMS], *life[SKSTAT_LIVES];
	size_t bytes; /* of a group's histograms and examples */
};

/* By what the view asks for; the names are the plan's. 0 or -ENOMEM; skstat_shape_free() in any case. */
int skstat_shape_init(struct skstat_shape *shape, const struct skstat_view_config *config,
		      const struct skstat_plan *plan);
void skstat_shape_free(struct skstat_shape *shape);

/* Jiffies are of that length from now on. */
void skstat_shape_fit(struct skstat_shape *shape, const struct skstat_view_config *config,
		      const struct skstat_plan *plan, uint32_t hz);

size_t skstat_shape_bytes(const struct skstat_shape *shape);

/* Whether one of the patterns is the text's. */
bool skstat_patterns_match(const struct skstat_view_patterns *patterns, const char *text);

#endif
