// SPDX-License-Identifier: GPL-2.0
/*
 * SCHEMA: the tables of groups, fields, counters and probes, for clients that were built with other ones.
 */
#include "compat/compat.h"
#include "mib.h"
#include "netlink.h"
#include "probe.h"
#include "skstat/record.h"

struct schema_field {
	const char *name;
	u16 id, offset, size;
	u8 type, kind, unit, available;
};

struct schema_group {
	const char *name;
	u16 size, kinds, nr_fields;
	const struct schema_field *fields;
};

#define SCHEMA_FIELD(ID, NAME, TYPE, KIND, UNIT, NOUN, AGGREGATE, SHOWN, HAVE, SOURCE, HELP)              \
	{                                                                                                 \
		.name = #NAME, .id = (ID), .offset = offsetof(record, NAME),                              \
		.size = sizeof(SKSTAT_CTYPE_##TYPE), .type = SKSTAT_TYPE_##TYPE,                          \
		.kind = SKSTAT_FIELD_##KIND, .unit = SKSTAT_UNIT_##UNIT, .available = SKSTAT_HAVE_##HAVE, \
	},

/* A function each, so that the rows of every group can call their structure `record`. */
#define SCHEMA_GROUP_FUNCTION(GROUP, group, KINDS)                                                        \
	static struct schema_group schema_##group(void)                                                   \
	{                                                                                                 \
		typedef struct skstat_##group record;                                                     \
		static const struct schema_field fields[] = { SKSTAT_FIELDS_##GROUP(SCHEMA_FIELD) };      \
													\
		return (struct schema_group) {                                                            \
			.name = #group, .size = sizeof(record), .kinds = (KINDS),                         \
			.fields = fields, .nr_fields = ARRAY_SIZE(fields),                                \
		};                                                                                        \
	}
SKSTAT_GROUPS(SCHEMA_GROUP_FUNCTION)

#define SCHEMA_GROUP_ENTRY(GROUP, group, KINDS) \
	[SKSTAT_GROUP_##GROUP] = schema_##group,
static struct schema_group (*const schema_groups[])(void) = { SKSTAT_GROUPS(SCHEMA_GROUP_ENTRY) };

static int schema_put_group(struct sk_buff *skb, u32 id, const struct schema_group *group)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_SCHEMA_GROUP);

	if (!nest ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_GROUP_ID, id) ||
	    nla_put_string(skb, SKSTAT_SCHEMA_GROUP_NAME, group->name) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_GROUP_SIZE, group->size) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_GROUP_KINDS, group->kinds))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int schema_put_field(struct sk_buff *skb, u32 group, const struct schema_field *field)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_SCHEMA_FIELD);

	if (!nest ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_ID, field->id) ||
	    nla_put_string(skb, SKSTAT_SCHEMA_FIELD_NAME, field->name) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_GROUP, group) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_TYPE, field->type) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_KIND, field->kind) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_UNIT, field->unit) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_OFFSET, field->offset) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_SIZE, field->size) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_FIELD_AVAILABLE, field->available))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int schema_put_counter(struct sk_buff *skb, const struct skstat_mib_name *counter)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_SCHEMA_COUNTER);

	if (!nest ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_COUNTER_TABLE, counter->table) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_COUNTER_INDEX, counter->index) ||
	    nla_put_string(skb, SKSTAT_SCHEMA_COUNTER_NAME, counter->name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int schema_put_probe(struct sk_buff *skb, u32 id)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_SCHEMA_PROBE);

	if (!nest ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_PROBE_ID, id) ||
	    nla_put_string(skb, SKSTAT_SCHEMA_PROBE_NAME, skstat_probe_name(id)) ||
	    nla_put_u32(skb, SKSTAT_SCHEMA_PROBE_AVAILABLE, skstat_probe_available(id)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static const u8 schema_probes[] = {
#define SCHEMA_PROBE(ID, NAME, name, HELP) (ID),
	SKSTAT_PROBES(SCHEMA_PROBE)
};

/* The entry at place `index` of all. Returns 0, -EMSGSIZE, or -ENOENT behind the last. */
static int schema_put(struct sk_buff *skb, unsigned long index)
{
	struct skstat_mib_name counter;
	struct schema_group group;
	u32 i;

	if (index < ARRAY_SIZE(schema_groups)) {
		group = schema_groups[index]();
		return schema_put_group(skb, index, &group);
	}
	index -= ARRAY_SIZE(schema_groups);
	for (i = 0; i < ARRAY_SIZE(schema_groups); i++) {
		group = schema_groups[i]();
		if (index < group.nr_fields)
			return schema_put_field(skb, i, &group.fields[index]);
		index -= group.nr_fields;
	}
	if (index < ARRAY_SIZE(schema_probes))
		return schema_put_probe(skb, schema_probes[index]);
	index -= ARRAY_SIZE(schema_probes);
	return skstat_mib_name(index, &counter) ? schema_put_counter(skb, &counter) : -ENOENT;
}

int skstat_schema_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = 0;

	if (!cb->args[0]) {
		err = skstat_netlink_admit(cb->skb, cb->nlh, cb->extack);
		if (err)
			return err;
	}
	for (;; cb->args[0]++) {
		void *head = skstat_netlink_put(skb, cb, SKSTAT_CMD_SCHEMA);

		if (!head)
			break;
		err = schema_put(skb, cb->args[0]);
		if (err) {
			genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
	}
	/* Full is the end of a batch, and -ENOENT that of the dump. */
	return skb->len || err == -ENOENT ? skb->len : -EMSGSIZE;
}
