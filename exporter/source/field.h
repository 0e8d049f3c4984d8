/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The field table, as userspace sees it: one struct skstat_field for each row of include/skstat/fields.h, made from
 * it. Constant and pure: no function here fails, allocates or keeps state; all may be called from any thread.
 */
#ifndef SKSTAT_SOURCE_FIELD_H
#define SKSTAT_SOURCE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/record.h>

/* What becomes of a field in a metric over many sockets. */
enum skstat_aggregate {
	SKSTAT_AGGREGATE_NONE,
	SKSTAT_AGGREGATE_SUM,
	SKSTAT_AGGREGATE_HISTOGRAM,
};

struct skstat_field {
	uint32_t id;
	const char *name;
	enum skstat_type type;
	enum skstat_field_kind kind;
	enum skstat_unit unit;
	enum skstat_group group;
	uint16_t offset;  /* bytes from the start of the group's structure */
	uint16_t size;	  /* bytes */
	const char *noun; /* of the metric; "" where there is none */
	enum skstat_aggregate aggregate;
	bool shown;	  /* among the default metrics */
	const char *help; /* one sentence */
};

struct skstat_group_info {
	const char *name;
	uint16_t size;	/* of struct skstat_<name> */
	uint32_t kinds; /* 1 << enum skstat_kind: the records that have it */
};

enum {
#define SKSTAT_FIELD_ONE(...) +1
#define SKSTAT_FIELD_COUNT_OF(GROUP, group, kinds) SKSTAT_FIELDS_##GROUP(SKSTAT_FIELD_ONE)
	SKSTAT_FIELDS_COUNT = 0 SKSTAT_GROUPS(SKSTAT_FIELD_COUNT_OF),
#undef SKSTAT_FIELD_COUNT_OF
#undef SKSTAT_FIELD_ONE
};

/* In the order of fields.h: by group, then by offset. A field's index here is stable within one build only. */
extern const struct skstat_field skstat_fields[SKSTAT_FIELDS_COUNT];

/* Their indices, where one is asked for by name: SKSTAT_AT_bytes_sent, ... */
enum {
#define SKSTAT_AT_ROW(id, name, ...) SKSTAT_AT_##name,
#define SKSTAT_AT_GROUP(GROUP, group, kinds) SKSTAT_FIELDS_##GROUP(SKSTAT_AT_ROW)
	SKSTAT_GROUPS(SKSTAT_AT_GROUP)
#undef SKSTAT_AT_GROUP
#undef SKSTAT_AT_ROW
};

/* By enum skstat_group. */
extern const struct skstat_group_info skstat_groups[__SKSTAT_GROUP_MAX];

/* The field of that id or name (exact), or NULL. A linear search: do it once, at start, not for each record. */
const struct skstat_field *skstat_field_by_id(uint32_t id);
const struct skstat_field *skstat_field_by_name(const char *name);

/* The group of that name, or -1. */
int skstat_group_by_name(const char *name);

/* Whether the field only fills its group up to 8 bytes: its value says nothing and is not to be shown. */
bool skstat_field_reserved(const struct skstat_field *field);

/*
 * One step of a raw value in base units (seconds, bytes, bytes per second; 1 for what is counted): microseconds_8 gives
 * 1.25e-7. `hz` is SKSTAT_INFO_HZ, used by jiffies alone; while it is not known (0) jiffies scale to 0.
 */
double skstat_unit_scale(enum skstat_unit unit, uint32_t hz);

/* The base unit as metrics write it: "seconds", "bytes", "segments", "bytes_per_second", ...; "" of NONE. */
const char *skstat_unit_base(enum skstat_unit unit);

/* The raw unit, as the schema's readers see it: "microseconds_8", "jiffies", ...; "" of NONE. */
const char *skstat_unit_name(enum skstat_unit unit);

/* "u8", ..., "addr", "name"; "counter", "gauge", "info"; "full", "listen", ...: NULL of a number that is not known. */
const char *skstat_type_name(uint32_t type);
const char *skstat_field_kind_name(uint32_t kind);
const char *skstat_kind_name(uint32_t kind);

/* Whether it is a kind of the journal: OPENED ... LISTEN_STOPPED. */
bool skstat_kind_is_event(uint32_t kind);

#endif
