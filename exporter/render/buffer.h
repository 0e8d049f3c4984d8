/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that grows. When memory runs out, `failed` is set, and all that is appended from then on is dropped: check once,
 * at the end. Zeroed is empty. What is written does not depend on the locale.
 */
#ifndef SKSTAT_RENDER_BUFFER_H
#define SKSTAT_RENDER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct skstat_buffer {
	char *data; /* not ended by 0; NULL while nothing was appended */
	size_t length, room;
	bool failed;
};

void skstat_buffer_put(struct skstat_buffer *buffer, const void *data, size_t length);
void skstat_buffer_text(struct skstat_buffer *buffer, const char *text);
void __attribute__((format(printf, 2, 3))) skstat_buffer_printf(struct skstat_buffer *buffer, const char *format, ...);

/*
 * A decimal that reads back as the same double, in as few digits as printf's %g needs for it. Integers up to 2^53 have
 * neither point nor exponent. "+Inf", "-Inf", "NaN".
 */
void skstat_buffer_number(struct skstat_buffer *buffer, double value);

/*
 * For who writes many small pieces: a place for `length` bytes at the end, which what is written there becomes a part
 * of by skstat_buffer_written(), with its end. NULL: no memory, or it has failed before.
 */
char *skstat_buffer_grow(struct skstat_buffer *buffer, size_t length);

static inline char *skstat_buffer_room(struct skstat_buffer *buffer, size_t length)
{
	if (length <= buffer->room - buffer->length && !buffer->failed && buffer->data)
		return buffer->data + buffer->length;
	return skstat_buffer_grow(buffer, length);
}

static inline void skstat_buffer_written(struct skstat_buffer *buffer, const char *end)
{
	buffer->length = (size_t)(end - buffer->data);
}

/* As skstat_buffer_number() writes them, at `at`, where there is SKSTAT_NUMBER_SIZE of room. Returns the end. */
#define SKSTAT_NUMBER_SIZE 32
char *skstat_number_write(char *at, double value);
char *skstat_integer_write(char *at, uint64_t value);

/* What was appended, for free(), without room to spare; the buffer is as zeroed. NULL, and 0: nothing, or failed. */
void *skstat_buffer_take(struct skstat_buffer *buffer, size_t *length);

/* Empty, with its memory kept; no longer failed. */
void skstat_buffer_clear(struct skstat_buffer *buffer);

/* Gives its memory back: empty, as zeroed. */
void skstat_buffer_free(struct skstat_buffer *buffer);

#endif
