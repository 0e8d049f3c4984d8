/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What statsd knows of counters: by name, up to where each has been sent, and the lines that say what they have grown.
 * One set after another is read; a counter that a set does not have is forgotten. One thread at a time.
 */
#ifndef SKSTAT_RENDER_STATSD_COUNTER_H
#define SKSTAT_RENDER_STATSD_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* uthash is to leave what it could not add alone, and say so, instead of ending the program. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(entry) ((entry)->added = false)
#include <uthash.h>

#include "statsd_packet.h"

struct skstat_statsd_counter {
	UT_hash_handle hh;
	uint64_t set;	 /* in which it was last seen */
	uint64_t queued; /* in which it was queued */
	struct skstat_statsd_counter *next; /* in the queue */
	bool added;
	bool quiet; /* the server knows all of it, up to its value in the last set */
	double last;	/* its value in that set */
	double current; /* in the set that is being read */
	double sent;	/* up to where the server knows it */
	size_t length;	/* of the name */
	size_t tail;	/* of which so many, the last ones, stand behind the type */
	char name[];
};

/* Zeroed but for `plain`, and what skstat_counters_draw() makes. */
struct skstat_statsd_counters {
	struct skstat_statsd_counter *first; /* by name, in the order in which they came */
	uint64_t set;	 /* number of the one that is being read */
	size_t seen;	 /* counters that this set has */
	struct skstat_statsd_counter *queue, **queue_end; /* of these, the ones that may have something to send */
	bool started;	 /* one has been read to its end */
	bool plain;	 /* nothing stands behind a counter's type: no rate, no tags */
	uint32_t rate;	 /* as the style has it; below SKSTAT_STATSD_RATE, or 0 */
	uint64_t chance; /* state of what draws */
	char rate_text[16]; /* "|@0.1" */
};

void skstat_counters_free(struct skstat_statsd_counters *counters);

/* So many in SKSTAT_STATSD_RATE of those that have grown are to have a line; `seed` is not 0. */
void skstat_counters_draw(struct skstat_statsd_counters *counters, uint32_t rate, uint64_t seed);

/* Before a set is read. */
void skstat_counters_begin(struct skstat_statsd_counters *counters);

/* The counter of that name, new if there was none. NULL: no memory. */
struct skstat_statsd_counter *skstat_counter_take(struct skstat_statsd_counters *counters, const char *name,
						  size_t length, size_t tail);

/* The set has it, with that much: more is added up. */
void skstat_counter_read(struct skstat_statsd_counters *counters, struct skstat_statsd_counter *counter, double value);

/* It may have something to send. */
static inline void skstat_counter_queue(struct skstat_statsd_counters *counters,
					struct skstat_statsd_counter *counter)
{
	counter->queued = counters->set;
	counter->next = NULL;
	*counters->queue_end = counter;
	counters->queue_end = &counter->next;
}

/*
 * The set was read to its end: lines of what its counters have grown; or, of the first set, where they start. 0 or
 * -ENOMEM: what was not sent then goes with the next set.
 */
int skstat_counters_put(struct skstat_statsd_counters *counters, struct skstat_packet *packet);

#endif
