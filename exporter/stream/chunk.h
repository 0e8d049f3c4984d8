/* SPDX-License-Identifier: GPL-2.0 */
/* Records as bytes, one behind the other, on their way to a sink: where each ends is known. One thread. */
#ifndef SKSTAT_STREAM_CHUNK_H
#define SKSTAT_STREAM_CHUNK_H

#include <stdint.h>

#include "render/buffer.h"

#define SKSTAT_CHUNK_RECORDS 512

/* Zeroed is empty. Records are appended to the text, and noted by skstat_chunk_add(). */
struct skstat_chunk {
	struct skstat_buffer text;
	size_t records;
	size_t end[SKSTAT_CHUNK_RECORDS]; /* of each, in the text */
};

/* Bytes of its first records. */
static inline size_t skstat_chunk_bytes(const struct skstat_chunk *chunk, size_t records)
{
	return records ? chunk->end[records - 1] : 0;
}

/* What was appended since the last one is a record. False: memory ran out, and nothing is left of it. */
bool skstat_chunk_add(struct skstat_chunk *chunk);

/* How many of the first `records` are whole in so many bytes. */
size_t skstat_chunk_whole(const struct skstat_chunk *chunk, size_t records, size_t bytes);

/* The first ones go. */
void skstat_chunk_remove(struct skstat_chunk *chunk, size_t records);

void skstat_chunk_free(struct skstat_chunk *chunk);

#endif
