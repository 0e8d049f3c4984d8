// SPDX-License-Identifier: GPL-2.0
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

#define ROOM_MIN 1024
#define INTEGER_MAX 9007199254740992.0 /* 2^53: each integer up to here is a double */

/* `length` more bytes to write to, or NULL. */
static char *buffer_extend(struct skstat_buffer *buffer, size_t length)
{
	if (buffer->failed)
		return NULL;
	if (length > buffer->room - buffer->length) {
		size_t room = buffer->room ? buffer->room : ROOM_MIN;
		char *data;

		while (room - buffer->length < length && room <= SIZE_MAX / 2)
			room *= 2;
		data = room - buffer->length < length ? NULL : realloc(buffer->data, room);
		if (!data) {
			buffer->failed = true;
			return NULL;
		}
		buffer->data = data;
		buffer->room = room;
	}
	buffer->length += length;
	return buffer->data + buffer->length - length;
}

void skstat_buffer_put(struct skstat_buffer *buffer, const void *data, size_t length)
{
	char *place = length ? buffer_extend(buffer, length) : NULL;

	if (place)
		memcpy(place, data, length);
}

void skstat_buffer_text(struct skstat_buffer *buffer, const char *text)
{
	skstat_buffer_put(buffer, text, strlen(text));
}

void skstat_buffer_printf(struct skstat_buffer *buffer, const char *format, ...)
{
	va_list args, again;
	char small[256];
	char *place;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(small, sizeof(small), format, args);
	if (length < 0) {
		buffer->failed = true;
	} else if ((size_t)length < sizeof(small)) {
		skstat_buffer_put(buffer, small, (size_t)length);
	} else {
		/* vsnprintf() ends its text by a 0, which needs a place but is not kept. */
		place = buffer_extend(buffer, (size_t)length + 1);
		if (place) {
			vsnprintf(place, (size_t)length + 1, format, again);
			buffer->length--;
		}
	}
	va_end(again);
	va_end(args);
}

static void put_integer(struct skstat_buffer *buffer, double value)
{
	uint64_t left = (uint64_t)(value < 0 ? -value : value);
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (value < 0)
		text[--at] = '-';
	skstat_buffer_put(buffer, text + at, sizeof(text) - at);
}

/* `text` as printf wrote it: the locale's decimal point, of one byte or more, becomes a point. */
static void put_without_locale(struct skstat_buffer *buffer, const char *text)
{
	static const char kept[] = "0123456789+-e";

	while (*text) {
		size_t length = strspn(text, kept);

		skstat_buffer_put(buffer, text, length);
		text += length;
		length = strcspn(text, kept);
		if (length)
			skstat_buffer_put(buffer, ".", 1);
		text += length;
	}
}

void skstat_buffer_number(struct skstat_buffer *buffer, double value)
{
	/* What 15 digits can say, %.15g says without zeros at the end. Numbers below DBL_MIN have fewer digits. */
	int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
	char text[40];

	if (isnan(value)) {
		skstat_buffer_text(buffer, "NaN");
	} else if (isinf(value)) {
		skstat_buffer_text(buffer, value < 0 ? "-Inf" : "+Inf");
	} else if (fabs(value) <= INTEGER_MAX && value == trunc(value)) {
		put_integer(buffer, value);
	} else {
		do
			snprintf(text, sizeof(text), "%.*g", digits, value);
		while (digits++ < DBL_DECIMAL_DIG && strtod(text, NULL) != value);
		put_without_locale(buffer, text);
	}
}

void skstat_buffer_clear(struct skstat_buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = false;
}

void skstat_buffer_free(struct skstat_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct skstat_buffer){ 0 };
}
