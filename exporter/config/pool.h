/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is freed all at once: what a configuration file becomes. One thread. */
#ifndef SKSTAT_CONFIG_POOL_H
#define SKSTAT_CONFIG_POOL_H

#include <stddef.h>

struct skstat_pool_piece;

/* All zeros is an empty one. */
struct skstat_pool {
	struct skstat_pool_piece *piece; /* the last one first */
};

/* `count` of that size, zeroed; never NULL but for lack of memory, also of none. */
void *skstat_pool_alloc(struct skstat_pool *pool, size_t count, size_t size);

/* A copy of the text. NULL: no memory. */
char *skstat_pool_text(struct skstat_pool *pool, const char *text);

/* The pool is empty afterwards. */
void skstat_pool_free(struct skstat_pool *pool);

#endif
