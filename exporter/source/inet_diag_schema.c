// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inet_diag_schema.h"
#include "inet_diag_table.h"

#define BIT(number) (1u << (number))

/* How long a tcp_info must be to have the member. */
#define INFO_END(member) (offsetof(struct skstat_tcp_info, member) + sizeof(((struct skstat_tcp_info *)0)->member))

uint8_t skstat_inet_diag_extensions(uint32_t groups)
{
	uint32_t wanted = 0;

	/* The upper layer protocol comes with INFO, too. */
	if (groups & (BIT(SKSTAT_GROUP_TRAFFIC) | BIT(SKSTAT_GROUP_TCP) | BIT(SKSTAT_GROUP_CONGESTION)))
		wanted |= BIT(INET_DIAG_INFO) | BIT(INET_DIAG_SHUTDOWN);
	if (groups & BIT(SKSTAT_GROUP_MEMORY))
		wanted |= BIT(INET_DIAG_SKMEMINFO);
	if (groups & BIT(SKSTAT_GROUP_OWNER))
		wanted |= BIT(INET_DIAG_TOS) | BIT(INET_DIAG_TCLASS);
	if (groups & BIT(SKSTAT_GROUP_CONGESTION))
		wanted |= BIT(INET_DIAG_CONG) | BIT(INET_DIAG_VEGASINFO);
	return (uint8_t)(wanted >> 1);
}

static void available_set(struct skstat_schema *schema, const char *name, bool available)
{
	const struct skstat_field *field = skstat_field_by_name(name);

	/* Each name is one of fields.h: a test holds the tables against it. */
	if (!field)
		return;
	schema->available[field - skstat_fields] = available;
	schema->field[field - skstat_fields].available = available;
}

static void groups_fill(struct skstat_schema_group *group)
{
	for (uint32_t g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		group[g].id = g;
		group[g].size = skstat_groups[g].size;
		group[g].kinds = skstat_groups[g].kinds;
		snprintf(group[g].name, sizeof(group[g].name), "%s", skstat_groups[g].name);
	}
}

static void fields_fill(struct skstat_schema_field *field)
{
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *ours = &skstat_fields[i];

		field[i] = (struct skstat_schema_field){
			.id = ours->id,
			.group = ours->group,
			.type = ours->type,
			.kind = ours->kind,
			.unit = ours->unit,
			.offset = ours->offset,
			.size = ours->size,
		};
		snprintf(field[i].name, sizeof(field[i].name), "%s", ours->name);
	}
}

int skstat_inet_diag_schema(struct skstat_schema *schema, size_t info_length, bool inode)
{
	schema->group = calloc(__SKSTAT_GROUP_MAX, sizeof(*schema->group));
	schema->field = calloc(SKSTAT_FIELDS_COUNT, sizeof(*schema->field));
	if (!schema->group || !schema->field)
		return -ENOMEM;
	schema->groups = __SKSTAT_GROUP_MAX;
	schema->fields = SKSTAT_FIELDS_COUNT;
	groups_fill(schema->group);
	fields_fill(schema->field);
#define BY_LENGTH(group, field, last, value) available_set(schema, #field, info_length >= INFO_END(last));
	SKSTAT_INET_DIAG_TCP_INFO(BY_LENGTH)
#undef BY_LENGTH
#define ALWAYS(field) available_set(schema, #field, true);
	SKSTAT_INET_DIAG_ALWAYS(ALWAYS)
#undef ALWAYS
	available_set(schema, "netns_inode", inode);
	return 0;
}

void skstat_inet_diag_schema_learn(struct skstat_schema *schema, uint32_t has)
{
#define BY_ATTRIBUTE(field, attribute) available_set(schema, #field, has & BIT(attribute));
	SKSTAT_INET_DIAG_LEARNT(BY_ATTRIBUTE)
#undef BY_ATTRIBUTE
}
