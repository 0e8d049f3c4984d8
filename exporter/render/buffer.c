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

char *skstat_buffer_grow(struct skstat_buffer *buffer, size_t length)
{
	size_t room = buffer->room ? buffer->room : ROOM_MIN;
	char *data;

	if (buffer->failed)
		return NULL;
	while (room - buffer->length < length && room <= SIZE_MAX / 2)
		room *= 2;
	data = room - buffer->length < length ? NULL : realloc(buffer->data, room);
	if (!data) {
		buffer->failed = true;
		return NULL;
	}
	buffer->data = data;
	buffer->room = room;
	return buffer->data + buffer->length;
}

/* `length` more bytes to write to, or NULL. */
static char *buffer_extend(struct skstat_buffer *buffer, size_t length)
{
	char *at = skstat_buffer_room(buffer, length);

	if (at)
		buffer->length += length;
	return at;
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

/* The digits of 0..99, two by two. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

/* Powers of ten, as integers, and those that are doubles. */
static const uint64_t ten_whole[] = {
	1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u,
	100000000000u, 1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u,
	100000000000000000u, 1000000000000000000u, 10000000000000000000u,
};
static const double ten[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };

/* How many digits a number above 0 has: by its bits, times log10(2), and one more where that is too low. */
static unsigned int digits_of(uint64_t value)
{
	unsigned int low = (64 - (unsigned int)__builtin_clzll(value)) * 1233 >> 12;

	return low + (low < sizeof(ten_whole) / sizeof(ten_whole[0]) && value >= ten_whole[low]);
}

char *skstat_integer_write(char *at, uint64_t value)
{
	char *end, *digit;

	if (value < 10) {
		*at = (char)('0' + value);
		return at + 1;
	}
	end = digit = at + digits_of(value);
	for (; value >= 100; value /= 100) {
		digit -= 2;
		memcpy(digit, pairs + value % 100 * 2, 2);
	}
	if (value >= 10)
		memcpy(at, pairs + value * 2, 2);
	else
		*at = (char)('0' + value);
	return end;
}

#define DIGITS_MAX 1e15 /* below, a whole number has 15 digits at most */

/*
 * A decimal of 15 digits at most, with `places` of them behind its point, that reads back as the value; NULL: there is
 * none. Both sides of the division are exact, so that its result is what reading the decimal gives; and two decimals of
 * 15 digits never read back as the same, so that this is the one that %.15g writes.
 */
static char *decimal_write(char *at, double value, unsigned int places)
{
	double steps = value * ten[places];
	uint64_t whole, rest;

	if (steps >= DIGITS_MAX)
		return NULL;
	whole = (uint64_t)(steps + 0.5);
	if ((double)whole / ten[places] != value)
		return NULL;
	rest = whole % ten_whole[places];
	at = skstat_integer_write(at, whole / ten_whole[places]);
	*at++ = '.';
	for (; rest; rest %= ten_whole[places]) {
		places--;
		*at++ = (char)('0' + rest / ten_whole[places]);
	}
	return at;
}

/* `text` as printf wrote it: the locale's decimal point, of one byte or more, becomes a point. */
static char *put_without_locale(char *at, const char *text)
{
	static const char kept[] = "0123456789+-e";

	while (*text) {
		size_t length = strspn(text, kept);

		memcpy(at, text, length);
		at += length;
		text += length;
		length = strcspn(text, kept);
		if (length)
			*at++ = '.';
		text += length;
	}
	return at;
}

/* Whatever it is, by printf: as many digits as it takes. */
static char *number_print(char *at, double value)
{
	/* What 15 digits can say, %.15g says without zeros at the end. Numbers below DBL_MIN have fewer digits. */
	int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
	char text[40];

	do
		snprintf(text, sizeof(text), "%.*g", digits, value);
	while (digits++ < DBL_DECIMAL_DIG && strtod(text, NULL) != value);
	return put_without_locale(at, text);
}

char *skstat_number_write(char *at, double value)
{
	/* In this order: most have no more places than milliseconds have, or micro- or nanoseconds. */
	static const uint8_t places[] = { 3, 6, 9, 15 };
	double size = fabs(value);
	char *end;

	if (isnan(value))
		return memcpy(at, "NaN", 3), at + 3;
	if (isinf(value))
		return memcpy(at, value < 0 ? "-Inf" : "+Inf", 4), at + 4;
	if (value < 0)
		*at = '-';
	if (size <= INTEGER_MAX && size == (double)(uint64_t)size)
		return skstat_integer_write(at + (value < 0), (uint64_t)size);
	/* Below, %g writes an exponent. */
	if (size >= 1e-4 && size < DIGITS_MAX)
		for (size_t i = 0; i < sizeof(places); i++) {
			end = decimal_write(at + (value < 0), size, places[i]);
			if (end)
				return end;
		}
	return number_print(at, value);
}

void skstat_buffer_number(struct skstat_buffer *buffer, double value)
{
	char *at = skstat_buffer_room(buffer, SKSTAT_NUMBER_SIZE);

	if (at)
		skstat_buffer_written(buffer, skstat_number_write(at, value));
}

void skstat_buffer_clear(struct skstat_buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = false;
}

void *skstat_buffer_take(struct skstat_buffer *buffer, size_t *length)
{
	void *data = NULL;

	*length = 0;
	if (buffer->length && !buffer->failed) {
		data = realloc(buffer->data, buffer->length);
		data = data ? data : buffer->data;
		*length = buffer->length;
		buffer->data = NULL;
	}
	skstat_buffer_free(buffer);
	return data;
}

void skstat_buffer_free(struct skstat_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct skstat_buffer){ 0 };
}
