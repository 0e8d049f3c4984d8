// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "histogram.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/*
 * From a neighbour in the rack to a path that is as good as dead; closest together where the wide area is. Published:
 * to change an edge breaks everybody's quantiles over time. Each is at least twice the one before:
 * skstat_histogram_add() counts on it.
 */
static const double seconds[SKSTAT_EDGES] = { 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 5e-2, 1e-1, 2e-1, 5e-1, 2, 10 };
static const double counts[SKSTAT_EDGES] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 };
/* The first is for what is empty. */
static const double bytes[SKSTAT_EDGES] = { 1,	    64,	    256,     1024,    4096,	16384,
					    65536, 262144, 1048576, 4194304, 16777216, 67108864 };

/* From a request to a session. */
static const double durations[SKSTAT_EDGES] = { 1e-3, 1e-2, 5e-2, 2e-1, 1, 5, 15, 60, 180, 600, 1800, 3600 };
/* From an empty connection to a download. */
static const double payloads[SKSTAT_EDGES] = { 1,      256,	1024,	 4096,	   16384,     65536,
					       262144, 1048576, 4194304, 16777216, 134217728, 1073741824 };

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

static const double *edges_of(const struct skstat_field *field)
{
	const char *base = skstat_unit_base(field->unit);

	if (strcmp(field->name, "duration") == 0)
		return durations;
	return strcmp(base, "seconds") == 0 ? seconds : strcmp(base, "bytes") == 0 ? bytes : counts;
}

/* `scale`: what one step of the raw value is in the edges' unit. */
static void edges_set(struct skstat_measure *measure, const double *edge, double scale)
{
	uint8_t first = 0;

	measure->edge = edge;
	/*
	 * A raw value is whole: it is beyond an edge if it is beyond the edge rounded down. (The millionth is for
	 * 0.1, the other for an hour in nanoseconds.)
	 */
	for (size_t i = 0; i < SKSTAT_EDGES; i++)
		measure->limit[i] = scale > 0 ? (uint64_t)(measure->edge[i] / scale * (1 + 1e-15) + 1e-6) : UINT64_MAX;
	measure->limit[SKSTAT_EDGES] = UINT64_MAX;
	for (unsigned int bit = 0; bit < LENGTH(measure->first); bit++) {
		while (measure->limit[first] < UINT64_C(1) << bit)
			first++;
		measure->first[bit] = first;
	}
}

void skstat_measure_payload(struct skstat_measure *measure)
{
	edges_set(measure, payloads, 1);
}

void skstat_measure_init(struct skstat_measure *measure, const struct skstat_field *field, uint32_t hz)
{
	edges_set(measure, edges_of(field), skstat_unit_scale(field->unit, hz));
	measure->lacking = UINT64_MAX;
	for (size_t i = 0; i < LENGTH(lacking); i++)
		if (strcmp(lacking[i].field, field->name) == 0)
			measure->lacking = lacking[i].value;
}
