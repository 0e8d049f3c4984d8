/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The series of one table of cells, by their labels. Those that come first have their own, and stay; past the limit
 * there is one for all others, `other`. Counters only grow. Pure.
 */
#ifndef SKSTAT_MODEL_CELL_SERIES_H
#define SKSTAT_MODEL_CELL_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell_label.h"
#include "hash.h"
#include "room.h"

struct skstat_cell_series {
	uint64_t carries; /* times that the last of the numbers has passed 2^64 */
	bool hashed;
	UT_hash_handle hh;
	size_t length;
	char *text;	  /* struct skstat_cell_text, so much of it; behind the numbers */
	uint64_t value[]; /* of the cells that go here, the sum of each number */
};

/* All zeros has none. */
struct skstat_cell_family {
	struct skstat_cell_series *list; /* with labels of their own, in the order in which they came */
	struct skstat_cell_series *other; /* NULL: not used yet; not in the list */
	uint64_t folded;		  /* cells that went there for want of a place */
	size_t bytes;			  /* of the series */
};

/* The series of so many numbers with those labels, made if there is room, else `other`. NULL: no memory. */
struct skstat_cell_series *skstat_cell_series_admit(struct skstat_cell_family *family,
						    const struct skstat_cell_table *table,
						    const struct skstat_cell_text *text, uint32_t values,
						    uint32_t limit, struct skstat_room *room);

/* `other` itself: where the module counts what found no place. NULL: no memory. */
struct skstat_cell_series *skstat_cell_series_other(struct skstat_cell_family *family,
						    const struct skstat_cell_table *table, uint32_t values);

/* How many have labels of their own. */
size_t skstat_cell_series_count(const struct skstat_cell_family *family);

/* Leaves it zeroed. */
void skstat_cell_series_free(struct skstat_cell_family *family);

size_t skstat_cell_series_bytes(const struct skstat_cell_family *family);

#endif
