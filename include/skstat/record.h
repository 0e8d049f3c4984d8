/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * The records of SKSTAT_CMD_SOCK and SKSTAT_CMD_JOURNAL.
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
	/* Events of the journal. */
	SKSTAT_KIND_OPENED,	    /* a handshake ended well; `state` is the one before */
	SKSTAT_KIND_FAILED,	    /* one did not; what it had sent is in its figures */
	SKSTAT_KIND_CLOSED,	    /* a connection that had opened is over, these are its last figures */
	SKSTAT_KIND_LISTEN_STARTED, /* a socket listens */
	SKSTAT_KIND_LISTEN_STOPPED, /* it does not any more */
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
	SKSTAT_UNIT_NANOSECONDS,
};

/* Of the field `flags`. */
enum {
	SKSTAT_FLAG_V6ONLY = 1 << 0, /* IPV6_V6ONLY is set */
	SKSTAT_FLAG_KERNEL = 1 << 1, /* the kernel's own: it does not keep its namespace alive */
	SKSTAT_FLAG_MPTCP  = 1 << 2, /* a subflow of an MPTCP connection */
};

/* Of the field `process_from`. */
enum skstat_process_from {
	SKSTAT_PROCESS_UNKNOWN,
	SKSTAT_PROCESS_CALLER, /* it called connect() or listen() */
	SKSTAT_PROCESS_READER, /* it was the first to read */
	SKSTAT_PROCESS_ACCEPT, /* accept() returned to it (probe `accept`) */
};

/* Of the field `event_direction`. */
enum {
	SKSTAT_EVENT_IN = 1, /* the peer's SYN began it */
	SKSTAT_EVENT_OUT,    /* ours did */
};

/* Of the field `event_flags`. */
enum {
	SKSTAT_EVENT_HAS_CONNECT     = 1 << 0, /* connect_latency is known */
	SKSTAT_EVENT_HAS_FIRST_BYTE  = 1 << 1, /* first_byte is known: one came, and it was seen */
	SKSTAT_EVENT_FIRST_BYTE_LATE = 1 << 2, /* but late: it came with the handshake, and was noticed afterwards */
	SKSTAT_EVENT_HAS_DURATION    = 1 << 3, /* duration is known: the journal has seen it open */
	SKSTAT_EVENT_HAS_QUEUES	     = 1 << 4, /* open_accept_queue, _limit, open_syn_queue are known */
	SKSTAT_EVENT_OLD	     = 1 << 5, /* began before the probes were held: there was no OPENED */
	SKSTAT_EVENT_MISSED	     = 1 << 6, /* the table of connections was full: what it would have told is not known */
	SKSTAT_EVENT_RST_COUNTED     = 1 << 7, /* a RST was sent by the socket itself: it is in its segs_out */
	SKSTAT_EVENT_TIME_WAIT	     = 1 << 8, /* TIME_WAIT or its FIN_WAIT2 goes on under this cookie */
	SKSTAT_EVENT_FIN_PENDING     = 1 << 9, /* with TIME_WAIT: the peer's FIN has not come; its ACK is nobody's */
	SKSTAT_EVENT_ACTIVE_RST	     = 1 << 10, /* an active RST has been sent, by abort, close() or kernel */
};

/* Of the field `event_kind` of OPENED. */
enum skstat_open {
	SKSTAT_OPEN_UNSPEC,
	SKSTAT_OPEN_HANDSHAKE,
	SKSTAT_OPEN_FAST_OPEN,	  /* with data in the SYN that was taken (RFC 7413) */
	SKSTAT_OPEN_SYNCOOKIE,	  /* from a SYN cookie */
	SKSTAT_OPEN_SIMULTANEOUS, /* both sides sent a SYN (RFC 9293, 3.5) */
	SKSTAT_OPEN_REPAIR,	  /* by TCP_REPAIR, without a handshake */
	__SKSTAT_OPEN_MAX,
};

/* Of the field `event_kind` of FAILED. */
enum skstat_fail {
	SKSTAT_FAIL_UNSPEC,
	SKSTAT_FAIL_REFUSED,	 /* RST to a SYN */
	SKSTAT_FAIL_TIMED_OUT,
	SKSTAT_FAIL_RESET,	 /* RST later in the handshake */
	SKSTAT_FAIL_UNREACHABLE, /* by ICMP */
	SKSTAT_FAIL_ABANDONED,	 /* closed here before it came about */
	SKSTAT_FAIL_OTHER,	 /* of accepted connections: no room in the accept queue, no memory, ... */
	__SKSTAT_FAIL_MAX,
};

/* Of the field `event_kind` of CLOSED. */
enum skstat_close {
	SKSTAT_CLOSE_UNSPEC,
	SKSTAT_CLOSE_FIN_LOCAL,	     /* in order, our FIN was the first */
	SKSTAT_CLOSE_FIN_REMOTE,     /* in order, the peer's FIN was the first */
	SKSTAT_CLOSE_FIN_BOTH,	     /* in order, they crossed */
	SKSTAT_CLOSE_FIN,	     /* in order; whose was the first is not known */
	SKSTAT_CLOSE_RESET_RECEIVED, /* the peer sent a RST */
	SKSTAT_CLOSE_RESET_SENT,     /* the kernel sent a RST: data after close(), orphans without memory, ... */
	SKSTAT_CLOSE_ABORT,	     /* aborted here: unread data, SO_LINGER 0, connect(AF_UNSPEC), ss -K */
	SKSTAT_CLOSE_TIMEOUT,	     /* no answer any more: retransmits, keepalive, TCP_USER_TIMEOUT */
	SKSTAT_CLOSE_REPAIR,	     /* silently, by TCP_REPAIR */
	__SKSTAT_CLOSE_MAX,
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

/* Where these groups end in brief records, and in those of connections that are over (fields.h). */
#define SKSTAT_TCP_BRIEF    (0 SKSTAT_FIELDS_TCP_LAST(SKSTAT_PLUS_SIZE))
#define SKSTAT_MEMORY_BRIEF (0 SKSTAT_FIELDS_MEMORY_LAST(SKSTAT_PLUS_SIZE))
_Static_assert(SKSTAT_TCP_BRIEF % 8 == 0 && SKSTAT_MEMORY_BRIEF % 8 == 0, "a brief group ends off 8 bytes");

_Static_assert(sizeof(struct skstat_run) % 8 == 0, "records must stay 8-byte aligned");
_Static_assert(__SKSTAT_GROUP_MAX <= SKSTAT_RUN_GROUPS, "skstat_run.size is too short");

#endif
