/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * The generic-netlink family `skstat`: what the module and its readers agree on.
 *
 * Every command wants CAP_NET_ADMIN in the initial user namespace. A refusal is a negative errno and, where the
 * reader set NETLINK_EXT_ACK, a sentence. Commands:
 *
 *   INFO    do    what this module is, and what it has cost so far
 *   SCHEMA  dump  every group, field, SNMP counter and probe that the other commands know, one a message
 *   SOCK    dump  the sockets of every network namespace, as runs of fixed-size records, then the totals
 *   MIB     dump  the SNMP counters of every network namespace, one namespace a message
 *   JOURNAL dump  what happened to connections after a cursor, CPU by CPU, and how much of it was lost
 *   PROBE_SET do  holds probes for the sender's socket, or releases them
 *   COUNTER dump  what probes have counted, by key, and the names of what stands in the keys
 *   HIST    dump  the same of what they have measured
 *   DOORBELL      sent by the module to each socket that holds `life`: a ring of the journal is filling up
 *
 * Numbers are in the host's byte order. Enumerators are wire values: they are appended to, never moved. The same
 * facts for tools stand in ../skstat.yaml, and for people in docs/PROTOCOL.md.
 */
#ifndef SKSTAT_NETLINK_H
#define SKSTAT_NETLINK_H

#include <linux/types.h>

#define SKSTAT_FAMILY_NAME	"skstat"

/* In each request's genlmsghdr. The module refuses a version that it does not speak. */
#define SKSTAT_FAMILY_VERSION	1

enum skstat_cmd {
	SKSTAT_CMD_UNSPEC,
	SKSTAT_CMD_INFO,
	SKSTAT_CMD_SCHEMA,
	SKSTAT_CMD_SOCK,
	SKSTAT_CMD_MIB,
	SKSTAT_CMD_JOURNAL,
	SKSTAT_CMD_PROBE_SET,
	SKSTAT_CMD_DOORBELL,
	SKSTAT_CMD_COUNTER,
	SKSTAT_CMD_HIST,
	__SKSTAT_CMD_MAX,
};
#define SKSTAT_CMD_MAX (__SKSTAT_CMD_MAX - 1)

/* INFO, reply. The request takes no attribute. */
enum skstat_info_attr {
	SKSTAT_INFO_UNSPEC,
	SKSTAT_INFO_PAD,
	SKSTAT_INFO_VERSION,	 /* string: the module's version */
	SKSTAT_INFO_ABI,	 /* u32: SKSTAT_FAMILY_VERSION as the module was built */
	SKSTAT_INFO_INSTANCE,	 /* u64: random, drawn when the module was loaded; never 0 */
	SKSTAT_INFO_HZ,		 /* u32: jiffies a second, to scale fields whose unit is jiffies */
	SKSTAT_INFO_CPUS,	 /* u32: possible CPUs */
	SKSTAT_INFO_NAMESPACES,	 /* u32: network namespaces alive now */
	SKSTAT_INFO_MAX_MATCHES, /* u32: how many ranges, prefixes or namespaces one SOCK filter takes, of each */
	SKSTAT_INFO_MEMORY,	 /* u64: bytes that the module holds while nobody reads */
	SKSTAT_INFO_WALKS,	 /* u64: SOCK dumps ended, since the module was loaded */
	SKSTAT_INFO_WALK_SOCKETS, /* u64: sockets that these visited */
	SKSTAT_INFO_WALK_NS,	 /* u64: nanoseconds that these took in the kernel */
	SKSTAT_INFO_PROBE,	 /* nest of skstat_info_probe_attr, one a probe */
	SKSTAT_INFO_JOURNAL_EVENTS,  /* u32: events that the ring of one CPU holds */
	SKSTAT_INFO_JOURNAL_WRITTEN, /* u64: events written, since the module was loaded */
	SKSTAT_INFO_JOURNAL_DROPPED, /* u64: events that no ring could take: in no sequence, lost to all */
	SKSTAT_INFO_DOORBELLS,	     /* u64: DOORBELLs sent */
	SKSTAT_INFO_CONN_PLACES,     /* u64: connections that the table has room for; 0: it was not needed yet */
	SKSTAT_INFO_CONN_USED,	     /* u64: connections in it */
	SKSTAT_INFO_CONN_MISSES,     /* u64: connections that found no place */
	__SKSTAT_INFO_MAX,
};
#define SKSTAT_INFO_MAX (__SKSTAT_INFO_MAX - 1)

/* Counters since the module was loaded. */
enum skstat_info_probe_attr {
	SKSTAT_INFO_PROBE_UNSPEC,
	SKSTAT_INFO_PROBE_PAD,
	SKSTAT_INFO_PROBE_ID,	     /* u32: enum skstat_probe_id; SCHEMA names it */
	SKSTAT_INFO_PROBE_AVAILABLE, /* u32: 1, or 0 where this kernel does not have it */
	SKSTAT_INFO_PROBE_HOLDERS,   /* u32: sockets that hold it; 0: nothing of it is attached */
	SKSTAT_INFO_PROBE_HITS,	     /* u64: times that its handlers ran */
	SKSTAT_INFO_PROBE_DROPS,     /* u64: of these, the ones that gave up: recursion, NMI */
	SKSTAT_INFO_PROBE_SAMPLES,   /* u64: of these, the ones that were timed */
	SKSTAT_INFO_PROBE_SAMPLE_NS, /* u64: nanoseconds of those */
	SKSTAT_INFO_PROBE_MISSED,    /* u64: what began and found no place, or ended and had none (of a kretprobe, nmissed) */
	__SKSTAT_INFO_PROBE_MAX,
};
#define SKSTAT_INFO_PROBE_MAX (__SKSTAT_INFO_PROBE_MAX - 1)

/* SCHEMA, reply: each message holds one of these. The request takes no attribute. */
enum skstat_schema_attr {
	SKSTAT_SCHEMA_UNSPEC,
	SKSTAT_SCHEMA_GROUP,   /* nest of skstat_schema_group_attr */
	SKSTAT_SCHEMA_FIELD,   /* nest of skstat_schema_field_attr */
	SKSTAT_SCHEMA_COUNTER, /* nest of skstat_schema_counter_attr */
	SKSTAT_SCHEMA_PROBE,   /* nest of skstat_schema_probe_attr */
	__SKSTAT_SCHEMA_MAX,
};
#define SKSTAT_SCHEMA_MAX (__SKSTAT_SCHEMA_MAX - 1)

enum skstat_schema_group_attr {
	SKSTAT_SCHEMA_GROUP_UNSPEC,
	SKSTAT_SCHEMA_GROUP_ID,	   /* u32: enum skstat_group */
	SKSTAT_SCHEMA_GROUP_NAME,  /* string */
	SKSTAT_SCHEMA_GROUP_SIZE,  /* u32: bytes of this group in a record */
	SKSTAT_SCHEMA_GROUP_KINDS, /* u32: 1 << enum skstat_kind, the records that have it */
	__SKSTAT_SCHEMA_GROUP_MAX,
};
#define SKSTAT_SCHEMA_GROUP_MAX (__SKSTAT_SCHEMA_GROUP_MAX - 1)

enum skstat_schema_field_attr {
	SKSTAT_SCHEMA_FIELD_UNSPEC,
	SKSTAT_SCHEMA_FIELD_ID,	       /* u32: never used again for another field */
	SKSTAT_SCHEMA_FIELD_NAME,      /* string */
	SKSTAT_SCHEMA_FIELD_GROUP,     /* u32: enum skstat_group */
	SKSTAT_SCHEMA_FIELD_TYPE,      /* u32: enum skstat_type */
	SKSTAT_SCHEMA_FIELD_KIND,      /* u32: enum skstat_field_kind */
	SKSTAT_SCHEMA_FIELD_UNIT,      /* u32: enum skstat_unit */
	SKSTAT_SCHEMA_FIELD_OFFSET,    /* u32: bytes from the start of its group */
	SKSTAT_SCHEMA_FIELD_SIZE,      /* u32: bytes */
	SKSTAT_SCHEMA_FIELD_AVAILABLE, /* u32: 1, or 0 where this kernel does not have the figure */
	__SKSTAT_SCHEMA_FIELD_MAX,
};
#define SKSTAT_SCHEMA_FIELD_MAX (__SKSTAT_SCHEMA_FIELD_MAX - 1)

enum skstat_schema_counter_attr {
	SKSTAT_SCHEMA_COUNTER_UNSPEC,
	SKSTAT_SCHEMA_COUNTER_TABLE, /* u32: SKSTAT_MIB_TCP, _TCPEXT, _IP, _IP6 or _OWN */
	SKSTAT_SCHEMA_COUNTER_INDEX, /* u32: its place among the values of that table */
	SKSTAT_SCHEMA_COUNTER_NAME,  /* string: its name in /proc/net/snmp, netstat or snmp6 */
	__SKSTAT_SCHEMA_COUNTER_MAX,
};
#define SKSTAT_SCHEMA_COUNTER_MAX (__SKSTAT_SCHEMA_COUNTER_MAX - 1)

enum skstat_schema_probe_attr {
	SKSTAT_SCHEMA_PROBE_UNSPEC,
	SKSTAT_SCHEMA_PROBE_ID,	       /* u32: its bit in PROBE_SET is 1 << id; never used again for another probe */
	SKSTAT_SCHEMA_PROBE_NAME,      /* string */
	SKSTAT_SCHEMA_PROBE_AVAILABLE, /* u32: 1, or 0 where this kernel does not have it */
	__SKSTAT_SCHEMA_PROBE_MAX,
};
#define SKSTAT_SCHEMA_PROBE_MAX (__SKSTAT_SCHEMA_PROBE_MAX - 1)

/*
 * SOCK. The first part is for requests. All conditions must hold (and); of several values of one condition one must
 * hold (or). With none, every socket is meant.
 */
enum skstat_sock_attr {
	SKSTAT_SOCK_UNSPEC,
	SKSTAT_SOCK_PAD,
	SKSTAT_SOCK_GROUPS,	   /* u32: 1 << enum skstat_group; default all; identity always comes */
	SKSTAT_SOCK_STATES,	   /* u32: 1 << TCP_ESTABLISHED .. 1 << TCP_CLOSING; default all */
	SKSTAT_SOCK_FAMILIES,	   /* u32: SKSTAT_FAMILY_*; default all */
	SKSTAT_SOCK_LOCAL_PORT,	   /* nest of skstat_range_attr, may be repeated */
	SKSTAT_SOCK_REMOTE_PORT,   /* nest of skstat_range_attr, may be repeated */
	SKSTAT_SOCK_LOCAL_PREFIX,  /* nest of skstat_prefix_attr, may be repeated */
	SKSTAT_SOCK_REMOTE_PREFIX, /* nest of skstat_prefix_attr, may be repeated */
	SKSTAT_SOCK_NETNS,	   /* u64: a namespace's id, may be repeated */
	SKSTAT_SOCK_CGROUP,	   /* u64: cgroup v2 id; established and listening sockets only have one */
	SKSTAT_SOCK_UID,	   /* u32: likewise */
	SKSTAT_SOCK_MARK,	   /* u32 */
	SKSTAT_SOCK_MARK_MASK,	   /* u32: default all ones; wants MARK */
	SKSTAT_SOCK_IFINDEX,	   /* u32: the device that the socket is bound to, 0: to none */
	SKSTAT_SOCK_ACTIVE_SINCE,  /* u64: TOTALS_TOKEN of an earlier dump of this instance: leaves out what is idle */
	SKSTAT_SOCK_EXACT,	   /* flag: fill each record under its socket's lock; may sleep behind the owner */
	SKSTAT_SOCK_MAX_SOCKETS,   /* u32: end with PARTIAL once so many were visited */
	SKSTAT_SOCK_MAX_NS,	   /* u64: end with PARTIAL once so many nanoseconds were spent */
	/* Of replies. */
	SKSTAT_SOCK_RUN,	   /* binary, 8-byte aligned: struct skstat_run and its records, may be repeated */
	SKSTAT_SOCK_TOTALS,	   /* nest of skstat_totals_attr: in the last message, once */
	/* Of requests. */
	SKSTAT_SOCK_KINDS,	   /* u32: 1 << SKSTAT_KIND_FULL .. 1 << SKSTAT_KIND_REQUEST; default all */
	SKSTAT_SOCK_BRIEF,	   /* flag: groups tcp and memory end behind what outlasts a connection (fields.h) */
	SKSTAT_SOCK_ROOM,	   /* u32: bytes that the reader takes at once; default 32 KiB, and never less */
	__SKSTAT_SOCK_MAX,
};
#define SKSTAT_SOCK_MAX (__SKSTAT_SOCK_MAX - 1)

/* Of SKSTAT_SOCK_FAMILIES: ss -4 is INET, ss -6 is INET6 | MAPPED. */
enum {
	SKSTAT_FAMILY_INET   = 1 << 0, /* AF_INET sockets */
	SKSTAT_FAMILY_INET6  = 1 << 1, /* AF_INET6 sockets, but for the next */
	SKSTAT_FAMILY_MAPPED = 1 << 2, /* AF_INET6 sockets that talk IPv4 (remote address in ::ffff:0:0/96) */
	SKSTAT_FAMILY_ALL    = (1 << 3) - 1,
};

enum skstat_range_attr {
	SKSTAT_RANGE_UNSPEC,
	SKSTAT_RANGE_MIN, /* u16, default 0 */
	SKSTAT_RANGE_MAX, /* u16, default 65535; not below MIN */
	__SKSTAT_RANGE_MAX,
};
#define SKSTAT_RANGE_ATTR_MAX (__SKSTAT_RANGE_MAX - 1)

/* IPv4 is written as IPv6-mapped: 10.0.0.0/8 is ::ffff:10.0.0.0/104, and meets AF_INET and mapped sockets alike. */
enum skstat_prefix_attr {
	SKSTAT_PREFIX_UNSPEC,
	SKSTAT_PREFIX_ADDRESS, /* binary, 16 bytes in network order */
	SKSTAT_PREFIX_LENGTH,  /* u8: 0 to 128, default 128 */
	__SKSTAT_PREFIX_MAX,
};
#define SKSTAT_PREFIX_MAX (__SKSTAT_PREFIX_MAX - 1)

/* visited = emitted + filtered + idle + gone; the states of all NETNS records add up to visited - gone. */
enum skstat_totals_attr {
	SKSTAT_TOTALS_UNSPEC,
	SKSTAT_TOTALS_PAD,
	SKSTAT_TOTALS_VISITED,	/* u64: sockets seen */
	SKSTAT_TOTALS_EMITTED,	/* u64: records of sockets sent */
	SKSTAT_TOTALS_FILTERED, /* u64: seen and not asked for */
	SKSTAT_TOTALS_IDLE,	/* u64: left out by ACTIVE_SINCE */
	SKSTAT_TOTALS_GONE,	/* u64: being freed, closed or used anew while they were looked at */
	SKSTAT_TOTALS_RESTARTS, /* u64: hash chains walked again because they changed underfoot */
	SKSTAT_TOTALS_NS,	/* u64: nanoseconds spent in the kernel */
	SKSTAT_TOTALS_TOKEN,	/* u64: to be given as ACTIVE_SINCE next time; opaque */
	SKSTAT_TOTALS_INSTANCE, /* u64: SKSTAT_INFO_INSTANCE */
	SKSTAT_TOTALS_PARTIAL,	/* flag: a budget ended the walk; what was not sent may well live */
	__SKSTAT_TOTALS_MAX,
};
#define SKSTAT_TOTALS_MAX (__SKSTAT_TOTALS_MAX - 1)

/* MIB, reply: one namespace. Arrays of u64; SCHEMA names what stands where. The request takes no attribute. */
enum skstat_mib_attr {
	SKSTAT_MIB_UNSPEC,
	SKSTAT_MIB_PAD,
	SKSTAT_MIB_NETNS,  /* u64: the namespace's id */
	SKSTAT_MIB_INODE,  /* u32: its inode in /proc/PID/ns/net */
	SKSTAT_MIB_TCP,	   /* binary */
	SKSTAT_MIB_TCPEXT, /* binary */
	SKSTAT_MIB_IP,	   /* binary: Ip and IpExt of /proc/net */
	SKSTAT_MIB_IP6,	   /* binary; absent where IPv6 is disabled */
	SKSTAT_MIB_OWN,	   /* binary: what the module itself counts, while the probe is held that does */
	__SKSTAT_MIB_MAX,
};
#define SKSTAT_MIB_MAX (__SKSTAT_MIB_MAX - 1)

/*
 * JOURNAL. A request names where to begin, CPU by CPU; a CPU that is not named begins with the oldest event that its
 * ring still has. A reply's message is about one CPU: a CURSOR, then its events. Every CPU that ever had a ring comes
 * at least once; the last message holds the TOTALS. Events that come while the dump runs are left for the next.
 *
 * Reading takes nothing away. Of one CPU, events written = events read + LOST, exactly, from any cursor to any later
 * one.
 */
enum skstat_journal_attr {
	SKSTAT_JOURNAL_UNSPEC,
	SKSTAT_JOURNAL_PAD,
	SKSTAT_JOURNAL_INSTANCE, /* u64: whose cursors these are; goes with them; another one is refused (ESTALE) */
	SKSTAT_JOURNAL_CURSOR,	 /* nest of skstat_cursor_attr; of requests: may be repeated */
	SKSTAT_JOURNAL_TAIL,	 /* flag, of requests: no events, but where each CPU will go on; takes no CURSOR */
	/* From here on: replies. */
	SKSTAT_JOURNAL_RUN,	 /* binary, 8-byte aligned: struct skstat_run and its records, may be repeated */
	SKSTAT_JOURNAL_TOTALS,	 /* nest of skstat_journal_totals_attr: in the last message, once */
	__SKSTAT_JOURNAL_MAX,
};
#define SKSTAT_JOURNAL_MAX (__SKSTAT_JOURNAL_MAX - 1)

enum skstat_cursor_attr {
	SKSTAT_CURSOR_UNSPEC,
	SKSTAT_CURSOR_PAD,
	SKSTAT_CURSOR_CPU,  /* u32 */
	SKSTAT_CURSOR_NEXT, /* u64: the sequence number to go on with, after this message */
	SKSTAT_CURSOR_LOST, /* u64, of replies: events of this CPU that this message should have brought */
	__SKSTAT_CURSOR_MAX,
};
#define SKSTAT_CURSOR_MAX (__SKSTAT_CURSOR_MAX - 1)

enum skstat_journal_totals_attr {
	SKSTAT_JOURNAL_TOTALS_UNSPEC,
	SKSTAT_JOURNAL_TOTALS_PAD,
	SKSTAT_JOURNAL_TOTALS_EVENTS,	/* u64: sent */
	SKSTAT_JOURNAL_TOTALS_LOST,	/* u64: sum of LOST */
	SKSTAT_JOURNAL_TOTALS_NS,	/* u64: nanoseconds spent in the kernel */
	SKSTAT_JOURNAL_TOTALS_INSTANCE, /* u64: SKSTAT_INFO_INSTANCE */
	__SKSTAT_JOURNAL_TOTALS_MAX,
};
#define SKSTAT_JOURNAL_TOTALS_MAX (__SKSTAT_JOURNAL_TOTALS_MAX - 1)

/*
 * PROBE_SET, request: (held | HOLD) & ~RELEASE is held afterwards, for the socket that sends this and until it is
 * closed. A probe is attached from the first holder to the last. When HOLD has returned, the probes count.
 */
enum skstat_probe_set_attr {
	SKSTAT_PROBE_SET_UNSPEC,
	SKSTAT_PROBE_SET_PAD,
	SKSTAT_PROBE_SET_HOLD,	  /* u64: 1 << enum skstat_probe_id */
	SKSTAT_PROBE_SET_RELEASE, /* u64: likewise */
	__SKSTAT_PROBE_SET_MAX,
};
#define SKSTAT_PROBE_SET_MAX (__SKSTAT_PROBE_SET_MAX - 1)

/* DOORBELL: sequence number 0, to be read without being asked for. More than one may come, and one may get lost. */
enum skstat_doorbell_attr {
	SKSTAT_DOORBELL_UNSPEC,
	SKSTAT_DOORBELL_PAD,
	SKSTAT_DOORBELL_INSTANCE, /* u64: SKSTAT_INFO_INSTANCE */
	__SKSTAT_DOORBELL_MAX,
};
#define SKSTAT_DOORBELL_MAX (__SKSTAT_DOORBELL_MAX - 1)

/*
 * COUNTER, reply: cells of tables.h, in any order; before or after them the names of the numbers in them; at last one
 * message with the TOTALS. A cell stays from its first count until the module goes. The request takes no attribute.
 */
enum skstat_counter_attr {
	SKSTAT_COUNTER_UNSPEC,
	SKSTAT_COUNTER_PAD,
	SKSTAT_COUNTER_CELLS,  /* binary, 8-byte aligned: struct skstat_cell, any number of them */
	SKSTAT_COUNTER_NAME,   /* nest of skstat_name_attr, may be repeated */
	SKSTAT_COUNTER_TOTALS, /* nest of skstat_counter_totals_attr: in the last message, once */
	__SKSTAT_COUNTER_MAX,
};
#define SKSTAT_COUNTER_MAX (__SKSTAT_COUNTER_MAX - 1)

enum skstat_name_attr {
	SKSTAT_NAME_UNSPEC,
	SKSTAT_NAME_PAD,
	SKSTAT_NAME_COLUMN, /* u32: SKSTAT_COLUMN_REASON, _RST_REASON, _FUNCTION, _DEVICE, _QDISC or _STACK */
	SKSTAT_NAME_ID,	    /* u32: what stands in keys */
	SKSTAT_NAME_NAME,   /* string; of a function or a reason `unknown` when the kernel has no name for it */
	SKSTAT_NAME_NETNS,  /* u64, of devices: the id of the namespace it is in, or was in at last */
	__SKSTAT_NAME_MAX,
};
#define SKSTAT_NAME_MAX (__SKSTAT_NAME_MAX - 1)

enum skstat_counter_totals_attr {
	SKSTAT_COUNTER_TOTALS_UNSPEC,
	SKSTAT_COUNTER_TOTALS_PAD,
	SKSTAT_COUNTER_TOTALS_PLACES,	/* u64: cells that there is room for, beside those of SKSTAT_KEY_OTHER */
	SKSTAT_COUNTER_TOTALS_USED,	/* u64: cells sent, but for those */
	SKSTAT_COUNTER_TOTALS_MEMORY,	/* u64: bytes */
	SKSTAT_COUNTER_TOTALS_NS,	/* u64: nanoseconds spent in the kernel */
	SKSTAT_COUNTER_TOTALS_INSTANCE, /* u64: SKSTAT_INFO_INSTANCE */
	__SKSTAT_COUNTER_TOTALS_MAX,
};
#define SKSTAT_COUNTER_TOTALS_MAX (__SKSTAT_COUNTER_TOTALS_MAX - 1)

/*
 * HIST, reply: the same of histograms.h. The request takes no attribute. NAME and TOTALS are as in COUNTER: PLACES and
 * USED are histograms.
 */
enum skstat_hist_attr {
	SKSTAT_HIST_UNSPEC,
	SKSTAT_HIST_PAD,
	SKSTAT_HIST_CELL,   /* binary, 8-byte aligned: struct skstat_histogram_cell and its buckets; may be repeated */
	SKSTAT_HIST_NAME,   /* nest of skstat_name_attr, may be repeated */
	SKSTAT_HIST_TOTALS, /* nest of skstat_counter_totals_attr: in the last message, once */
	__SKSTAT_HIST_MAX,
};
#define SKSTAT_HIST_MAX (__SKSTAT_HIST_MAX - 1)

#endif
