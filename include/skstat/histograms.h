/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * What probes measure, histogram by histogram: a row here is a set of histograms of the module and a family of metrics.
 * Each has a key, as the cells of tables.h have.
 *
 *   H(id, NAME, name, PROBE, UNIT, FIRST, metric, help, column, column, column)
 *
 *   id       its number for ever; the next free one stands at the end of this comment
 *   PROBE    of probes.h: what measures it
 *   UNIT     of SKSTAT_HISTOGRAM_UNITS: what is measured, in whole ones of it
 *   FIRST    the number of its first bucket
 *   metric   the family's name
 *   column   of SKSTAT_COLUMNS (tables.h); NONE: it has no more
 *
 * Bucket i is (2^((i-1)/8), 2^(i/8)] in base units, seconds or bytes: schema 3 of Prometheus' native histograms. A
 * histogram has SKSTAT_HISTOGRAM_BUCKETS of them from FIRST on, which is 32 octaves; what is at or below the lower edge
 * of the first one, 0 too, is in `low`, what is above the upper edge of the last one in `high`. Where the edges lie is
 * exact: a value is in the bucket that the real numbers say.
 *
 * Next free id: 9
 */
#ifndef SKSTAT_HISTOGRAMS_H
#define SKSTAT_HISTOGRAMS_H

#include <linux/types.h>

#include "tables.h"

#define SKSTAT_HISTOGRAM_SCHEMA	 3
#define SKSTAT_HISTOGRAM_BUCKETS 256
#define SKSTAT_HISTOGRAM_COLUMNS 3

/* U(NAME, base unit, how many of the measured ones are one of it) */
#define SKSTAT_HISTOGRAM_UNITS(U)         \
	U(NANOSECONDS, "seconds", 1e9)    \
	U(BYTES, "bytes", 1)

/* First buckets: of nanoseconds, of which the lower edge is 2^-24 s (60 ns) and 2^-17 s (7.6 us); of bytes, 1. */
#define SKSTAT_FIRST_FAST	(-24 * 8 + 1)
#define SKSTAT_FIRST_SLOW	(-17 * 8 + 1)
#define SKSTAT_FIRST_SIZE	1

#define SKSTAT_HISTOGRAMS(H)                                                                                           \
	H(1, TRANSMIT, transmit, TRANSMIT, NANOSECONDS, SKSTAT_FIRST_FAST, "skstat_device_transmit",                   \
	  "From a packet's way into the driver until the driver is done with it", DEVICE, NONE, NONE)                  \
	H(2, QDISC, qdisc, QDISC, NANOSECONDS, SKSTAT_FIRST_FAST, "skstat_qdisc_delay",                                \
	  "Time of packets in the queueing discipline", DEVICE, QDISC, NONE)                                           \
	H(3, SIZE, size, SIZE, BYTES, SKSTAT_FIRST_SIZE, "skstat_packet_size", "Length of packets", POINT, DEVICE,     \
	  NONE)                                                                                                        \
	H(4, READ, read, READ, NANOSECONDS, SKSTAT_FIRST_FAST, "skstat_tcp_read_delay",                                \
	  "From the first segment that waits until the application reads", PORT, NONE, NONE)                           \
	H(5, SKB, skb, SKB, NANOSECONDS, SKSTAT_FIRST_FAST, "skstat_packet_life",                                      \
	  "From a packet's way into the stack until it is consumed, dropped or read; sampled", WAY, END, NONE)         \
	H(6, CALL, call, CALL, BYTES, SKSTAT_FIRST_SIZE, "skstat_socket_call_size",                                    \
	  "What calls that send or receive moved", CALL, L4, FAMILY)                                                   \
	H(7, STATE, state, STATE, NANOSECONDS, SKSTAT_FIRST_SLOW, "skstat_tcp_state_duration",                         \
	  "Time that connections were in a state, as they leave it", STATE, NONE, NONE)                                \
	H(8, CONGESTION, congestion, CONGESTION, NANOSECONDS, SKSTAT_FIRST_SLOW, "skstat_tcp_congestion_state_duration",\
	  "Time that connections were in a congestion state, as they leave it", CA_STATE, NONE, NONE)

enum skstat_histogram_unit {
	SKSTAT_HISTOGRAM_UNIT_UNSPEC,
#define SKSTAT_HISTOGRAM_UNIT_ENUM(NAME, base, scale) SKSTAT_HISTOGRAM_UNIT_##NAME,
	SKSTAT_HISTOGRAM_UNITS(SKSTAT_HISTOGRAM_UNIT_ENUM)
#undef SKSTAT_HISTOGRAM_UNIT_ENUM
};

enum skstat_histogram_id {
	SKSTAT_HISTOGRAM_UNSPEC,
#define SKSTAT_HISTOGRAM_ENUM(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) SKSTAT_HISTOGRAM_##NAME = (id),
	SKSTAT_HISTOGRAMS(SKSTAT_HISTOGRAM_ENUM)
#undef SKSTAT_HISTOGRAM_ENUM
	__SKSTAT_HISTOGRAM_MAX,
};

/* Where a packet is measured: the names of the tracepoints. */
enum skstat_point {
	SKSTAT_POINT_UNSPEC,
	SKSTAT_POINT_NAPI_GRO_RECEIVE,	/* from the driver, before GRO */
	SKSTAT_POINT_NETIF_RECEIVE_SKB, /* into the stack, after it */
	SKSTAT_POINT_NET_DEV_QUEUE,	/* out of the stack, before GSO */
	SKSTAT_POINT_NET_DEV_XMIT,	/* to the driver, after it */
	__SKSTAT_POINT_MAX,
};

enum skstat_way {
	SKSTAT_WAY_UNSPEC,
	SKSTAT_WAY_TRANSMIT, /* from net_dev_queue */
	SKSTAT_WAY_RECEIVE,  /* from netif_receive_skb */
	__SKSTAT_WAY_MAX,
};

enum skstat_end {
	SKSTAT_END_UNSPEC,
	SKSTAT_END_CONSUMED,
	SKSTAT_END_DROPPED,
	SKSTAT_END_READ, /* by the application, of TCP */
	__SKSTAT_END_MAX,
};

enum skstat_call {
	SKSTAT_CALL_UNSPEC,
	SKSTAT_CALL_SEND,
	SKSTAT_CALL_RECEIVE,
	__SKSTAT_CALL_MAX,
};

/* Followed by `count` u64: the buckets FIRST + `skipped` and up. Those that are not there are 0. */
struct skstat_histogram_cell {
	__u32 histogram;	       /* enum skstat_histogram_id */
	__u32 key[SKSTAT_KEY_COLUMNS]; /* 0 where it has no column */
	__u16 skipped, count;
	__u32 pad;
	__u64 low, high;
	__u64 sum;	  /* of the values, in whole ones of the unit; modulo 2^64 */
	__u64 squares[2]; /* sum of their squares, low and high half; modulo 2^128 */
};

#endif
