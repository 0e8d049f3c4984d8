/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plan: the metrics of a group that rows of fields.h make, with their names, and which of them this source has.
 * Made once from the table; fitted to the source's schema at each poll. Pure; nothing here allocates.
 */
#ifndef SKSTAT_MODEL_PLAN_H
#define SKSTAT_MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "column.h"
#include "histogram.h"
#include "source/message.h"

/* One metric of a group that is made from one row. */
struct skstat_column {
	char name[80]; /* whole but for `_total` */
	const char *unit, *help;
	const struct skstat_field *field;
	enum skstat_kind kind; /* of the records that it is made from: FULL or LISTEN */
	uint16_t since;	       /* the plan's epoch in which `available` last changed */
	enum skstat_span span; /* of histograms */
	bool wanted;	       /* of histograms: some view has it; else it is never available */
	bool available;
};

struct skstat_plan {
	struct skstat_column counter[SKSTAT_COUNTERS];
	struct skstat_column gauge[SKSTAT_GAUGES];
	struct skstat_column histogram[SKSTAT_HISTOGRAMS];
	struct skstat_column life[SKSTAT_LIVES];
	uint32_t observed;   /* 1 << column of a histogram: it is available */
	bool opens, closes;  /* the source tells of connections that open (and fail to); of those that close */
	bool rqueue, wqueue; /* the source tells of these, whether or not a view has a histogram of them */
	bool always;	     /* every counter that every kernel has is available */
	uint32_t groups; /* 1 << enum skstat_group: what a walk has to bring for the columns */
	uint32_t hz;
	uint16_t epoch; /* counts changes of which counters and gauges are available; 0: none was fitted yet */
	struct skstat_values mask; /* all ones where a value is available, else 0: then the record may hold anything */
	uint16_t need[SKSTAT_KIND_LISTEN + 1][__SKSTAT_GROUP_MAX]; /* bytes that a record of that kind must have */
	uint16_t fits[__SKSTAT_KIND_MAX][SKSTAT_RUN_GROUPS]; /* sizes of a record of that kind that had them */
};

/* No histogram is wanted yet. */
void skstat_plan_init(struct skstat_plan *plan);

/* For the coming poll. NULL has nothing. */
void skstat_plan_fit(struct skstat_plan *plan, const struct skstat_schema *schema, uint32_t hz);

/* Whether a record of kind FULL, LISTEN, FAILED or CLOSED has all that the schema promises, and remembers one that has. */
bool skstat_plan_check(struct skstat_plan *plan, const struct skstat_sample *sample);

/*
 * The same, of these kinds alone. All records of a run have the same sizes: most of the time it is enough to compare
 * those.
 */
static inline bool skstat_plan_fits(struct skstat_plan *plan, const struct skstat_sample *sample)
{
	uint64_t a[3], b[3];

	memcpy(a, sample->size, sizeof(a));
	memcpy(b, plan->fits[sample->kind], sizeof(b));
	return (a[0] == b[0] && a[1] == b[1] && a[2] == b[2]) || skstat_plan_check(plan, sample);
}
_Static_assert(sizeof(((struct skstat_sample *)0)->size) == 24, "skstat_plan_fits() compares all sizes");

#endif
