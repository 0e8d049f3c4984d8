/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal on its way from the source to the model: held from before the first walk on, read at the end of each poll
 * and whenever the bell rings. A journal that cannot be had is no failure: it is said once, and polls go on without.
 * One thread.
 */
#ifndef SKSTAT_COLLECT_JOURNAL_H
#define SKSTAT_COLLECT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "model/model.h"
#include "self/self.h"
#include "source/source.h"
#include "trouble.h"

struct skstat_journal {
	struct skstat_model *model;
	struct skstat_self *self;
	uint64_t probes;	/* that are wanted; 0: no journal */
	uint64_t held;		/* that are held; without `life` it is no journal: 0 */
	uint64_t timeout_ns;	/* of requests, but for a hold */
	uint64_t instance;	/* of the source that was asked last; 0: it has to be asked */
	uint64_t since_ns;	/* CLOCK_MONOTONIC when it began to be held; 0: it never was */
	struct skstat_trouble holding, reading;
};

void skstat_journal_init(struct skstat_journal *journal, const struct skstat_config *config,
			 struct skstat_model *model, struct skstat_self *self);

/*
 * Sees to it that the probes are held, before a walk. What was refused for good (no such thing there, no permission) is
 * asked for again of another instance only, or after skstat_journal_forget(); any other failure is tried again by the
 * next call.
 */
void skstat_journal_hold(struct skstat_journal *journal, struct skstat_source *source);

/* The source was closed: another one has to be asked. */
void skstat_journal_forget(struct skstat_journal *journal);

bool skstat_journal_is_held(const struct skstat_journal *journal);

/*
 * All events since the last time, into the model, which was told `instance` last: those of another instance come too
 * early, for their namespaces are not known, and count as lost. *events (may be NULL) is how many came, lost ones too.
 * 0, also when nothing is held; or a negative errno, which was said and counted. What could not be read is not lost yet:
 * the next reading brings it, or counts it.
 */
int skstat_journal_read(struct skstat_journal *journal, struct skstat_source *source, uint64_t instance,
			uint64_t *events);

#endif
