/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record as bytes: a line of JSON, or a message of docs/stream.proto behind its length. Nothing is allocated for a
 * record but the buffer's growing. Pure; docs/STREAMS.md says what is in it.
 */
#ifndef SKSTAT_STREAM_ENCODE_H
#define SKSTAT_STREAM_ENCODE_H

#include "batch.h"
#include "render/buffer.h"
#include "source/decode.h"
#include "source/event_name.h"

#define SKSTAT_COLUMN_KEY 40 /* `,"name":`, at most */

/* A field of records of one shape, as far as it is the same in all of them. */
struct skstat_layout_column {
	const struct skstat_field *field;
	double scale;	 /* to its base unit; 1: it is one */
	bool ones;	 /* all ones mean that there is none */
	bool maybe;	 /* an event says whether it knows it */
	uint8_t key_length;
	char key[SKSTAT_COLUMN_KEY];
};

/* What records of one shape have. Zeroed is of none. */
struct skstat_layout {
	uint32_t groups;
	uint16_t size[SKSTAT_RUN_GROUPS];
	size_t columns;
	struct skstat_layout_column column[SKSTAT_FIELDS_COUNT];
};

/* For records that look like this one; does nothing if it is for those already. */
void skstat_layout_make(struct skstat_layout *layout, const struct skstat_sample *sample,
		      const struct skstat_batch_schema *schema);

/* The layout is for none again: the schema is another. */
void skstat_layout_forget(struct skstat_layout *layout);

/* Whether there is a figure behind the number. */
static inline bool skstat_layout_ones(const struct skstat_layout_column *column, uint64_t value)
{
	return column->ones && value == (column->field->size == sizeof(uint32_t) ? UINT32_MAX : UINT64_MAX);
}

static inline bool skstat_layout_known(const struct skstat_layout_column *column, const struct skstat_sample *sample)
{
	return !column->maybe || skstat_event_knows(sample, column->field);
}

/* A name as UTF-8; "(not UTF-8)" of one that is not. */
#define SKSTAT_NAME_TEXT (sizeof(struct skstat_name) + 1)
void skstat_name_text(const struct skstat_name *name, char text[SKSTAT_NAME_TEXT]);

/* What a record is besides its figures. */
struct skstat_heading {
	const char *stream;
	uint64_t number;
	uint64_t time_ns; /* CLOCK_REALTIME: when it was read; of an event, when it happened */
	enum skstat_batch_poll poll;
	uint32_t hz;
};

/* The same for all formats; what is appended is whole, or the buffer has failed. */
struct skstat_encoding {
	void (*record)(struct skstat_buffer *out, const struct skstat_layout *layout,
		       const struct skstat_heading *heading, const struct skstat_sample *sample);
	void (*lost)(struct skstat_buffer *out, const struct skstat_heading *heading,
		     const struct skstat_batch_lost *lost);
};

/* By enum skstat_stream_format. */
extern const struct skstat_encoding skstat_encoding_jsonl, skstat_encoding_protobuf;

/* Numbers of docs/stream.proto that are no field's id, which are below. */
enum {
	SKSTAT_PROTO_KIND = 1001,
	SKSTAT_PROTO_STREAM,
	SKSTAT_PROTO_NUMBER,
	SKSTAT_PROTO_TIME_NS,
	SKSTAT_PROTO_POLL,
	SKSTAT_PROTO_HZ,
	SKSTAT_PROTO_LOST_EVENTS,
	SKSTAT_PROTO_LOST_MORE,
};

#define SKSTAT_PROTO_LOST 100 /* its kind */

#endif
