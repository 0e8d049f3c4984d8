/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's probes: which of them are wanted is for the flags to say, which are held for the source. They are held
 * from before the first walk on. Probes that cannot be had are no failure: it is said once, and polls go on without.
 * One thread.
 */
#ifndef SKSTAT_COLLECT_PROBES_H
#define SKSTAT_COLLECT_PROBES_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "self/self.h"
#include "source/source.h"
#include "trouble.h"

struct skstat_probes {
	struct skstat_self *self;
	uint64_t wanted;     /* SKSTAT_PROBE_BIT(); 0: none */
	uint64_t held;	     /* of these */
	uint64_t missing;    /* of these, as the log knows it */
	uint64_t timeout_ns; /* of requests, but for a hold */
	uint64_t instance;   /* of the source that was asked last; 0: it has to be asked */
	uint64_t journal_ns; /* CLOCK_MONOTONIC when the journal began to be held; 0: it never was */
	struct skstat_trouble holding;
};

void skstat_probes_init(struct skstat_probes *probes, const struct skstat_config *config, struct skstat_self *self);

/* Others are wanted from now on: the next hold asks for them, and lets go of those that are not among them. */
void skstat_probes_want(struct skstat_probes *probes, const struct skstat_config *config);

/*
 * Sees to it that they are held, before a walk. What was refused for good (no such thing there, no permission) is asked
 * for again of another instance only, or after skstat_probes_forget(); any other failure is tried again by the next
 * call.
 */
void skstat_probes_hold(struct skstat_probes *probes, struct skstat_source *source);

/* The source was closed: another one has to be asked. */
void skstat_probes_forget(struct skstat_probes *probes);

/* Whether there is a journal: without `life` it is none. */
bool skstat_probes_journal(const struct skstat_probes *probes);

/* Those that count by key, and are held; and those that measure. */
uint64_t skstat_probes_counting(const struct skstat_probes *probes);
uint64_t skstat_probes_measuring(const struct skstat_probes *probes);

#endif
