/* SPDX-License-Identifier: GPL-2.0 */
/* Raw figures in base units. Pure. */
#ifndef SKSTAT_MODEL_SCALE_H
#define SKSTAT_MODEL_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "source/field.h"

/* How a raw figure becomes one in base units. */
struct skstat_scale {
	bool divides;
	double by;
};

/*
 * Divided by the steps of a unit, and not multiplied by a step's length, so that 1003 milliseconds are 1.003 s and not
 * 1.0030000000000001.
 */
static inline struct skstat_scale skstat_scale_of(enum skstat_unit unit, uint32_t hz)
{
	double scale = skstat_unit_scale(unit, hz);

	if (scale > 0 && scale < 1)
		return (struct skstat_scale) { true, (double)(uint64_t)(1 / scale + 0.5) };
	return (struct skstat_scale) { false, scale };
}

static inline double skstat_scaled(double raw, const struct skstat_scale *scale)
{
	return scale->divides ? raw / scale->by : raw * scale->by;
}

#endif
