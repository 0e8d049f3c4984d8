/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that this poll brought for the first time. They wait for its end, because a listener may come behind
 * its children; then each gets its direction and its group, and adds what it brought.
 */
#ifndef SKSTAT_MODEL_NEWCOMER_H
#define SKSTAT_MODEL_NEWCOMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/record.h>

#include "table.h"

#define SKSTAT_NOT_OBSERVED SIZE_MAX

struct skstat_newcomer {
	struct skstat_entry *entry;
	struct skstat_facts facts;
	struct skstat_name comm;       /* "" where neither event nor record knew */
	struct skstat_addr local;      /* mapped */
	struct skstat_opening opening; /* if an event told of it */
	uint64_t inode;
	bool whole;	    /* adds its counters whole; else it is baseline */
	size_t observation; /* index, or SKSTAT_NOT_OBSERVED */
};

/* What a connection adds to the distributions: raw. */
struct skstat_observation {
	uint64_t value[SKSTAT_HISTOGRAMS];
};

struct skstat_newcomers {
	struct skstat_newcomer *list;
	size_t count, room;
	struct skstat_observation *observation;
	size_t observations, observation_room;
};

/* One more, zeroed and not observed. NULL: no memory. Good until the next. */
struct skstat_newcomer *skstat_newcomers_add(struct skstat_newcomers *newcomers);

/* Room for the last newcomer's observation. NULL: no memory. Good until the next. */
struct skstat_observation *skstat_newcomers_observe(struct skstat_newcomers *newcomers);

/* Forgets all, and gives back what a crowd took. */
void skstat_newcomers_clear(struct skstat_newcomers *newcomers);
void skstat_newcomers_free(struct skstat_newcomers *newcomers);

size_t skstat_newcomers_bytes(const struct skstat_newcomers *newcomers);

#endif
