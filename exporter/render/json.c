// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "json.h"
#include "source/event_name.h"
#include "source/text.h"

static json_t *number(uint64_t value)
{
	return value > INT64_MAX ? json_real((double)value) : json_integer((json_int_t)value);
}

static json_t *decimal(uint64_t value)
{
	return json_sprintf("%llu", (unsigned long long)value);
}

static json_t *name_text(const struct skstat_name *name)
{
	json_t *text = json_stringn(name->text, strnlen(name->text, sizeof(name->text)));

	return text ? text : json_string("(not UTF-8)");
}

static json_t *address_text(const struct skstat_sample *sample, const struct skstat_field *field)
{
	char text[SKSTAT_ADDRESS_TEXT];

	skstat_address_text(skstat_sample_at(sample, field), sample->identity.family, text);
	return json_string(text);
}

static json_t *raw_value(const struct skstat_sample *sample, const struct skstat_field *field)
{
	switch (field->type) {
	case SKSTAT_TYPE_ADDR:
		return address_text(sample, field);
	case SKSTAT_TYPE_NAME:
		return name_text(skstat_sample_at(sample, field));
	case SKSTAT_TYPE_S32:
		return json_integer(skstat_sample_s64(sample, field));
	default:
		return number(skstat_sample_u64(sample, field));
	}
}

static json_t *base_value(const struct skstat_sample *sample, const struct skstat_field *field, uint32_t hz)
{
	/* A name, not a number. */
	if (field->type == SKSTAT_TYPE_U64 && field->kind == SKSTAT_FIELD_INFO && field->unit == SKSTAT_UNIT_NONE)
		return decimal(skstat_sample_u64(sample, field));
	if (skstat_unit_scale(field->unit, hz) == 1)
		return raw_value(sample, field);
	return json_real(skstat_sample_scaled(sample, field, hz));
}

/* Whether there is a figure at all behind the number. */
static bool has_meaning(const struct skstat_sample *sample, const struct skstat_field *field, uint32_t hz)
{
	uint64_t value = skstat_sample_u64(sample, field);

	if (field->unit == SKSTAT_UNIT_JIFFIES && !hz)
		return false;
	if (field->group == SKSTAT_GROUP_EVENT && !skstat_event_knows(sample, field))
		return false;
	if (field->kind != SKSTAT_FIELD_GAUGE)
		return true;
	return !(field->type == SKSTAT_TYPE_U32 && value == UINT32_MAX) &&
	       !(field->type == SKSTAT_TYPE_U64 && value == UINT64_MAX);
}

/* The object, or NULL when `failed` says that something of it could not be set. */
static json_t *whole(json_t *object, int failed)
{
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

/* Instead of the number at `key` its name, and the number as `raw_key`. */
static int put_name(json_t *object, const char *key, const char *raw_key, const char *name, uint32_t value)
{
	if (!json_object_get(object, key))
		return 0;
	return json_object_set_new(object, key, json_string(name ? name : "UNKNOWN")) ||
	       json_object_set_new(object, raw_key, json_integer(value));
}

static int put_names(json_t *object, const struct skstat_sample *sample)
{
	const struct skstat_event *event = &sample->event;

	return put_name(object, "state", "state_raw", skstat_state_text(sample->identity.state),
			sample->identity.state) ||
	       put_name(object, "event_kind", "event_kind_raw", skstat_event_kind_name(sample->kind, event->event_kind),
			event->event_kind) ||
	       put_name(object, "event_direction", "event_direction_raw",
			skstat_event_direction_name(event->event_direction), event->event_direction);
}

json_t *skstat_sample_json(const struct skstat_sample *sample, const struct skstat_schema *schema, uint32_t hz,
			   bool raw)
{
	json_t *object = json_object();
	int failed = json_object_set_new(object, "kind", json_string(skstat_kind_name(sample->kind)));

	for (size_t i = 0; !failed && i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		if (!schema->available[i] || !skstat_sample_has(sample, field) || skstat_field_reserved(field))
			continue;
		if (!raw && !has_meaning(sample, field, hz))
			continue;
		failed = json_object_set_new(object, field->name,
					     raw ? raw_value(sample, field) : base_value(sample, field, hz));
	}
	return whole(object, failed || put_names(object, sample));
}

json_t *skstat_totals_json(const struct skstat_totals *totals)
{
	json_t *object = json_object();
	int failed = 0;

	/* Each takes its value, NULL included, which it refuses. */
	failed |= json_object_set_new(object, "visited", number(totals->visited));
	failed |= json_object_set_new(object, "emitted", number(totals->emitted));
	failed |= json_object_set_new(object, "filtered", number(totals->filtered));
	failed |= json_object_set_new(object, "idle", number(totals->idle));
	failed |= json_object_set_new(object, "gone", number(totals->gone));
	failed |= json_object_set_new(object, "restarts", number(totals->restarts));
	failed |= json_object_set_new(object, "ns", number(totals->ns));
	failed |= json_object_set_new(object, "token", decimal(totals->token));
	failed |= json_object_set_new(object, "instance", decimal(totals->instance));
	failed |= json_object_set_new(object, "partial", json_boolean(totals->partial));
	failed |= json_object_set_new(object, "interrupted", json_boolean(totals->interrupted));
	failed |= json_object_set_new(object, "samples", number(totals->samples));
	failed |= json_object_set_new(object, "sockets", number(totals->sockets));
	failed |= json_object_set_new(object, "skipped", number(totals->skipped));
	return whole(object, failed);
}
