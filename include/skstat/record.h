/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * The records of SKSTAT_CMD_SOCK.
 *
 * A run is struct skstat_run followed by `count` records of one kind, `stride` bytes each. A record is the groups of
 * the run, in rising order of their number, without gaps. `size[g]` is how long group g is in this run, so that a run
 * explains itself: group g starts where the sizes of the groups below it end. A newer module may append fields to a
 * group: read min(size[g], what you know of g) and step by `stride`; an older one leaves the tail of yours unread.
 *
 * The groups' structures are made from the table in fields.h.
 */
#ifndef SKSTAT_RECORD_H
#define SKSTAT_RECORD_H

#include <linux/types.h>
#include "fields.h"

enum skstat_kind {
	SKSTAT_KIND_UNSPEC,
	SKSTAT_KIND_FULL,     /* a socket with all its state */
	SKSTAT_KIND_LISTEN,   /* a listening socket */
	SKSTAT_KIND_TIMEWAIT, /* what is left of one in TIME_WAIT or, late, in FIN_WAIT2 */
	SKSTAT_KIND_REQUEST,  /* a connection in SYN_RECV, not yet a socket */
	SKSTAT_KIND_NETNS,    /* not a socket: a namespace and its sockets by state */
	__SKSTAT_KIND_MAX,
};

enum skstat_group {
#define SKSTAT_GROUP_ENUM(GROUP, group, kinds) SKSTAT_GROUP_##GROUP,
	SKSTAT_GROUPS(SKSTAT_GROUP_ENUM)
#undef SKSTAT_GROUP_ENUM
	__SKSTAT_GROUP_MAX,
};

enum skstat_type {
	SKSTAT_TYPE_UNSPEC,
	SKSTAT_TYPE_U8,
	SKSTAT_TYPE_U16,
	SKSTAT_TYPE_U32,
	SKSTAT_TYPE_U64,
	SKSTAT_TYPE_S32,
	SKSTAT_TYPE_ADDR, /* 16 bytes in network order; of an AF_INET socket the first four, then zeros */
	SKSTAT_TYPE_NAME, /* 16 bytes, padded with zeros, the last one always 0 */
};

enum skstat_field_kind {
	SKSTAT_FIELD_UNSPEC,
	SKSTAT_FIELD_COUNTER, /* only grows, as long as cookie and connection are the same */
	SKSTAT_FIELD_GAUGE,
	SKSTAT_FIELD_INFO, /* a name, an address, a set of flags: nothing to calculate with */
};

/* What one step of a raw value is. */
enum skstat_unit {
	SKSTAT_UNIT_NONE,
	SKSTAT_UNIT_BYTES,
	SKSTAT_UNIT_SEGMENTS,
	SKSTAT_UNIT_SOCKETS,
	SKSTAT_UNIT_EVENTS,
	SKSTAT_UNIT_MILLISECONDS,
	SKSTAT_UNIT_MICROSECONDS,
	SKSTAT_UNIT_MICROSECONDS_4, /* a quarter of a microsecond */
	SKSTAT_UNIT_MICROSECONDS_8, /* an eighth of a microsecond */
	SKSTAT_UNIT_JIFFIES,	    /* 1 / SKSTAT_INFO_HZ of a second */
	SKSTAT_UNIT_BYTES_PER_SECOND,
};

/* Of the field `flags`. */
enum {
	SKSTAT_FLAG_V6ONLY = 1 << 0, /* IPV6_V6ONLY is set */
	SKSTAT_FLAG_KERNEL = 1 << 1, /* the kernel's own: it does not keep its namespace alive */
	SKSTAT_FLAG_MPTCP  = 1 << 2, /* a subflow of an MPTCP connection */
};

struct skstat_addr {
	__u8 byte[16];
} __attribute__((aligned(8)));

struct skstat_name {
	char text[16];
};

#define SKSTAT_RUN_GROUPS 12 /* places in skstat_run.size, for groups to come */

struct skstat_run {
	__u16 kind;   /* enum skstat_kind */
	__u16 stride; /* bytes from one record to the next, a multiple of 8 */
	__u32 count;  /* records */
	__u32 groups; /* 1 << enum skstat_group */
	__u32 reserved;
	__u16 size[SKSTAT_RUN_GROUPS]; /* bytes of each group, a multiple of 8; 0: not in these records */
};

#define SKSTAT_CTYPE_U8	  __u8
#define SKSTAT_CTYPE_U16  __u16
#define SKSTAT_CTYPE_U32  __u32
#define SKSTAT_CTYPE_U64  __u64
#define SKSTAT_CTYPE_S32  __s32
#define SKSTAT_CTYPE_ADDR struct skstat_addr
#define SKSTAT_CTYPE_NAME struct skstat_name

/* struct skstat_identity, struct skstat_timer, ... */
#define SKSTAT_MEMBER(id, name, type, ...) SKSTAT_CTYPE_##type name;
#define SKSTAT_STRUCT(GROUP, group, kinds) struct skstat_##group { SKSTAT_FIELDS_##GROUP(SKSTAT_MEMBER) };
SKSTAT_GROUPS(SKSTAT_STRUCT)
#undef SKSTAT_STRUCT

/*
 * A hole in a group would leave the kernel's memory in a record: there is none, and each group ends on 8 bytes.
 */
#define SKSTAT_PLUS_SIZE(id, name, type, ...) + sizeof(SKSTAT_CTYPE_##type)
#define SKSTAT_STRUCT_IS_DENSE(GROUP, group, kinds)                                               \
	_Static_assert(sizeof(struct skstat_##group) == 0 SKSTAT_FIELDS_##GROUP(SKSTAT_PLUS_SIZE), \
		       "group " #group " has a hole");                                            \
	_Static_assert(sizeof(struct skstat_##group) % 8 == 0, "group " #group " ends off 8 bytes");
SKSTAT_GROUPS(SKSTAT_STRUCT_IS_DENSE)
#undef SKSTAT_STRUCT_IS_DENSE

_Static_assert(sizeof(struct skstat_run) % 8 == 0, "records must stay 8-byte aligned");
_Static_assert(__SKSTAT_GROUP_MAX <= SKSTAT_RUN_GROUPS, "skstat_run.size is too short");

#endif
