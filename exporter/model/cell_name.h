/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the numbers in the keys of cells mean: reasons, functions, devices and so on, by column and number, of one
 * instance of the module. Pure.
 */
#ifndef SKSTAT_MODEL_CELL_NAME_H
#define SKSTAT_MODEL_CELL_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "source/counter_message.h"

struct skstat_cell_name {
	struct {
		uint32_t column, id;
	} key;
	uint64_t netns; /* of a device: the id of its namespace */
	bool changed;	/* it was told of as something else, since skstat_cell_names_settle() */
	bool hashed;
	UT_hash_handle hh;
	char text[];
};

/* All zeros knows none. */
struct skstat_cell_names {
	struct skstat_cell_name *list;
	bool changed; /* one of them */
	size_t bytes; /* of these */
};

/* 0 or -ENOMEM. */
int skstat_cell_names_take(struct skstat_cell_names *names, const struct skstat_counter_name *name);

/* NULL: it was not told of. */
const struct skstat_cell_name *skstat_cell_names_find(const struct skstat_cell_names *names, uint32_t column,
						      uint32_t id);

/* What changed was dealt with. */
void skstat_cell_names_settle(struct skstat_cell_names *names);

/* Leaves it zeroed. */
void skstat_cell_names_free(struct skstat_cell_names *names);

size_t skstat_cell_names_bytes(const struct skstat_cell_names *names);

#endif
