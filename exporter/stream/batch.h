/* SPDX-License-Identifier: GPL-2.0 */
/* What is in a stream's queue, from the collector to the stream's own thread: records as the kernel gave them. */
#ifndef SKSTAT_STREAM_BATCH_H
#define SKSTAT_STREAM_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <skstat/record.h>

#include "queue.h"
#include "source/field.h"

enum skstat_batch_kind {
	SKSTAT_BATCH_SCHEMA, /* what of the records that follow there is */
	SKSTAT_BATCH_RUN,    /* records of one kind and one shape */
	SKSTAT_BATCH_LOST,   /* events that the journal lost */
};

/* How records came to be read. */
enum skstat_batch_poll {
	SKSTAT_BATCH_JOURNAL,
	SKSTAT_BATCH_FULL,  /* by a poll that brought all */
	SKSTAT_BATCH_DELTA, /* that brought those that were active */
};

struct skstat_batch_schema {
	struct skstat_queue_item item;
	uint32_t hz;
	bool available[SKSTAT_FIELDS_COUNT];
} __attribute__((aligned(8)));

struct skstat_batch_run {
	struct skstat_queue_item item;
	uint64_t number;  /* of its first record in the stream; the others follow */
	uint64_t wall_ns; /* CLOCK_REALTIME when they were read */
	int64_t offset_ns; /* that less CLOCK_MONOTONIC */
	uint32_t poll;	  /* enum skstat_batch_poll */
	uint32_t reserved;
	struct skstat_run run; /* and its records behind it */
};

struct skstat_batch_lost {
	struct skstat_queue_item item;
	uint64_t number;
	uint64_t wall_ns;
	uint64_t events; /* so many, */
	uint64_t more;	 /* and, if this is not 0, a number that is not known */
};

#endif
