/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the probes have counted, and what they have measured, on its way from the source to the model: each is read once
 * a poll, behind the journal. A source that does not count, or measure, is no failure. One thread.
 */
#ifndef SKSTAT_COLLECT_COUNTERS_H
#define SKSTAT_COLLECT_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "probes.h"
#include "self/self.h"
#include "source/source.h"
#include "trouble.h"

struct skstat_counters_kind;

/* How these go, in counters.c. */
extern const struct skstat_counters_kind skstat_counters_counted, skstat_counters_measured;

struct skstat_counters {
	const struct skstat_counters_kind *kind;
	struct skstat_model *model;
	struct skstat_self *self;
	const struct skstat_probes *probes;
	uint64_t refused; /* the instance that does not tell; 0: none is known */
	bool known;	  /* `totals` is what the last reading came to */
	struct skstat_counter_totals totals;
	struct skstat_trouble reading;
};

void skstat_counters_init(struct skstat_counters *counters, const struct skstat_counters_kind *kind,
			  struct skstat_model *model, struct skstat_self *self, const struct skstat_probes *probes);

/*
 * One reading into the model, which was told `instance` last: cells of another one come too early, and are left for the
 * next. 0, also when no such probe is held, or the source does not tell; or a negative errno, which was said and
 * counted. What a failure left unread the next reading brings.
 */
int skstat_counters_read(struct skstat_counters *counters, struct skstat_source *source, uint64_t instance);

#endif
