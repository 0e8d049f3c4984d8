/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that grows. When memory runs out, `failed` is set, and all that is appended from then on is dropped: check once,
 * at the end. Zeroed is empty. What is written does not depend on the locale.
 */
#ifndef SKSTAT_RENDER_BUFFER_H
#define SKSTAT_RENDER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

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

/* Empty, with its memory kept; no longer failed. */
void skstat_buffer_clear(struct skstat_buffer *buffer);

/* Gives its memory back: empty, as zeroed. */
void skstat_buffer_free(struct skstat_buffer *buffer);

#endif
