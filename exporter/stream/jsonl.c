// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of JSON. The fields are those of render/json.h, which says it at leisure: values, names and what is left out
 * are the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "encode.h"
#include "source/event_name.h"
#include "source/text.h"

#define NAME_TEXT  (6 * SKSTAT_NAME_TEXT + 2) /* each of its bytes as \u00XX, in quotes */
#define VALUE_TEXT 128			      /* any, with what stands beside it */

_Static_assert(VALUE_TEXT > NAME_TEXT && VALUE_TEXT > SKSTAT_ADDRESS_TEXT + 2 && VALUE_TEXT > SKSTAT_NUMBER_SIZE,
	       "a value is longer than its room");

static char *text_write(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length);
	return at + length;
}

static char *quoted_write(char *at, const char *text)
{
	*at++ = '"';
	at = text_write(at, text);
	*at++ = '"';
	return at;
}

/* Such as a process gives itself. */
static char *name_write(char *at, const struct skstat_name *name)
{
	char text[SKSTAT_NAME_TEXT];

	skstat_name_text(name, text);
	*at++ = '"';
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < 0x20) {
			at += sprintf(at, "\\u%04x", *c);
			continue;
		}
		if (*c == '"' || *c == '\\')
			*at++ = '\\';
		*at++ = *c;
	}
	*at++ = '"';
	return at;
}

static char *signed_write(char *at, int64_t value)
{
	if (value < 0)
		*at++ = '-';
	return skstat_integer_write(at, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

/* The word for a number, and the number beside it, under the same key. */
static char *word_write(char *at, const char *key, const char *word, uint32_t value)
{
	at = quoted_write(at, word ? word : "UNKNOWN");
	at = text_write(at, ",\"");
	at = text_write(at, key);
	at = text_write(at, "_raw\":");
	return skstat_integer_write(at, value);
}

/* NULL: it is a number like others. */
static char *named_write(char *at, const struct skstat_field *field, const struct skstat_sample *sample)
{
	switch (field - skstat_fields) {
	case SKSTAT_AT_state:
		return word_write(at, field->name, skstat_state_text(sample->identity.state), sample->identity.state);
	case SKSTAT_AT_event_kind:
		return word_write(at, field->name, skstat_event_kind_name(sample->kind, sample->event.event_kind),
				  sample->event.event_kind);
	case SKSTAT_AT_event_direction:
		return word_write(at, field->name, skstat_event_direction_name(sample->event.event_direction),
				  sample->event.event_direction);
	default:
		return NULL;
	}
}

/* Where there is no figure, nothing. */
static char *number_write(char *at, const struct skstat_layout_column *column, const struct skstat_sample *sample)
{
	const struct skstat_field *field = column->field;
	int64_t value = skstat_sample_s64(sample, field);
	char *named;

	if (skstat_layout_ones(column, (uint64_t)value) || !skstat_layout_known(column, sample))
		return at;
	memcpy(at, column->key, column->key_length);
	at += column->key_length;
	named = field->type == SKSTAT_TYPE_U8 || field->type == SKSTAT_TYPE_U16 ? named_write(at, field, sample) : NULL;
	if (named)
		return named;
	if (column->scale != 1)
		return skstat_number_write(at, column->scale * (field->type == SKSTAT_TYPE_U64 ?
									(double)(uint64_t)value : (double)value));
	/* A name, not a number: many a reader's numbers end at 2^53. */
	if (field->type == SKSTAT_TYPE_U64 && field->kind == SKSTAT_FIELD_INFO && field->unit == SKSTAT_UNIT_NONE) {
		*at++ = '"';
		at = skstat_integer_write(at, (uint64_t)value);
		*at++ = '"';
		return at;
	}
	if (field->type == SKSTAT_TYPE_S32)
		return signed_write(at, value);
	/* Above 2^63 readers take no integer. */
	return value < 0 ? skstat_number_write(at, (double)(uint64_t)value) : skstat_integer_write(at, (uint64_t)value);
}

static char *column_write(char *at, const struct skstat_layout_column *column, const struct skstat_sample *sample)
{
	const struct skstat_field *field = column->field;
	const void *value = skstat_sample_at(sample, field);
	char address[SKSTAT_ADDRESS_TEXT];

	if (field->type != SKSTAT_TYPE_ADDR && field->type != SKSTAT_TYPE_NAME)
		return number_write(at, column, sample);
	memcpy(at, column->key, column->key_length);
	at += column->key_length;
	if (field->type == SKSTAT_TYPE_NAME)
		return name_write(at, value);
	skstat_address_text(value, sample->identity.family, address);
	return quoted_write(at, address);
}

static const char *const polls[] = {
	[SKSTAT_BATCH_JOURNAL] = "journal",
	[SKSTAT_BATCH_FULL] = "full",
	[SKSTAT_BATCH_DELTA] = "delta",
};

/* A name of a stream has nothing in it to be escaped. */
static void heading_put(struct skstat_buffer *out, const struct skstat_heading *heading)
{
	skstat_buffer_printf(out, "{\"stream\":\"%s\",\"number\":%" PRIu64 ",\"time\":%" PRIu64 ".%09" PRIu64
				  ",\"poll\":\"%s\"",
			     heading->stream, heading->number, heading->time_ns / 1000000000,
			     heading->time_ns % 1000000000, polls[heading->poll]);
}

static void record_put(struct skstat_buffer *out, const struct skstat_layout *layout,
		       const struct skstat_heading *heading, const struct skstat_sample *sample)
{
	const char *kind = skstat_kind_name(sample->kind);
	char *at;

	heading_put(out, heading);
	at = skstat_buffer_room(out, 64 + layout->columns * (SKSTAT_COLUMN_KEY + VALUE_TEXT));
	if (!at)
		return;
	at = text_write(at, ",\"kind\":");
	at = quoted_write(at, kind ? kind : "unknown");
	for (size_t i = 0; i < layout->columns; i++)
		at = column_write(at, &layout->column[i], sample);
	*at++ = '}';
	*at++ = '\n';
	skstat_buffer_written(out, at);
}

static void lost_put(struct skstat_buffer *out, const struct skstat_heading *heading,
		     const struct skstat_batch_lost *lost)
{
	heading_put(out, heading);
	skstat_buffer_printf(out, ",\"kind\":\"lost\",\"events\":%" PRIu64 ",\"more\":%s}\n", lost->events,
			     lost->more ? "true" : "false");
}

const struct skstat_encoding skstat_encoding_jsonl = { record_put, lost_put };
