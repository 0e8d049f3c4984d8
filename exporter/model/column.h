/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of fields.h that become a metric of a group, at compile time: what is done for each socket in each poll has
 * no loop over a table in it, and still no figure is named twice.
 *
 * A row that is shown is a counter (COUNTER, SUM), a gauge (GAUGE, SUM) or a histogram (GAUGE, HISTOGRAM). To do
 * something for each counter, say,
 *
 *   #define DO(id, name, type, kind, unit, noun, aggregate, shown, ...) \
 *	SKSTAT_IF_COUNTER(kind, aggregate, shown, something(name);)
 *
 * and give DO to SKSTAT_FIELDS_OF_CONNECTIONS() or SKSTAT_FIELDS_OF_LISTENERS().
 */
#ifndef SKSTAT_MODEL_COLUMN_H
#define SKSTAT_MODEL_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "source/decode.h"

/* Of FULL records; the identity is no figure. And what LISTEN records alone have. */
#define SKSTAT_FIELDS_OF_CONNECTIONS(F)                                                                  \
	SKSTAT_FIELDS_TRAFFIC(F) SKSTAT_FIELDS_TCP(F) SKSTAT_FIELDS_MEMORY(F) SKSTAT_FIELDS_OWNER(F) \
	SKSTAT_FIELDS_CONGESTION(F) SKSTAT_FIELDS_TIMER(F)
#define SKSTAT_FIELDS_OF_LISTENERS(F) SKSTAT_FIELDS_LISTEN(F)
/* What events alone have: histograms of whole connections. */
#define SKSTAT_FIELDS_OF_LIVES(F) SKSTAT_FIELDS_EVENT(F)

/* identity, timer, listen, traffic, tcp, memory, owner, congestion; netns is of namespaces, event of the journal */
_Static_assert(__SKSTAT_GROUP_MAX == 10, "a group of fields was added, and is of connections or of listeners");

#define SKSTAT_IF_COUNTER(kind, aggregate, shown, ...) \
	SKSTAT_COLUMN_IF(COUNTER, SKSTAT_COLUMN_##kind##_##aggregate##_##shown, __VA_ARGS__)
#define SKSTAT_IF_GAUGE(kind, aggregate, shown, ...) \
	SKSTAT_COLUMN_IF(GAUGE, SKSTAT_COLUMN_##kind##_##aggregate##_##shown, __VA_ARGS__)
#define SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, ...) \
	SKSTAT_COLUMN_IF(HISTOGRAM, SKSTAT_COLUMN_##kind##_##aggregate##_##shown, __VA_ARGS__)

/* What a row is. */
#define SKSTAT_COLUMN_COUNTER_SUM_1	COUNTER
#define SKSTAT_COLUMN_GAUGE_SUM_1	GAUGE
#define SKSTAT_COLUMN_GAUGE_HISTOGRAM_1 HISTOGRAM
#define SKSTAT_COLUMN_COUNTER_SUM_0	NOTHING
#define SKSTAT_COLUMN_COUNTER_NONE_0	NOTHING
#define SKSTAT_COLUMN_COUNTER_NONE_1	NOTHING
#define SKSTAT_COLUMN_GAUGE_SUM_0	NOTHING
#define SKSTAT_COLUMN_GAUGE_HISTOGRAM_0 NOTHING
#define SKSTAT_COLUMN_GAUGE_NONE_0	NOTHING
#define SKSTAT_COLUMN_GAUGE_NONE_1	NOTHING
#define SKSTAT_COLUMN_INFO_NONE_0	NOTHING
#define SKSTAT_COLUMN_INFO_NONE_1	NOTHING

#define SKSTAT_COLUMN_IF(wanted, is, ...)  SKSTAT_COLUMN_IF_(wanted, is, __VA_ARGS__)
#define SKSTAT_COLUMN_IF_(wanted, is, ...) SKSTAT_COLUMN_##wanted##_IS_##is(__VA_ARGS__)
#define SKSTAT_COLUMN_COUNTER_IS_COUNTER(...) __VA_ARGS__
#define SKSTAT_COLUMN_COUNTER_IS_GAUGE(...)
#define SKSTAT_COLUMN_COUNTER_IS_HISTOGRAM(...)
#define SKSTAT_COLUMN_COUNTER_IS_NOTHING(...)
#define SKSTAT_COLUMN_GAUGE_IS_COUNTER(...)
#define SKSTAT_COLUMN_GAUGE_IS_GAUGE(...) __VA_ARGS__
#define SKSTAT_COLUMN_GAUGE_IS_HISTOGRAM(...)
#define SKSTAT_COLUMN_GAUGE_IS_NOTHING(...)
#define SKSTAT_COLUMN_HISTOGRAM_IS_COUNTER(...)
#define SKSTAT_COLUMN_HISTOGRAM_IS_GAUGE(...)
#define SKSTAT_COLUMN_HISTOGRAM_IS_HISTOGRAM(...) __VA_ARGS__
#define SKSTAT_COLUMN_HISTOGRAM_IS_NOTHING(...)

/*
 * A sample with the groups' members side by side, for rows do not say which group they are of. The same layout: groups
 * are dense and end on 8 bytes.
 */
struct skstat_flat {
	enum skstat_kind kind;
	uint32_t groups;
	uint16_t size[SKSTAT_RUN_GROUPS];
#define SKSTAT_FLAT_GROUP(GROUP, group, kinds)       \
	struct {                                     \
		SKSTAT_FIELDS_##GROUP(SKSTAT_MEMBER) \
	} __attribute__((aligned(8)));
	SKSTAT_GROUPS(SKSTAT_FLAT_GROUP)
#undef SKSTAT_FLAT_GROUP
} __attribute__((may_alias));
_Static_assert(sizeof(struct skstat_flat) == sizeof(struct skstat_sample), "a flat sample is a sample");
_Static_assert(offsetof(struct skstat_flat, netns_id) == offsetof(struct skstat_sample, netns.netns_id),
	       "a flat sample is a sample");

/* Of a socket: the last raw values of its counters, and its part of its group's gauges. */
struct skstat_values {
#define SKSTAT_VALUE(name) __typeof__(((struct skstat_flat *)0)->name) name;
#define SKSTAT_ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, SKSTAT_VALUE(name))       \
	SKSTAT_IF_GAUGE(kind, aggregate, shown, SKSTAT_VALUE(name))
	SKSTAT_FIELDS_OF_CONNECTIONS(SKSTAT_ROW)
	SKSTAT_FIELDS_OF_LISTENERS(SKSTAT_ROW)
#undef SKSTAT_ROW
#undef SKSTAT_VALUE
};

/* The index of a column: SKSTAT_COUNTER_bytes_sent, SKSTAT_GAUGE_accept_queue, SKSTAT_HISTOGRAM_rtt, ... */
enum {
#define SKSTAT_ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, SKSTAT_COUNTER_##name, )
	SKSTAT_FIELDS_OF_CONNECTIONS(SKSTAT_ROW)
	SKSTAT_COUNTER_LISTEN_DROPS, /* the same row as SKSTAT_COUNTER_drops, of listeners */
	SKSTAT_COUNTERS,
#undef SKSTAT_ROW
};

enum {
#define SKSTAT_ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_GAUGE(kind, aggregate, shown, SKSTAT_GAUGE_##name, )
	SKSTAT_FIELDS_OF_CONNECTIONS(SKSTAT_ROW)
	SKSTAT_FIELDS_OF_LISTENERS(SKSTAT_ROW)
	SKSTAT_GAUGES,
#undef SKSTAT_ROW
};

enum {
#define SKSTAT_ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, SKSTAT_HISTOGRAM_##name, )
	SKSTAT_FIELDS_OF_CONNECTIONS(SKSTAT_ROW)
	SKSTAT_HISTOGRAMS,
#undef SKSTAT_ROW
};

/* Distributions of whole connections, each with one observation of it: SKSTAT_LIFE_connect_latency, ... */
enum {
#define SKSTAT_ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, SKSTAT_LIFE_##name, )
	SKSTAT_FIELDS_OF_LIVES(SKSTAT_ROW)
	SKSTAT_LIFE_SENT, /* payload of a connection, from the counters of its last record */
	SKSTAT_LIFE_RECEIVED,
	SKSTAT_LIVES,
#undef SKSTAT_ROW
};

#endif
