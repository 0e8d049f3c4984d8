/* SPDX-License-Identifier: GPL-2.0 */
/* A configuration file that is being read: what its parts share, and how they refuse. One thread. */
#ifndef SKSTAT_CONFIG_READING_H
#define SKSTAT_CONFIG_READING_H

#include "outline.h"
#include "pool.h"
#include "source/error.h"

struct skstat_reading {
	const char *file;
	struct skstat_pool *pool;	/* of what is made */
	const struct skstat_node *root; /* what stands where */
	struct skstat_error *error;
};

/* A place in the file, from the inside to the outside: a member of a mapping, or an item of a list (`key` is NULL). */
struct skstat_at {
	const struct skstat_at *up; /* NULL: the file */
	const char *key;
	size_t index;
};

/* Good until the end of the block that it stands in. */
#define SKSTAT_AT(up, key) (&(const struct skstat_at){ (up), (key), 0 })
#define SKSTAT_AT_ITEM(up, index) (&(const struct skstat_at){ (up), NULL, (index) })

/* "FILE:LINE: views[1].match.port[0]: " and the sentence. Returns -EINVAL. */
int skstat_refuse(const struct skstat_reading *reading, const struct skstat_at *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same at a node, which must be of the reading's tree. */
int skstat_refuse_node(const struct skstat_reading *reading, const struct skstat_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What stands there; NULL: nothing. */
const struct skstat_node *skstat_reading_node(const struct skstat_reading *reading, const struct skstat_at *at);

/* Returns -ENOMEM. */
int skstat_reading_no_memory(const struct skstat_reading *reading);

/* As skstat_pool_alloc(), but that lack of memory is said. */
void *skstat_reading_alloc(const struct skstat_reading *reading, size_t count, size_t size);
char *skstat_reading_text(const struct skstat_reading *reading, const char *text);

#endif
