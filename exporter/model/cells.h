/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module's probes have counted, or measured, as counters of this process: each cell is differenced against
 * what it was, under its key, and the difference goes to the series that its key is called by now. A cell is one
 * number, or the many of a histogram. Pure.
 *
 * A reading is skstat_cells_begin(), cells and names in any order, skstat_cells_end(). Nothing of it counts before its
 * end, nor if it was not whole. What the first whole reading of a table finds is baseline, and adds nothing; a key that
 * comes later adds all it has. A cell whose names are missing waits for the next reading, and is `unknown` then.
 * Whatever was called differently meanwhile goes on under its new name; what it had counted stays under the old one.
 *
 * In the steady state a cell costs a look-up by its key, an addition of each number, and no memory.
 */
#ifndef SKSTAT_MODEL_CELLS_H
#define SKSTAT_MODEL_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell_name.h"
#include "cell_series.h"
#include "namespaces.h"

/* What cells there are. */
struct skstat_cell_shape {
	const struct skstat_cell_table *table; /* what a cell's number stands for; the first is none */
	uint32_t tables;
	uint32_t values; /* numbers of a cell */
	bool round;	 /* the last of these goes on at 0 when it has passed 2^64 */
};

/* A row of tables.h: one number. Of histograms.h: the buckets, and then these. */
extern const struct skstat_cell_shape skstat_cells_counted, skstat_cells_measured;

enum {
	SKSTAT_MEASURED_LOW = SKSTAT_HISTOGRAM_BUCKETS,
	SKSTAT_MEASURED_HIGH,
	SKSTAT_MEASURED_SUM, /* goes round */
	SKSTAT_MEASURED_VALUES,
};

struct skstat_cell_entry {
	uint32_t table;
	uint32_t key[SKSTAT_KEY_COLUMNS];
	struct skstat_cell_series *series; /* NULL: it has none yet */
	uint32_t reading; /* that brought it last */
	bool fresh;	  /* no reading that brought it has ended well */
	bool waited;	  /* one has, for which a name was missing */
	/* As that reading brought them; and behind these, what of them went into series, or is baseline. */
	uint64_t value[];
};

/* So many tables, at most. */
#define SKSTAT_CELLS_TABLES 16

/* Zeroed, but for `shape`, `limit` and `memory`, is empty. */
struct skstat_cells {
	const struct skstat_cell_shape *shape;
	void *entry; /* struct skstat_cell_entry, each with its values */
	size_t count, room;
	uint32_t *place;   /* open addressing: index + 1; 0: free */
	unsigned int bits; /* 1 << bits places */
	uint32_t limit;	   /* of series with labels of their own, in each table */
	struct skstat_room *memory; /* for these; NULL: there is enough */

	uint32_t reading;  /* number of the one that is under way, or was last */
	uint64_t held;	   /* SKSTAT_PROBE_BIT(): whose tables are taken, in that reading */
	uint64_t shown;	   /* were ever held: their families are there */
	uint64_t baseline; /* were held in a reading that was whole */

	struct skstat_cell_names names;
	struct skstat_cell_family family[SKSTAT_CELLS_TABLES];
};

/* Leaves shape, limit and memory. */
void skstat_cells_free(struct skstat_cells *cells);

/* The module was loaded anew: keys and names are another's; its counters begin at 0, and the series go on. */
void skstat_cells_forget(struct skstat_cells *cells);

/* `held`: of which probes the tables are wanted; cells of others are passed over. */
void skstat_cells_begin(struct skstat_cells *cells, uint64_t held);

/*
 * A cell of a table of the shape's, with as many numbers as that has. A key that comes twice counts both. 0 or
 * -ENOMEM.
 */
int skstat_cells_take(struct skstat_cells *cells, uint32_t table, const uint32_t key[SKSTAT_KEY_COLUMNS],
		      const uint64_t *value);

/* `whole`: all came. */
void skstat_cells_end(struct skstat_cells *cells, const struct skstat_namespaces *namespaces, bool whole);

size_t skstat_cells_bytes(const struct skstat_cells *cells);

#endif
