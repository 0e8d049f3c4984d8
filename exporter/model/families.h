/* SPDX-License-Identifier: GPL-2.0 */
/* The families that no row of fields.h makes by itself, by which skstat_model_families() and _document() agree. */
#ifndef SKSTAT_MODEL_FAMILIES_H
#define SKSTAT_MODEL_FAMILIES_H

#include "family.h"

#define SKSTAT_VIEW_LABELS "view,direction,port,family"

enum {
	SKSTAT_DERIVED_SOCKETS,
	SKSTAT_DERIVED_CONNECTIONS,
	SKSTAT_DERIVED_CWND_LIMITED,
	SKSTAT_DERIVED_APPLICATION_LIMITED,
	SKSTAT_DERIVED_LISTENERS,
	SKSTAT_DERIVED_COUNT,
};

struct skstat_derived {
	const char *name, *unit;
	enum skstat_metric_type type;
	const char *help;
};

extern const struct skstat_derived skstat_derived[SKSTAT_DERIVED_COUNT];

#endif
