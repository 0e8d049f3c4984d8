// SPDX-License-Identifier: GPL-2.0
/* Messages of docs/stream.proto, each behind its length as a varint. A field's number is its id in fields.h. */
#include <sys/socket.h>

#include "encode.h"
#include "render/protobuf.h"

/* A key of two bytes or three and a varint, or a name. */
#define FIELD_SIZE (3 + 1 + SKSTAT_NAME_TEXT)
#define HEADING_SIZE 256
#define LENGTH_SIZE 3 /* of a message below 2 MiB */

_Static_assert(SKSTAT_NAME_TEXT > sizeof(struct skstat_addr) && SKSTAT_NAME_TEXT > SKSTAT_WIRE_VARINT_SIZE,
	       "a value is longer than its room");

static char *varint_write(char *at, unsigned int field, uint64_t value)
{
	return skstat_wire_varint(skstat_wire_key(at, field, SKSTAT_WIRE_VARINT), value);
}

static char *bytes_write(char *at, unsigned int field, const void *data, size_t length)
{
	at = skstat_wire_varint(skstat_wire_key(at, field, SKSTAT_WIRE_LENGTH), length);
	memcpy(at, data, length);
	return at + length;
}

/* As the kernel gave it: the .proto says the units. */
static char *column_write(char *at, const struct skstat_layout_column *column, const struct skstat_sample *sample)
{
	const struct skstat_field *field = column->field;
	const void *data = skstat_sample_at(sample, field);
	char text[SKSTAT_NAME_TEXT];
	int64_t value;

	if (field->type == SKSTAT_TYPE_ADDR)
		return bytes_write(at, field->id, data, sample->identity.family == AF_INET ? 4 : 16);
	if (field->type == SKSTAT_TYPE_NAME) {
		skstat_name_text(data, text);
		return bytes_write(at, field->id, text, strlen(text));
	}
	value = skstat_sample_s64(sample, field);
	if (skstat_layout_ones(column, (uint64_t)value) || !skstat_layout_known(column, sample))
		return at;
	return varint_write(at, field->id,
			    field->type == SKSTAT_TYPE_S32 ? skstat_wire_zigzag(value) : (uint64_t)value);
}

static char *heading_write(char *at, const struct skstat_heading *heading, unsigned int kind)
{
	at = varint_write(at, SKSTAT_PROTO_KIND, kind);
	at = bytes_write(at, SKSTAT_PROTO_STREAM, heading->stream, strlen(heading->stream));
	at = varint_write(at, SKSTAT_PROTO_NUMBER, heading->number);
	at = varint_write(at, SKSTAT_PROTO_TIME_NS, heading->time_ns);
	at = varint_write(at, SKSTAT_PROTO_POLL, heading->poll);
	return varint_write(at, SKSTAT_PROTO_HZ, heading->hz);
}

/* The message that was written LENGTH_SIZE behind the buffer's end goes behind its length. */
static void message_put(struct skstat_buffer *out, char *start, const char *end)
{
	size_t length = (size_t)(end - start) - LENGTH_SIZE;
	char *message = skstat_wire_varint(start, length);

	memmove(message, start + LENGTH_SIZE, length);
	skstat_buffer_written(out, message + length);
}

static void record_put(struct skstat_buffer *out, const struct skstat_layout *layout,
		       const struct skstat_heading *heading, const struct skstat_sample *sample)
{
	char *start = skstat_buffer_room(out, LENGTH_SIZE + HEADING_SIZE + layout->columns * FIELD_SIZE);
	char *at;

	if (!start)
		return;
	at = heading_write(start + LENGTH_SIZE, heading, sample->kind);
	for (size_t i = 0; i < layout->columns; i++)
		at = column_write(at, &layout->column[i], sample);
	message_put(out, start, at);
}

static void lost_put(struct skstat_buffer *out, const struct skstat_heading *heading,
		     const struct skstat_batch_lost *lost)
{
	char *start = skstat_buffer_room(out, LENGTH_SIZE + HEADING_SIZE);
	char *at;

	if (!start)
		return;
	at = heading_write(start + LENGTH_SIZE, heading, SKSTAT_PROTO_LOST);
	at = varint_write(at, SKSTAT_PROTO_LOST_EVENTS, lost->events);
	at = varint_write(at, SKSTAT_PROTO_LOST_MORE, lost->more != 0);
	message_put(out, start, at);
}

const struct skstat_encoding skstat_encoding_protobuf = { record_put, lost_put };
