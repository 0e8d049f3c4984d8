// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "field.h"

/*
 * A row of fields.h does not name its group. So each group gets a room of its own here, and the place of a member tells
 * both its group and its offset therein. (That two fields have one name is an error of the compiler's, too.)
 */
#define ROOM 4096
#define LAYOUT_ROOM(GROUP, group, kinds)                     \
	union {                                              \
		struct {                                     \
			SKSTAT_FIELDS_##GROUP(SKSTAT_MEMBER) \
		};                                           \
		unsigned char room_##group[ROOM];            \
	};
struct layout {
	SKSTAT_GROUPS(LAYOUT_ROOM)
};
#undef LAYOUT_ROOM

#define FITS_ITS_ROOM(GROUP, group, kinds) \
	_Static_assert(sizeof(struct skstat_##group) <= ROOM, "group " #group " is larger than ROOM");
SKSTAT_GROUPS(FITS_ITS_ROOM)
#undef FITS_ITS_ROOM

const struct skstat_field skstat_fields[SKSTAT_FIELDS_COUNT] = {
#define FIELD_ROW(ID, NAME, TYPE, KIND, UNIT, NOUN, AGGREGATE, SHOWN, HAVE, SOURCE, HELP) \
	{                                                                                 \
		.id = ID,                                                                 \
		.name = #NAME,                                                            \
		.type = SKSTAT_TYPE_##TYPE,                                               \
		.kind = SKSTAT_FIELD_##KIND,                                              \
		.unit = SKSTAT_UNIT_##UNIT,                                               \
		.group = offsetof(struct layout, NAME) / ROOM,                            \
		.offset = offsetof(struct layout, NAME) % ROOM,                           \
		.size = sizeof(SKSTAT_CTYPE_##TYPE),                                      \
		.noun = NOUN,                                                             \
		.aggregate = SKSTAT_AGGREGATE_##AGGREGATE,                                \
		.shown = SHOWN,                                                           \
		.help = HELP,                                                             \
	},
#define GROUP_ROWS(GROUP, group, kinds) SKSTAT_FIELDS_##GROUP(FIELD_ROW)
	SKSTAT_GROUPS(GROUP_ROWS)
#undef GROUP_ROWS
#undef FIELD_ROW
};

const struct skstat_group_info skstat_groups[__SKSTAT_GROUP_MAX] = {
#define GROUP_INFO(GROUP, group, KINDS) \
	[SKSTAT_GROUP_##GROUP] = { .name = #group, .size = sizeof(struct skstat_##group), .kinds = (KINDS) },
	SKSTAT_GROUPS(GROUP_INFO)
#undef GROUP_INFO
};

static const struct {
	const char *name;
	const char *base;
	double scale;
} units[] = {
	[SKSTAT_UNIT_NONE] = { "", "", 1 },
	[SKSTAT_UNIT_BYTES] = { "bytes", "bytes", 1 },
	[SKSTAT_UNIT_SEGMENTS] = { "segments", "segments", 1 },
	[SKSTAT_UNIT_SOCKETS] = { "sockets", "sockets", 1 },
	[SKSTAT_UNIT_EVENTS] = { "events", "events", 1 },
	[SKSTAT_UNIT_MILLISECONDS] = { "milliseconds", "seconds", 1e-3 },
	[SKSTAT_UNIT_MICROSECONDS] = { "microseconds", "seconds", 1e-6 },
	[SKSTAT_UNIT_MICROSECONDS_4] = { "microseconds_4", "seconds", 1e-6 / 4 },
	[SKSTAT_UNIT_MICROSECONDS_8] = { "microseconds_8", "seconds", 1e-6 / 8 },
	[SKSTAT_UNIT_JIFFIES] = { "jiffies", "seconds", 1 },
	[SKSTAT_UNIT_BYTES_PER_SECOND] = { "bytes_per_second", "bytes_per_second", 1 },
	[SKSTAT_UNIT_NANOSECONDS] = { "nanoseconds", "seconds", 1e-9 },
};

static const char *const types[] = {
	[SKSTAT_TYPE_U8] = "u8",   [SKSTAT_TYPE_U16] = "u16", [SKSTAT_TYPE_U32] = "u32",   [SKSTAT_TYPE_U64] = "u64",
	[SKSTAT_TYPE_S32] = "s32", [SKSTAT_TYPE_ADDR] = "addr", [SKSTAT_TYPE_NAME] = "name",
};

static const char *const field_kinds[] = {
	[SKSTAT_FIELD_COUNTER] = "counter",
	[SKSTAT_FIELD_GAUGE] = "gauge",
	[SKSTAT_FIELD_INFO] = "info",
};

static const char *const kinds[] = {
	[SKSTAT_KIND_FULL] = "full",	   [SKSTAT_KIND_LISTEN] = "listen", [SKSTAT_KIND_TIMEWAIT] = "timewait",
	[SKSTAT_KIND_REQUEST] = "request", [SKSTAT_KIND_NETNS] = "netns",
	[SKSTAT_KIND_OPENED] = "opened",   [SKSTAT_KIND_FAILED] = "failed", [SKSTAT_KIND_CLOSED] = "closed",
	[SKSTAT_KIND_LISTEN_STARTED] = "listen_started", [SKSTAT_KIND_LISTEN_STOPPED] = "listen_stopped",
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

const struct skstat_field *skstat_field_by_id(uint32_t id)
{
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		if (skstat_fields[i].id == id)
			return &skstat_fields[i];
	return NULL;
}

const struct skstat_field *skstat_field_by_name(const char *name)
{
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		if (strcmp(skstat_fields[i].name, name) == 0)
			return &skstat_fields[i];
	return NULL;
}

int skstat_group_by_name(const char *name)
{
	for (int i = 0; i < __SKSTAT_GROUP_MAX; i++)
		if (strcmp(skstat_groups[i].name, name) == 0)
			return i;
	return -1;
}

bool skstat_field_reserved(const struct skstat_field *field)
{
	static const char suffix[] = "_reserved";
	size_t length = strlen(field->name);

	return length >= sizeof(suffix) - 1 && strcmp(field->name + length - (sizeof(suffix) - 1), suffix) == 0;
}

double skstat_unit_scale(enum skstat_unit unit, uint32_t hz)
{
	if (unit == SKSTAT_UNIT_JIFFIES)
		return hz ? 1.0 / hz : 0;
	return (size_t)unit < LENGTH(units) ? units[unit].scale : 1;
}

const char *skstat_unit_base(enum skstat_unit unit)
{
	return (size_t)unit < LENGTH(units) ? units[unit].base : "";
}

const char *skstat_unit_name(enum skstat_unit unit)
{
	return (size_t)unit < LENGTH(units) ? units[unit].name : "";
}

const char *skstat_type_name(uint32_t type)
{
	return type < LENGTH(types) ? types[type] : NULL;
}

const char *skstat_field_kind_name(uint32_t kind)
{
	return kind < LENGTH(field_kinds) ? field_kinds[kind] : NULL;
}

const char *skstat_kind_name(uint32_t kind)
{
	return kind < LENGTH(kinds) ? kinds[kind] : NULL;
}

bool skstat_kind_is_event(uint32_t kind)
{
	return kind < __SKSTAT_KIND_MAX && SKSTAT_KINDS_EVENTS & 1u << kind;
}
