/* SPDX-License-Identifier: GPL-2.0 */
/* What the collector's own files share; nobody else includes it. */
#ifndef SKSTAT_COLLECT_INSIDE_H
#define SKSTAT_COLLECT_INSIDE_H

#include "collect.h"
#include "model/model.h"
#include "naming.h"
#include "notify.h"
#include "pacing.h"
#include "poll_time.h"
#include "poller.h"
#include "procfs/collectors.h"
#include "serve/lifecycle.h"
#include "stream/outlets.h"
#include "trouble.h"
#include "waiter.h"

struct skstat_collector {
	const struct skstat_config *config;
	const char *why;
	struct skstat_store *store;
	struct skstat_self *self;

	struct skstat_naming naming;
	struct skstat_model *model;
	struct skstat_poller *poller;
	struct skstat_outlets *outlets; /* NULL: no streams */
	struct skstat_procfs *procfs;
	struct skstat_poll_time time;
	struct skstat_pacing pacing;

	struct skstat_lifecycle *lifecycle; /* NULL: nobody asks */
	struct skstat_notify nobody, *notify;
	bool told_ready;
	struct skstat_waiter waiter;
	uint64_t interval_ns; /* of the timer */
	uint64_t start_ns;    /* when the first tick with that interval was due */
	uint64_t ticks;	      /* since then, those that were left out too */
	uint64_t polls;
	bool ended;

	struct skstat_trouble trouble, procfs_trouble;
	uint32_t budget_told;
	bool memory_told;
};

/*
 * The kill switch is looked at, and a poll made and published (round.c). 0, or the poll's failure, which is not the
 * end.
 */
int skstat_collector_poll(struct skstat_collector *collector, uint64_t due_ns, struct skstat_error *error);

/* The configuration is to be read again: a signal, or somebody asked (asked.c). */
void skstat_collector_signal(struct skstat_collector *collector);
void skstat_collector_asked(struct skstat_collector *collector);

#endif
