/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module's probes count: cells, chosen by the names of what stands in their keys, and how much they have
 * grown.
 */
#ifndef SKSTAT_TEST_CELLS_H
#define SKSTAT_TEST_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "key_select.h"
#include "source/netlink.h"

struct cells_reading {
	struct skstat_cell *cell;
	size_t count, room;
};

struct cells {
	struct skstat_netlink *holder, *reader;
	struct cells_reading now, mark;
	struct key_names names; /* of the last reading */
	struct skstat_counter_totals totals; /* likewise */
};

/* Holds the probes that this kernel has of these, and marks. The program ends if there is no module. */
void cells_open(struct cells *cells, uint64_t probes);

/* Lets go of them. */
void cells_close(struct cells *cells);

/* From here on it counts. */
void cells_mark(struct cells *cells);

/*
 * Reads anew, and sums up what the cells of a table that are meant have grown by since the mark. Which are
 * meant: key_select.h.
 */
uint64_t __attribute__((format(printf, 3, 4)))
cells_sum(struct cells *cells, enum skstat_table_id table, const char *format, ...);

/* The same, waiting for so much: ten seconds at most. */
uint64_t __attribute__((format(printf, 4, 5)))
cells_await(struct cells *cells, uint64_t least, enum skstat_table_id table, const char *format, ...);

/* Fails the test, and shows what was counted, unless it is exactly so much, which is waited for. */
void __attribute__((format(printf, 4, 5)))
cells_are(struct cells *cells, uint64_t count, enum skstat_table_id table, const char *format, ...);

/* What of a table has grown since the mark, for people. */
void cells_show(struct cells *cells, enum skstat_table_id table);

#endif
