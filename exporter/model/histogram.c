// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <string.h>

#include "histogram.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PER_OCTAVE (1 << SKSTAT_NATIVE_SCHEMA)
#define DEFAULT_EDGES 12

/* Published: to change an edge breaks everybody's quantiles over time. */
static const struct {
	double edge[DEFAULT_EDGES];
	int lowest, highest; /* of the native buckets, as exponents of two */
} spans[__SKSTAT_SPAN_MAX] = {
	/*
	 * From a neighbour in the rack to a path that is as good as dead; closest together where the wide area is.
	 * A microsecond to a minute.
	 */
	[SKSTAT_SPAN_SECONDS] = {
		{ 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 5e-2, 1e-1, 2e-1, 5e-1, 2, 10 }, -20, 6,
	},
	/* From a request to a session. */
	[SKSTAT_SPAN_DURATION] = { { 1e-3, 1e-2, 5e-2, 2e-1, 1, 5, 15, 60, 180, 600, 1800, 3600 }, -14, 18 },
	/* The first is for what is empty. */
	[SKSTAT_SPAN_BYTES] = {
		{ 1, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864 }, 0, 30,
	},
	/* From an empty connection to a download. */
	[SKSTAT_SPAN_PAYLOAD] = {
		{ 1, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 134217728, 1073741824 }, 0, 38,
	},
	[SKSTAT_SPAN_COUNT] = { { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 }, 0, 16 },
};

/* The values by which the kernel says that it has not measured yet; all ones, if it is not here. */
static const struct {
	const char *field;
	uint64_t value;
} lacking[] = {
	{ "rtt", 0 },
	{ "min_rtt", UINT32_MAX },
	{ "rttvar", 0 },
	{ "rcv_rtt", 0 },
};

enum skstat_span skstat_span_of(const struct skstat_field *field)
{
	const char *base = skstat_unit_base(field->unit);

	if (strcmp(field->name, "duration") == 0)
		return SKSTAT_SPAN_DURATION;
	if (strcmp(base, "seconds") == 0)
		return SKSTAT_SPAN_SECONDS;
	return strcmp(base, "bytes") == 0 ? SKSTAT_SPAN_BYTES : SKSTAT_SPAN_COUNT;
}

/*
 * A raw value is whole: it is beyond an edge if it is beyond the edge rounded down. (The millionth is for 0.1, the
 * other for an hour in nanoseconds.)
 */
static uint64_t limit_of(double edge, double scale)
{
	double limit = scale > 0 ? edge / scale * (1 + 1e-15) + 1e-6 : 0x1p64;

	return limit < 0x1p64 ? (uint64_t)limit : UINT64_MAX;
}

/* Both kinds of edges, rising, in an order that no scale changes; and in which bucket of either kind each piece is. */
static void edges_merge(struct skstat_measure *measure, double scale)
{
	size_t natives = (size_t)measure->octaves * PER_OCTAVE + 1, c = 0, n = 0, i = 0;

	while (c < measure->edges || n < natives) {
		double native = exp2(measure->lowest + (double)n / PER_OCTAVE);
		bool first = n == natives || (c < measure->edges && measure->edge[c] <= native);

		measure->classic[i] = (uint8_t)c;
		measure->native[i] = (uint16_t)n;
		measure->limit[i++] = limit_of(first ? measure->edge[c] : native, scale);
		c += first;
		n += !first;
	}
	measure->classic[i] = (uint8_t)c;
	measure->native[i] = (uint16_t)n;
	measure->limit[i++] = UINT64_MAX;
	measure->fine = i;
}

void skstat_measure_init(struct skstat_measure *measure, const struct skstat_field *field, enum skstat_span span,
			 const struct skstat_view_buckets *buckets, uint32_t hz)
{
	const double *edge = buckets ? buckets->edge : spans[span].edge;
	uint16_t first = 0;

	memset(measure, 0, sizeof(*measure));
	measure->edges = buckets ? buckets->edges : DEFAULT_EDGES;
	if (measure->edges > SKSTAT_EDGES_MAX)
		measure->edges = SKSTAT_EDGES_MAX;
	memcpy(measure->edge, edge, measure->edges * sizeof(*edge));
	measure->lowest = spans[span].lowest;
	measure->octaves = spans[span].highest - spans[span].lowest;
	edges_merge(measure, skstat_unit_scale(field->unit, hz));
	for (unsigned int slot = 0; slot < LENGTH(measure->first); slot++) {
		uint64_t least = slot < 8 ? slot : (uint64_t)(8 + slot % 8) << (slot / 8 - 1);

		while (measure->limit[first] < least)
			first++;
		measure->first[slot] = first;
	}
	measure->lacking = UINT64_MAX;
	for (size_t i = 0; i < LENGTH(lacking); i++)
		if (strcmp(lacking[i].field, field->name) == 0)
			measure->lacking = lacking[i].value;
}
