// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "encode.h"
#include "source/utf8.h"

void skstat_layout_forget(struct skstat_layout *layout)
{
	layout->groups = 0;
}

static void column_make(struct skstat_layout_column *column, const struct skstat_field *field, uint32_t hz)
{
	column->field = field;
	column->scale = skstat_unit_scale(field->unit, hz);
	column->ones = field->kind == SKSTAT_FIELD_GAUGE &&
		       (field->type == SKSTAT_TYPE_U32 || field->type == SKSTAT_TYPE_U64);
	column->maybe = field->group == SKSTAT_GROUP_EVENT;
	column->key_length = (uint8_t)snprintf(column->key, sizeof(column->key), ",\"%s\":", field->name);
}

void skstat_layout_make(struct skstat_layout *layout, const struct skstat_sample *sample,
		      const struct skstat_batch_schema *schema)
{
	if (layout->groups == sample->groups && memcmp(layout->size, sample->size, sizeof(layout->size)) == 0)
		return;
	layout->groups = sample->groups;
	memcpy(layout->size, sample->size, sizeof(layout->size));
	layout->columns = 0;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		if (!schema->available[i] || !skstat_sample_has(sample, field) || skstat_field_reserved(field))
			continue;
		/* Nobody can say how long they are. */
		if (field->unit == SKSTAT_UNIT_JIFFIES && !schema->hz)
			continue;
		column_make(&layout->column[layout->columns++], field, schema->hz);
	}
}

void skstat_name_text(const struct skstat_name *name, char text[SKSTAT_NAME_TEXT])
{
	static const char none[] = "(not UTF-8)";

	_Static_assert(sizeof(none) <= SKSTAT_NAME_TEXT, "it does not fit");
	memcpy(text, name->text, sizeof(name->text));
	text[sizeof(name->text)] = '\0';
	for (const char *c = text; *c; c += skstat_utf8_length(c)) {
		if (!skstat_utf8_length(c)) {
			memcpy(text, none, sizeof(none));
			return;
		}
	}
}
