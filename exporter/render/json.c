// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "json.h"
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
	if (field->type == SKSTAT_TYPE_U64 && field->kind == SKSTAT_FIELD_INFO)
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
	if (!failed && json_object_get(object, "state")) {
		const char *state = skstat_state_text(sample->identity.state);

		failed = json_object_set_new(object, "state", json_string(state ? state : "UNKNOWN")) ||
			 json_object_set_new(object, "state_raw", json_integer(sample->identity.state));
	}
	return whole(object, failed);
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
