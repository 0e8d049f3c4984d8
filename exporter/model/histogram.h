/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histograms of a group: classic ones, by the edges of its view, and native ones of schema 3, in one array. Its buckets
 * are as fine as both together, so that a value is counted once, and either is exact. Counts and sums are kept of raw
 * values, as whole numbers. Pure.
 */
#ifndef SKSTAT_MODEL_HISTOGRAM_H
#define SKSTAT_MODEL_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/field.h"
#include "view_config.h"

#define SKSTAT_EDGES_MAX SKSTAT_VIEW_EDGES_MAX
#define SKSTAT_NATIVE_SCHEMA 3
#define SKSTAT_NATIVE_OCTAVES 38
#define SKSTAT_FINE_MAX (SKSTAT_NATIVE_OCTAVES * (1 << SKSTAT_NATIVE_SCHEMA) + 1 + SKSTAT_EDGES_MAX + 1)

/* What is measured: which edges it has by default, and from where to where native buckets are told apart. */
enum skstat_span {
	SKSTAT_SPAN_SECONDS,
	SKSTAT_SPAN_DURATION,
	SKSTAT_SPAN_BYTES,   /* of a queue */
	SKSTAT_SPAN_PAYLOAD, /* that a connection carries in its life */
	SKSTAT_SPAN_COUNT,
	__SKSTAT_SPAN_MAX
};

/* How a figure is put into buckets. */
struct skstat_measure {
	size_t edges;
	double edge[SKSTAT_EDGES_MAX]; /* of the classic buckets, in base units */
	int lowest, octaves;	       /* native: from 2^lowest on, so many powers of two */
	size_t fine;		       /* buckets in the array */
	uint64_t limit[SKSTAT_FINE_MAX]; /* upper edges of these in raw units, rounded down; the last is all ones */
	uint16_t first[62 * 8];	       /* by slot: how many limits are below its values */
	uint8_t classic[SKSTAT_FINE_MAX]; /* in which classic bucket each is */
	uint16_t native[SKSTAT_FINE_MAX]; /* and native one: 0 is the lowest edge and below, the last above all */
	uint64_t lacking;	       /* stands for "not measured" */
};

struct skstat_histogram {
	const struct skstat_measure *measure;
	uint64_t sum;	  /* raw */
	uint64_t touched; /* 1 << place / 8: all but these are 0, and the first eight may be others */
	uint64_t count[]; /* measure->fine of them */
};
_Static_assert(SKSTAT_FINE_MAX <= 64 * 8, "there are more places than skstat_histogram.touched tells of");

/* The last one of a classic bucket. */
struct skstat_example {
	uint64_t cookie; /* 0: there is none */
	uint64_t value;	 /* raw */
	uint64_t time_ns; /* CLOCK_MONOTONIC */
};

/* The span of a field's histogram. */
enum skstat_span skstat_span_of(const struct skstat_field *field);

/* By the span's own edges, or others. `hz` as in skstat_unit_scale(): when that changes, the buckets stay. */
void skstat_measure_init(struct skstat_measure *measure, const struct skstat_field *field, enum skstat_span span,
			 const struct skstat_view_buckets *buckets, uint32_t hz);

/* What a histogram of that measure takes, in bytes. */
static inline size_t skstat_histogram_size(const struct skstat_measure *measure)
{
	return sizeof(struct skstat_histogram) + measure->fine * sizeof(uint64_t);
}

/* Values that have their four highest bits in common; below 8, each has one for itself. */
static inline unsigned int skstat_histogram_slot(uint64_t value)
{
	unsigned int bit = 63 - (unsigned int)__builtin_clzll(value | 1);

	return value < 8 ? (unsigned int)value : (bit - 3) * 8 + (unsigned int)(value >> (bit - 3));
}

/* Counts a raw value, unless it says that nothing was measured. The place where, or -1. */
static inline int skstat_histogram_add(struct skstat_histogram *histogram, uint64_t value)
{
	const struct skstat_measure *measure = histogram->measure;
	unsigned int i;

	if (value == measure->lacking)
		return -1;
	/* Of a queue, that is what it is nearly always. No edge is below. */
	if (!value) {
		histogram->count[0]++;
		return 0;
	}
	i = measure->first[skstat_histogram_slot(value)];
	while (value > measure->limit[i])
		i++;
	histogram->touched |= UINT64_C(1) << i / 8;
	histogram->count[i]++;
	histogram->sum += value;
	return (int)i;
}

#endif
