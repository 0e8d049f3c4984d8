/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record of a connection in a datagram, and how it differs from the last one: the rows of its groups as straight
 * lines. For run.c alone; variables `last`, `record` and `plan` are what the lines are about.
 */
#ifndef SKSTAT_MODEL_RUN_RECORD_H
#define SKSTAT_MODEL_RUN_RECORD_H

#include "inside.h"

/* The bytes of a datagram, seen as a group. */
#define RAW(GROUP, group)                            \
	struct raw_##group {                         \
		SKSTAT_FIELDS_##GROUP(SKSTAT_MEMBER) \
	} __attribute__((may_alias));
RAW(IDENTITY, identity)
RAW(TRAFFIC, traffic)
RAW(TCP, tcp)
RAW(MEMORY, memory)

struct record {
	const struct raw_identity *identity;
	const struct raw_traffic *traffic;
	const struct raw_tcp *tcp;
	const struct raw_memory *memory;
};

/* The rows of a group that are counters, as DO(group, name, have). */
#define TRAFFIC_ROW(id, name, type, kind, unit, noun, aggregate, shown, have, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, DO(traffic, name, have))
#define TCP_ROW(id, name, type, kind, unit, noun, aggregate, shown, have, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, DO(tcp, name, have))
#define MEMORY_ROW(id, name, type, kind, unit, noun, aggregate, shown, have, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, DO(memory, name, have))
#define TRAFFIC_COUNTERS SKSTAT_FIELDS_TRAFFIC(TRAFFIC_ROW)
#define OTHER_COUNTERS	 SKSTAT_FIELDS_TCP(TCP_ROW) SKSTAT_FIELDS_MEMORY(MEMORY_ROW)

/* And those that are histograms. */
#define TRAFFIC_OBSERVED(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, OBSERVE(traffic, name))
#define TCP_OBSERVED(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, OBSERVE(tcp, name))
#define OBSERVATIONS SKSTAT_FIELDS_TRAFFIC(TRAFFIC_OBSERVED) SKSTAT_FIELDS_TCP(TCP_OBSERVED)

/* All that makes a metric of a connection is a counter of these three groups or a histogram of the first two. */
#define ONE_ELSEWHERE(id, name, type, kind, unit, noun, aggregate, shown, ...)                          \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, +1) SKSTAT_IF_GAUGE(kind, aggregate, shown, +1) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, +1)
#define ONE_GAUGE(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_GAUGE(kind, aggregate, shown, +1)
#define ONE_HISTOGRAM(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, +1)
_Static_assert(!(0 SKSTAT_FIELDS_OWNER(ONE_ELSEWHERE) SKSTAT_FIELDS_CONGESTION(ONE_ELSEWHERE)
		 SKSTAT_FIELDS_TIMER(ONE_ELSEWHERE)), "a figure of another group is shown: it is missed here");
_Static_assert(!(0 SKSTAT_FIELDS_OF_CONNECTIONS(ONE_GAUGE)), "connections have a gauge: it is missed here");
_Static_assert(!(0 SKSTAT_FIELDS_MEMORY(ONE_HISTOGRAM)), "memory has a histogram: it is missed here");

/* Bytes of each group that are read here. */
#define REACH(member, group, name)                                                                            \
	if (member < offsetof(struct skstat_##group, name) + sizeof(((struct skstat_##group *)0)->name)) \
		member = offsetof(struct skstat_##group, name) + sizeof(((struct skstat_##group *)0)->name);

static bool run_reaches(const struct skstat_run_reader *run)
{
	size_t traffic = 0, tcp = 0, memory = 0;

#define DO(group, name, have) REACH(group, group, name)
#define OBSERVE(group, name)  REACH(group, group, name)
	TRAFFIC_COUNTERS
	OTHER_COUNTERS
	OBSERVATIONS
#undef OBSERVE
#undef DO
	REACH(tcp, tcp, fin_received)
	return run->sample.size[SKSTAT_GROUP_IDENTITY] == sizeof(struct skstat_identity) &&
	       run->sample.size[SKSTAT_GROUP_TRAFFIC] >= traffic && run->sample.size[SKSTAT_GROUP_TCP] >= tcp &&
	       run->sample.size[SKSTAT_GROUP_MEMORY] >= memory;
}

/* What not every kernel has stands behind its mask; what every one has, skstat_plan.always answers for. */
#define IS_ALWAYS(have)		(sizeof(#have) == sizeof("ALWAYS") && #have[0] == 'A' && #have[1] == 'L')
#define NOW(group, name, have)                                                              \
	((__typeof__(last->name))(IS_ALWAYS(have) ? record->group->name :                   \
				  record->group->name & plan->mask.name))
#define STEP(group, name, have) ((__typeof__(last->name))(NOW(group, name, have) - last->name))

/* Steps of counters, put together by width: 0 if none moved, the highest bit set if one went back. */
struct steps {
	uint64_t of64;
	uint32_t of32;
	uint16_t of16;
};

#define COLLECT(group, name, have)                                      \
	{                                                               \
		__typeof__(last->name) step = STEP(group, name, have);  \
									\
		if (sizeof(step) == 8)                                  \
			steps.of64 |= step;                             \
		else if (sizeof(step) == 4)                             \
			steps.of32 |= (uint32_t)step;                   \
		else                                                    \
			steps.of16 |= (uint16_t)step;                   \
	}

static inline struct steps steps_of_traffic(const struct skstat_plan *plan, const struct skstat_values *last,
					    const struct record *record)
{
	struct steps steps = { 0 };

#define DO(group, name, have) COLLECT(group, name, have)
	TRAFFIC_COUNTERS
#undef DO
	return steps;
}

static inline struct steps steps_of_others(const struct skstat_plan *plan, const struct skstat_values *last,
					   const struct record *record)
{
	struct steps steps = { 0 };

#define DO(group, name, have) COLLECT(group, name, have)
	OTHER_COUNTERS
#undef DO
	return steps;
}

static inline bool steps_any(const struct steps *steps)
{
	return steps->of64 | steps->of32 | steps->of16;
}

static inline bool steps_back(const struct steps *steps)
{
	return steps->of64 >> 63 | steps->of32 >> 31 | steps->of16 >> 15;
}

/*
 * Whether a figure is another one. What is behind a mask is held against what the mask left of it: where there is no
 * such figure, this may say yes, and the steps will not.
 */
#define DIFFER(group, name, have)                                               \
	if (sizeof(last->name) == 8)                                            \
		differ64 |= record->group->name ^ last->name;                   \
	else                                                                    \
		differ32 |= (uint32_t)(record->group->name ^ last->name);

static inline bool others_differ(const struct skstat_values *last, const struct record *record)
{
	uint64_t differ64 = 0;
	uint32_t differ32 = 0;

#define DO(group, name, have) DIFFER(group, name, have)
	OTHER_COUNTERS
#undef DO
	return differ64 | differ32;
}

#endif
