// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "shape.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The histograms that a view has by default: a group has 137 series then, and 20 groups and `other` stay below 3,000.
 * With all ten it would have 197.
 */
static const char *const by_default[] = { "rtt", "rqueue", "wqueue", "connect_latency", "first_byte", "duration" };

bool skstat_patterns_match(const struct skstat_view_patterns *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (fnmatch(patterns->pattern[i], text, 0) == 0)
			return true;
	return false;
}

/* A counter may be called with its `_total`, or without. */
static bool is_asked(const struct skstat_view_config *config, const char *name, bool counter)
{
	char total[128];

	if (!config->families.count || skstat_patterns_match(&config->families, name))
		return true;
	snprintf(total, sizeof(total), "%s_total", name);
	return counter && skstat_patterns_match(&config->families, total);
}

/* What is made from bytes_sent and bytes_received, the payload of connections, is not among the default ones. */
static bool is_default(const struct skstat_column *column)
{
	for (size_t i = 0; i < LENGTH(by_default); i++)
		if (strcmp(by_default[i], column->field->name) == 0)
			return true;
	return false;
}

/* "rtt" is skstat_tcp_rtt_seconds. */
static bool is_called(const struct skstat_column *column, const char *histogram)
{
	char name[sizeof(column->name)];

	snprintf(name, sizeof(name), "skstat_tcp_%s%s%s", histogram, column->unit[0] ? "_" : "", column->unit);
	return strcmp(name, column->name) == 0;
}

static const struct skstat_view_buckets *buckets_of(const struct skstat_view_config *config,
						    const struct skstat_column *column)
{
	for (size_t i = 0; i < config->bucketed; i++)
		if (is_called(column, config->buckets[i].histogram))
			return &config->buckets[i];
	return NULL;
}

static int histograms_init(const struct skstat_view_config *config, const struct skstat_column *column, size_t count,
			   struct skstat_measure **measure, bool *shows)
{
	for (size_t i = 0; i < count; i++) {
		shows[i] = is_asked(config, column[i].name, false) &&
			   (config->families.count || config->all_histograms || is_default(&column[i]));
		if (!shows[i])
			continue;
		measure[i] = malloc(sizeof(**measure));
		if (!measure[i])
			return -ENOMEM;
	}
	return 0;
}

static void columns_init(const struct skstat_view_config *config, const struct skstat_column *column, size_t count,
			 bool counter, bool *shows)
{
	for (size_t i = 0; i < count; i++)
		shows[i] = is_asked(config, column[i].name, counter);
}

int skstat_shape_init(struct skstat_shape *shape, const struct skstat_view_config *config,
		      const struct skstat_plan *plan)
{
	memset(shape, 0, sizeof(*shape));
	for (size_t i = 0; i < SKSTAT_DERIVED_COUNT; i++)
		shape->shows[SKSTAT_SHOWN_DERIVED + i] = is_asked(config, skstat_derived[i].name,
								  skstat_derived[i].type == SKSTAT_METRIC_COUNTER);
	columns_init(config, plan->counter, SKSTAT_COUNTERS, true, shape->shows + SKSTAT_SHOWN_COUNTER);
	columns_init(config, plan->gauge, SKSTAT_GAUGES, false, shape->shows + SKSTAT_SHOWN_GAUGE);
	if (histograms_init(config, plan->histogram, SKSTAT_HISTOGRAMS, shape->histogram,
			    shape->shows + SKSTAT_SHOWN_HISTOGRAM) ||
	    histograms_init(config, plan->life, SKSTAT_LIVES, shape->life, shape->shows + SKSTAT_SHOWN_LIFE))
		return -ENOMEM;
	/* Measured by jiffies of whatever length: as many buckets as ever. */
	skstat_shape_fit(shape, config, plan, plan->hz ? plan->hz : 1000);
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		shape->bytes += shape->histogram[i] ? skstat_histogram_size(shape->histogram[i]) : 0;
	for (size_t i = 0; i < SKSTAT_LIVES; i++)
		if (shape->life[i])
			shape->bytes += skstat_histogram_size(shape->life[i]) +
					(shape->life[i]->edges + 1) * sizeof(struct skstat_example);
	return 0;
}

void skstat_shape_fit(struct skstat_shape *shape, const struct skstat_view_config *config,
		      const struct skstat_plan *plan, uint32_t hz)
{
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		if (shape->histogram[i])
			skstat_measure_init(shape->histogram[i], plan->histogram[i].field, plan->histogram[i].span,
					    buckets_of(config, &plan->histogram[i]), hz);
	for (size_t i = 0; i < SKSTAT_LIVES; i++)
		if (shape->life[i])
			skstat_measure_init(shape->life[i], plan->life[i].field, plan->life[i].span,
					    buckets_of(config, &plan->life[i]), hz);
}

void skstat_shape_free(struct skstat_shape *shape)
{
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		free(shape->histogram[i]);
	for (size_t i = 0; i < SKSTAT_LIVES; i++)
		free(shape->life[i]);
}

size_t skstat_shape_bytes(const struct skstat_shape *shape)
{
	size_t count = 0;

	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		count += shape->histogram[i] != NULL;
	for (size_t i = 0; i < SKSTAT_LIVES; i++)
		count += shape->life[i] != NULL;
	return count * sizeof(struct skstat_measure);
}
