// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "pool.h"

struct skstat_pool_piece {
	struct skstat_pool_piece *next;
	max_align_t data[];
};

void *skstat_pool_alloc(struct skstat_pool *pool, size_t count, size_t size)
{
	struct skstat_pool_piece *piece;
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || __builtin_add_overflow(bytes, sizeof(*piece), &bytes))
		return NULL;
	piece = calloc(1, bytes);
	if (!piece)
		return NULL;
	piece->next = pool->piece;
	pool->piece = piece;
	return piece->data;
}

char *skstat_pool_text(struct skstat_pool *pool, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = skstat_pool_alloc(pool, bytes, 1);

	return copy ? memcpy(copy, text, bytes) : NULL;
}

void skstat_pool_free(struct skstat_pool *pool)
{
	while (pool->piece) {
		struct skstat_pool_piece *piece = pool->piece;

		pool->piece = piece->next;
		free(piece);
	}
}
