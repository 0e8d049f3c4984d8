/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's SNMP counters that are shown, by namespace: skstat_mib_<table>_<name>{netns}. mib_rows.h says which.
 * Pure.
 */
#ifndef SKSTAT_MODEL_MIB_H
#define SKSTAT_MODEL_MIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "family.h"
#include "mib_rows.h"
#include "source/message.h"

enum {
#define SKSTAT_MIB_ROW_ONE(...) +1
	SKSTAT_MIB_COUNT = 0 SKSTAT_MIB_ROWS(SKSTAT_MIB_ROW_ONE),
#undef SKSTAT_MIB_ROW_ONE
};

struct skstat_mib_row {
	uint32_t table;	    /* SKSTAT_MIB_TCP, ... */
	const char *kernel; /* as SCHEMA spells it */
	const char *name;   /* of the metric, whole but for `_total` */
	enum skstat_metric_type type;
	const char *help;
};

extern const struct skstat_mib_row skstat_mib_rows[SKSTAT_MIB_COUNT];

/* Where each row stands in the tables of this source; -1: it does not have it. */
struct skstat_mib_index {
	int32_t at[SKSTAT_MIB_COUNT];
};

struct skstat_mib_values {
	uint64_t value[SKSTAT_MIB_COUNT];
	bool has[SKSTAT_MIB_COUNT];
};

/* Where that counter stands in its table; -1: it does not. `schema` may be NULL: that has nothing. */
int32_t skstat_mib_find(const struct skstat_schema *schema, uint32_t table, const char *name);

/* NULL has nothing. */
void skstat_mib_index_init(struct skstat_mib_index *index, const struct skstat_schema *schema);

/*
 * Takes a namespace's values as they are. What `values` gains by it is added to the counters of `sum`, if not NULL: all
 * of it, the first time, and nothing if it goes back.
 */
void skstat_mib_take(struct skstat_mib_values *values, const struct skstat_mib *mib,
		     const struct skstat_mib_index *index, struct skstat_mib_values *sum);

#endif
