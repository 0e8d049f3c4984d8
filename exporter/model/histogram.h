/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Classic histograms: the edges of each unit, and the counts of a group. Counts and sums are kept of raw values, as
 * whole numbers. Pure.
 */
#ifndef SKSTAT_MODEL_HISTOGRAM_H
#define SKSTAT_MODEL_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "source/field.h"

#define SKSTAT_EDGES 12

/* How a figure is put into buckets. */
struct skstat_measure {
	const double *edge;		  /* SKSTAT_EDGES of them, in base units; constant */
	uint64_t limit[SKSTAT_EDGES + 1]; /* the same in raw units, rounded down; the last is all ones */
	uint8_t first[64];		  /* by the highest bit of a value: how many limits are below that bit */
	uint64_t lacking;		  /* stands for "not measured" */
};

struct skstat_histogram {
	uint64_t count[SKSTAT_EDGES + 1]; /* by bucket; the last is above the last edge */
	uint64_t sum;			  /* raw */
};

/* The last one of a bucket. */
struct skstat_example {
	uint64_t cookie; /* 0: there is none */
	uint64_t value;	 /* raw */
	uint64_t time_ns; /* CLOCK_MONOTONIC */
};

/* `hz` as in skstat_unit_scale(). */
void skstat_measure_init(struct skstat_measure *measure, const struct skstat_field *field, uint32_t hz);

/* For what a connection carries in its life: edges of their own, in bytes. After skstat_measure_init(). */
void skstat_measure_payload(struct skstat_measure *measure);

/* Counts a raw value, unless it says that nothing was measured. Its bucket, or -1. */
static inline int skstat_histogram_add(struct skstat_histogram *histogram, const struct skstat_measure *measure,
				       uint64_t value)
{
	unsigned int i;

	if (value == measure->lacking)
		return -1;
	/* Of a queue, that is what it is nearly always. No edge is below. */
	if (!value) {
		histogram->count[0]++;
		return 0;
	}
	/* There is not more than one limit between a power of two and the next. */
	i = measure->first[63 - __builtin_clzll(value | 1)];
	i += value > measure->limit[i];
	histogram->count[i]++;
	histogram->sum += value;
	return (int)i;
}

#endif
