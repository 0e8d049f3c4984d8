// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "message.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FILL(attr, rows, into) skstat_attr_fill((attr)->data, (attr)->length, rows, LENGTH(rows), into)

/* The list with one more item, zeroed, at its end; it doubles at each power of two. NULL: no memory, all as it was. */
static void *list_grow(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) == 0)
		list = realloc(list, (count ? count * 2 : 1) * size);
	if (list)
		memset((unsigned char *)list + count * size, 0, size);
	return list;
}

static int group_parse(const struct skstat_attr *attr, struct skstat_schema *schema)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_SCHEMA_GROUP_ID, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_group, id) },
		{ SKSTAT_SCHEMA_GROUP_NAME, SKSTAT_ATTR_STRING, offsetof(struct skstat_schema_group, name) },
		{ SKSTAT_SCHEMA_GROUP_SIZE, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_group, size) },
		{ SKSTAT_SCHEMA_GROUP_KINDS, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_group, kinds) },
	};
	struct skstat_schema_group *list = list_grow(schema->group, schema->groups, sizeof(*list));

	if (!list)
		return -ENOMEM;
	schema->group = list;
	return FILL(attr, rows, &list[schema->groups++]);
}

/* Only a field that is where we take it to be is available: else it would be read as something that it is not. */
static void availability_take(const struct skstat_schema_field *theirs, struct skstat_schema *schema)
{
	const struct skstat_field *ours = skstat_field_by_id(theirs->id);

	if (ours && theirs->available && theirs->group == (uint32_t)ours->group && theirs->offset == ours->offset &&
	    theirs->size == ours->size && theirs->type == (uint32_t)ours->type)
		schema->available[ours - skstat_fields] = true;
}

static int field_parse(const struct skstat_attr *attr, struct skstat_schema *schema)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_SCHEMA_FIELD_ID, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_field, id) },
		{ SKSTAT_SCHEMA_FIELD_NAME, SKSTAT_ATTR_STRING, offsetof(struct skstat_schema_field, name) },
		{ SKSTAT_SCHEMA_FIELD_GROUP, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_field, group) },
		{ SKSTAT_SCHEMA_FIELD_TYPE, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_field, type) },
		{ SKSTAT_SCHEMA_FIELD_KIND, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_field, kind) },
		{ SKSTAT_SCHEMA_FIELD_UNIT, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_field, unit) },
		{ SKSTAT_SCHEMA_FIELD_OFFSET, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_field, offset) },
		{ SKSTAT_SCHEMA_FIELD_SIZE, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_field, size) },
		{ SKSTAT_SCHEMA_FIELD_AVAILABLE, SKSTAT_ATTR_BOOL, offsetof(struct skstat_schema_field, available) },
	};
	struct skstat_schema_field *list = list_grow(schema->field, schema->fields, sizeof(*list));
	struct skstat_schema_field *field;
	int err;

	if (!list)
		return -ENOMEM;
	schema->field = list;
	field = &list[schema->fields++];
	err = FILL(attr, rows, field);
	if (!err)
		availability_take(field, schema);
	return err;
}

static int counter_parse(const struct skstat_attr *attr, struct skstat_schema *schema)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_SCHEMA_COUNTER_TABLE, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_counter, table) },
		{ SKSTAT_SCHEMA_COUNTER_INDEX, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_counter, index) },
		{ SKSTAT_SCHEMA_COUNTER_NAME, SKSTAT_ATTR_STRING, offsetof(struct skstat_schema_counter, name) },
	};
	struct skstat_schema_counter *list = list_grow(schema->counter, schema->counters, sizeof(*list));

	if (!list)
		return -ENOMEM;
	schema->counter = list;
	return FILL(attr, rows, &list[schema->counters++]);
}

static int probe_parse(const struct skstat_attr *attr, struct skstat_schema *schema)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_SCHEMA_PROBE_ID, SKSTAT_ATTR_U32, offsetof(struct skstat_schema_probe, id) },
		{ SKSTAT_SCHEMA_PROBE_NAME, SKSTAT_ATTR_STRING, offsetof(struct skstat_schema_probe, name) },
		{ SKSTAT_SCHEMA_PROBE_AVAILABLE, SKSTAT_ATTR_BOOL, offsetof(struct skstat_schema_probe, available) },
	};
	struct skstat_schema_probe *list = list_grow(schema->probe, schema->probes, sizeof(*list));
	struct skstat_schema_probe *probe;
	int err;

	if (!list)
		return -ENOMEM;
	schema->probe = list;
	probe = &list[schema->probes++];
	err = FILL(attr, rows, probe);
	if (!err && probe->available && probe->id != SKSTAT_PROBE_UNSPEC && probe->id < __SKSTAT_PROBE_MAX)
		schema->probes_available |= 1ull << probe->id;
	return err;
}

int skstat_schema_parse(const struct nlmsghdr *message, struct skstat_schema *schema)
{
	static int (*const parse[])(const struct skstat_attr *attr, struct skstat_schema *schema) = {
		[SKSTAT_SCHEMA_GROUP] = group_parse,
		[SKSTAT_SCHEMA_FIELD] = field_parse,
		[SKSTAT_SCHEMA_COUNTER] = counter_parse,
		[SKSTAT_SCHEMA_PROBE] = probe_parse,
	};
	struct skstat_attr_reader reader;
	struct skstat_attr attr;
	int err;

	if (skstat_message_attrs(message, &reader))
		return -EBADMSG;
	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attr.type >= LENGTH(parse) || !parse[attr.type])
			continue;
		err = parse[attr.type](&attr, schema);
		if (err)
			return err;
	}
	return err;
}

void skstat_schema_free(struct skstat_schema *schema)
{
	free(schema->group);
	free(schema->field);
	free(schema->counter);
	free(schema->probe);
	memset(schema, 0, sizeof(*schema));
}

const char *skstat_schema_counter_name(const struct skstat_schema *schema, uint32_t table, uint32_t index)
{
	for (size_t i = 0; i < schema->counters; i++)
		if (schema->counter[i].table == table && schema->counter[i].index == index)
			return schema->counter[i].name;
	return NULL;
}
