/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Protocol Buffers' wire format, as far as it is needed to write: a field is its number and its wire type, and then its
 * value. What is written goes to the end of a buffer. Pure.
 */
#ifndef SKSTAT_RENDER_PROTOBUF_H
#define SKSTAT_RENDER_PROTOBUF_H

#include <stdint.h>
#include <string.h>

#include "buffer.h"

enum skstat_wire_type {
	SKSTAT_WIRE_VARINT = 0, /* int32, int64, uint32, uint64, sint32, sint64, bool, enum */
	SKSTAT_WIRE_I64 = 1,	/* double */
	SKSTAT_WIRE_LENGTH = 2, /* string, bytes, messages, packed numbers */
};

#define SKSTAT_WIRE_VARINT_SIZE 10 /* at most */
#define SKSTAT_WIRE_DOUBLE_SIZE 9  /* with the key of a field below 16 */

/* Seven bits a byte, the lowest first. At `at`, which has room; returns the end. */
static inline char *skstat_wire_varint(char *at, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*at++ = (char)(value | 0x80);
	*at++ = (char)value;
	return at;
}

static inline char *skstat_wire_key(char *at, unsigned int field, enum skstat_wire_type type)
{
	return skstat_wire_varint(at, (uint64_t)field << 3 | type);
}

/* Little-endian, whatever the machine. */
static inline char *skstat_wire_double(char *at, unsigned int field, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	at = skstat_wire_key(at, field, SKSTAT_WIRE_I64);
	for (int byte = 0; byte < 8; byte++, bits >>= 8)
		*at++ = (char)bits;
	return at;
}

/* sint32 and sint64: small ones are short, whatever their sign. */
static inline uint64_t skstat_wire_zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

/* A field's key and a number behind it, which is its value, or how long that is. */
static inline void skstat_put_number(struct skstat_buffer *buffer, unsigned int field, enum skstat_wire_type type,
				     uint64_t number)
{
	char *at = skstat_buffer_room(buffer, 2 * SKSTAT_WIRE_VARINT_SIZE);

	if (at)
		skstat_buffer_written(buffer, skstat_wire_varint(skstat_wire_key(at, field, type), number));
}

static inline void skstat_put_varint(struct skstat_buffer *buffer, unsigned int field, uint64_t value)
{
	skstat_put_number(buffer, field, SKSTAT_WIRE_VARINT, value);
}

static inline void skstat_put_double(struct skstat_buffer *buffer, unsigned int field, double value)
{
	char *at = skstat_buffer_room(buffer, SKSTAT_WIRE_VARINT_SIZE + 8);

	if (at)
		skstat_buffer_written(buffer, skstat_wire_double(at, field, value));
}

/* The beginning of a field of so many bytes. */
static inline void skstat_put_length(struct skstat_buffer *buffer, unsigned int field, size_t length)
{
	skstat_put_number(buffer, field, SKSTAT_WIRE_LENGTH, length);
}

static inline void skstat_put_bytes(struct skstat_buffer *buffer, unsigned int field, const void *data, size_t length)
{
	skstat_put_length(buffer, field, length);
	skstat_buffer_put(buffer, data, length);
}

#endif
