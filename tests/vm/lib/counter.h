/* SPDX-License-Identifier: GPL-2.0 */
/* A reader of COUNTER, which holds every dump to what the protocol promises, by itself and against the one before. */
#ifndef SKSTAT_TEST_COUNTER_H
#define SKSTAT_TEST_COUNTER_H

#include "keyed_dump.h"

struct counters {
	struct keyed_dump dump;
	/* Of the last dump: */
	struct skstat_cell *cell;
	size_t cells, room;
};

/* The program ends if there is no module. */
void counters_open(struct counters *counters);
void counters_close(struct counters *counters);

/*
 * Takes a dump. NULL, or what is wrong: a refusal, or a promise that was not kept. Promises: those of keyed_dump.h,
 * cells are aligned, and a key comes once and is of a known table. Since the last dump of the same instance no cell has
 * gone, nor its count back.
 */
const char *counters_read(struct counters *counters);

/* The cell of that table whose key begins with these values, or NULL: there is none. */
const struct skstat_cell *counters_find(const struct counters *counters, enum skstat_table_id table, const uint32_t *key,
					size_t columns);

/* The table's `other`; 0: there is none. */
uint64_t counters_other(const struct counters *counters, enum skstat_table_id table);

/* The sum of a table's cells, with `other`. */
uint64_t counters_sum(const struct counters *counters, enum skstat_table_id table);

#endif
