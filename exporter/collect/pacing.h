/* SPDX-License-Identifier: GPL-2.0 */
/* The collector's pace, by what its thread takes: --cpu-budget, its figures and its lines in the log. One thread. */
#ifndef SKSTAT_COLLECT_PACING_H
#define SKSTAT_COLLECT_PACING_H

#include "config/config.h"
#include "pace.h"
#include "self/self.h"

struct skstat_pacing {
	struct skstat_pace pace;
	struct skstat_self *self;
	uint64_t cpu_ns; /* of the thread, by the poll before; 0: there was none */
	bool told, told_short;
};

void skstat_pacing_init(struct skstat_pacing *pacing, const struct skstat_config *config, struct skstat_self *self);

/*
 * A poll is over; to be called by the thread that polls, whose time since the poll before counts: the walks in the
 * kernel, which are done in it, are a part of that, and what the exporter's other threads and the module's probes take
 * is none. True: pacing->pace.interval_ns is another one.
 */
bool skstat_pacing_take(struct skstat_pacing *pacing, bool full);

#endif
