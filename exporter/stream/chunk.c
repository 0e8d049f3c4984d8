// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "chunk.h"

bool skstat_chunk_add(struct skstat_chunk *chunk)
{
	if (chunk->text.failed) {
		chunk->text.failed = false;
		chunk->text.length = skstat_chunk_bytes(chunk, chunk->records);
		return false;
	}
	chunk->end[chunk->records++] = chunk->text.length;
	return true;
}

size_t skstat_chunk_whole(const struct skstat_chunk *chunk, size_t records, size_t bytes)
{
	size_t whole = 0;

	while (whole < records && chunk->end[whole] <= bytes)
		whole++;
	return whole;
}

void skstat_chunk_remove(struct skstat_chunk *chunk, size_t records)
{
	size_t bytes = skstat_chunk_bytes(chunk, records);

	if (!bytes)
		return;
	memmove(chunk->text.data, chunk->text.data + bytes, chunk->text.length - bytes);
	chunk->text.length -= bytes;
	chunk->records -= records;
	for (size_t i = 0; i < chunk->records; i++)
		chunk->end[i] = chunk->end[i + records] - bytes;
}

void skstat_chunk_free(struct skstat_chunk *chunk)
{
	skstat_buffer_free(&chunk->text);
}
