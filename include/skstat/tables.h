/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * What probes count, table by table: a row here is a table of the module and a family of metrics. A table has cells: a
 * key, which has a value for each of its columns, and how often it was met.
 *
 *   T(id, NAME, name, PROBE, metric, help, column, column, column, column, column)
 *
 *   id       its number for ever; the next free one stands at the end of this comment
 *   PROBE    of probes.h: what counts into it
 *   metric   the family's name, without _total
 *   column   of SKSTAT_COLUMNS; NONE: it has no more
 *
 * What finds no place in the module's memory is counted under a key of SKSTAT_KEY_OTHER in every column.
 *
 * Next free id: 11
 */
#ifndef SKSTAT_TABLES_H
#define SKSTAT_TABLES_H

#include <linux/types.h>

#define SKSTAT_KEY_COLUMNS 5
#define SKSTAT_KEY_OTHER   0xffffffffu

/*
 * K(NAME, name, help): what the values of a column are, and its label.
 *
 * Those of REASON, RST_REASON, FUNCTION, DEVICE, QDISC and STACK are numbers of this instance of the module, whose
 * names come with the cells; 0 is none or not known. The others are the kernel's or IANA's own. New ones go to the end.
 */
#define SKSTAT_COLUMNS(K)                                                                                              \
	K(REASON, reason, "Why, as enum skb_drop_reason names it")                                                     \
	K(RST_REASON, reason, "Why, as enum sk_rst_reason names it")                                                   \
	K(FUNCTION, function, "The kernel's function")                                                                 \
	K(DEVICE, device, "Network device; its namespace is another label")                                            \
	K(PROTOCOL, protocol, "EtherType, in host order")                                                              \
	K(L4, transport, "IPPROTO_*")                                                                                  \
	K(PORT, port, "Local port; 0 where it is of ip_local_port_range and nobody listens, or there is none")        \
	K(NETNS, netns, "Id of the network namespace")                                                                 \
	K(STATE, state, "TCP_ESTABLISHED .. TCP_NEW_SYN_RECV")                                                         \
	K(CAUSE, cause, "enum skstat_cause")                                                                           \
	K(DIRECTION, direction, "enum skstat_direction_of_reset")                                                      \
	K(LIMIT, limit, "enum skstat_limit")                                                                           \
	K(ERROR, error, "A positive errno")                                                                            \
	K(FAMILY, family, "AF_INET or AF_INET6")                                                                       \
	K(QDISC, qdisc, "Kind of queueing discipline")                                                                 \
	K(POINT, point, "enum skstat_point")                                                                           \
	K(WAY, way, "enum skstat_way")                                                                                 \
	K(END, end, "enum skstat_end")                                                                                 \
	K(CALL, call, "enum skstat_call")                                                                              \
	K(CA_STATE, state, "enum tcp_ca_state")                                                                        \
	K(STACK, stack, "Functions of the kernel, the innermost first, with semicolons between them")                  \
	K(REMOTE_PORT, remote_port, "The peer's port")

#define SKSTAT_TABLES(T)                                                                                               \
	T(1, DROP, drop, DROP, "skstat_dropped_packets", "Packets that the kernel dropped", REASON, FUNCTION, DEVICE,  \
	  PROTOCOL, PORT)                                                                                              \
	T(2, RETRANSMIT, retransmit, RETRANSMIT, "skstat_tcp_retransmits", "Segments that were sent again", CAUSE,     \
	  STATE, NETNS, PORT, NONE)                                                                                    \
	T(3, RESET, reset, RESET, "skstat_tcp_resets", "RST segments", DIRECTION, RST_REASON, STATE, NETNS, PORT)      \
	T(4, LIMIT, limit, LIMIT, "skstat_socket_limits_hit", "Times that a socket's buffer had no room", LIMIT, L4,   \
	  NETNS, PORT, NONE)                                                                                           \
	T(5, UDP, udp, UDP, "skstat_udp_receive_failures", "Datagrams that a socket did not take", ERROR, FAMILY,      \
	  NETNS, PORT, NONE)                                                                                           \
	T(6, CHECKSUM, checksum, CHECKSUM, "skstat_tcp_bad_checksums", "Segments whose checksum was wrong", DEVICE,    \
	  FAMILY, NONE, NONE, NONE)                                                                                    \
	T(7, PACKET, packet, PACKET, "skstat_packets", "Packets in and out of the stack", WAY, DEVICE, PROTOCOL, L4,   \
	  NONE)                                                                                                        \
	T(8, PACKET_BYTES, packet_bytes, PACKET, "skstat_packet_bytes", "Bytes of those packets", WAY, DEVICE,        \
	  PROTOCOL, L4, NONE)                                                                                          \
	T(9, STACK, stack, STACK, "skstat_dropped_packet_stacks", "Packets that the kernel dropped, sampled", STACK,   \
	  REASON, NONE, NONE, NONE)                                                                                    \
	T(10, UDP_CONNECT, udp_connect, UDP_CONNECT, "skstat_udp_connects", "connect() of UDP sockets", ERROR, FAMILY, \
	  NETNS, REMOTE_PORT, NONE)

enum skstat_key_column {
	SKSTAT_COLUMN_NONE,
#define SKSTAT_COLUMN_ENUM(NAME, name, help) SKSTAT_COLUMN_##NAME,
	SKSTAT_COLUMNS(SKSTAT_COLUMN_ENUM)
#undef SKSTAT_COLUMN_ENUM
	__SKSTAT_COLUMN_MAX,
};

enum skstat_table_id {
	SKSTAT_TABLE_UNSPEC,
#define SKSTAT_TABLE_ENUM(id, NAME, name, PROBE, metric, help, a, b, c, d, e) SKSTAT_TABLE_##NAME = (id),
	SKSTAT_TABLES(SKSTAT_TABLE_ENUM)
#undef SKSTAT_TABLE_ENUM
	__SKSTAT_TABLE_MAX,
};

/* Why a segment was sent again: what the socket was at when it did. docs/PROBES.md says what that means. */
enum skstat_cause {
	SKSTAT_CAUSE_UNSPEC,
	SKSTAT_CAUSE_SYN,	 /* SYN_SENT, or SYN_RECV of simultaneous open or Fast Open */
	SKSTAT_CAUSE_RTO,	 /* the retransmission timer: the first segment of a loss episode */
	SKSTAT_CAUSE_SLOW_START, /* after that, as ACKs come */
	SKSTAT_CAUSE_FAST,	 /* fast recovery, RACK among it */
	SKSTAT_CAUSE_TLP,	 /* tail loss probe (RFC 8985) */
	SKSTAT_CAUSE_OTHER,
	SKSTAT_CAUSE_SYNACK,	 /* a request's SYN-ACK, by timer or as the SYN came again; the state is NEW_SYN_RECV */
	__SKSTAT_CAUSE_MAX,
};

enum skstat_direction_of_reset {
	SKSTAT_RESET_UNSPEC,
	SKSTAT_RESET_SENT,
	SKSTAT_RESET_RECEIVED,
	__SKSTAT_RESET_MAX,
};

enum skstat_limit {
	SKSTAT_LIMIT_UNSPEC,
	SKSTAT_LIMIT_RECEIVE_QUEUE, /* sock_rcvqueue_full: SO_RCVBUF */
	SKSTAT_LIMIT_RECEIVE,	    /* sock_exceed_buf_limit, of receiving: the protocol's memory */
	SKSTAT_LIMIT_SEND,	    /* likewise, of sending */
	__SKSTAT_LIMIT_MAX,
};

struct skstat_cell {
	__u32 table;		       /* enum skstat_table_id */
	__u32 key[SKSTAT_KEY_COLUMNS]; /* 0 where the table has no column */
	__u64 count;		       /* since the module was loaded, or first held the probe */
};

#endif
