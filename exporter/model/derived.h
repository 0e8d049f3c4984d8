/* SPDX-License-Identifier: GPL-2.0 */
/* The families that no row of fields.h makes by itself: their names, by shape.h's numbers. */
#ifndef SKSTAT_MODEL_DERIVED_H
#define SKSTAT_MODEL_DERIVED_H

#include "family.h"
#include "shape.h"

struct skstat_derived {
	const char *name, *unit;
	enum skstat_metric_type type;
	const char *help;
};

extern const struct skstat_derived skstat_derived[SKSTAT_DERIVED_COUNT];

#endif
