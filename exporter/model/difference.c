// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "difference.h"

/* What tcp_disconnect() does to a counter, after which connect() may follow on the same socket. */
enum reset {
	RESET_EXACT, /* zeroes it: a step backwards is proof of a new connection */
	RESET_ROUGH, /* zeroes it; but it is put together from parts, and may tremble backwards by itself */
	RESET_NEVER, /* leaves it: it goes on through the next connection */
};

/*
 * R(x, field, reset): the counters that tcp_disconnect(), tcp_clear_retrans() and tcp_accecn_init_counters() do not
 * simply zero, from 5.10 to 7.2. They do zero all others: bytes_*, segs_*, data_segs_*, total_retrans, delivered,
 * delivered_ce, dsack_dups, reord_seen, rcv_ooopack, plb_rehash, total_rto, total_rto_recoveries, and what accurate ECN
 * counts. timeout_rehash is not shown; it survives, too.
 */
#define RESETS(R, x)                                                                             \
	R(x, busy_time, NEVER) /* tp->chrono_stat is only ever added to */                       \
	R(x, rwnd_limited, NEVER)                                                                \
	R(x, sndbuf_limited, NEVER)                                                              \
	R(x, total_rto_time, ROUGH) /* total_rto_time and what has passed since rto_stamp */     \
	R(x, total_lost, NEVER)	    /* tp->lost */                                               \
	R(x, drops, NEVER)	    /* sk->sk_drops */

/* The name's reset, as a constant. */
#define RESET_IF(x, field, reset) \
	offsetof(struct skstat_values, x) == offsetof(struct skstat_values, field) ? RESET_##reset :
#define RESET_OF(name) (RESETS(RESET_IF, name) RESET_EXACT)

static const struct skstat_flat *flat(const struct skstat_sample *sample)
{
	return (const struct skstat_flat *)(const void *)sample;
}

/* What stands in the record; 0 if that is not the figure. */
#define NOW(name) ((__typeof__(last->name))(now->name & plan->mask.name))

/* Whether the highest bit is set: of a difference, that it is one backwards. */
#define HIGHEST(value) ((value) >> (8 * sizeof(value) - 1))

/*
 * Here the model spends its time: a few instructions for each counter, without a branch. The highest bits of the exact
 * ones' differences are collected; one that is set is a step back. What is not exact is held when it steps back.
 */
#define TAKE(name)                                                                      \
	{                                                                               \
		__typeof__(last->name) value = NOW(name);                               \
		__typeof__(last->name) step = (__typeof__(last->name))(value - last->name); \
                                                                                        \
		if (RESET_OF(name) == RESET_EXACT) {                                    \
			if (sizeof(step) == 8)                                          \
				step64 |= step;                                         \
			else if (sizeof(step) == 4)                                     \
				step32 |= (uint32_t)step;                               \
			else                                                            \
				step16 |= (uint16_t)step;                               \
			last->name = value;                                             \
		} else {                                                                \
			step = HIGHEST(step) ? 0 : step;                                \
			held |= step;                                                   \
			last->name = (__typeof__(last->name))(last->name + step);       \
		}                                                                       \
		difference->delta[SKSTAT_COUNTER_##name] = step;                        \
	}

void skstat_difference_take(const struct skstat_plan *plan, struct skstat_values *last,
			    const struct skstat_sample *sample, struct skstat_difference *difference)
{
	const struct skstat_flat *now = flat(sample);
	uint64_t step64 = 0, held = 0;
	uint32_t step32 = 0;
	uint16_t step16 = 0;

	difference->delta[SKSTAT_COUNTER_LISTEN_DROPS] = 0;
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, TAKE(name))
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
	difference->moved = step64 | step32 | step16 | held;
	difference->back = HIGHEST(step64) | HIGHEST(step32) | HIGHEST(step16);
}

void skstat_difference_undo(struct skstat_values *last, const struct skstat_difference *difference)
{
#define UNDO(name) \
	last->name = (__typeof__(last->name))(last->name - difference->delta[SKSTAT_COUNTER_##name]);
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, UNDO(name))
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
}

#define SURVIVOR_NEVER(x, field) x->field = from->field;
#define SURVIVOR_ROUGH(x, field)
#define SURVIVOR(x, field, reset) SURVIVOR_##reset(x, field)

struct skstat_survivors skstat_survivors_of(const struct skstat_values *values)
{
	struct skstat_survivors survivors, *to = &survivors;
	const struct skstat_values *from = values;

	RESETS(SURVIVOR, to)
	return survivors;
}

void skstat_survivors_set(struct skstat_values *values, const struct skstat_survivors *survivors)
{
	const struct skstat_survivors *from = survivors;

	RESETS(SURVIVOR, values)
}

/* Of what survives, the difference stands; unless it is lower now, and so did not. */
#define BEGIN(name)                                                     \
	if (RESET_OF(name) != RESET_NEVER || NOW(name) < last->name) {  \
		difference->delta[SKSTAT_COUNTER_##name] = NOW(name);   \
		last->name = NOW(name);                                 \
	}

void skstat_difference_begin(const struct skstat_plan *plan, struct skstat_values *last,
			     const struct skstat_sample *sample, struct skstat_difference *difference)
{
	const struct skstat_flat *now = flat(sample);

#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, BEGIN(name))
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
	difference->moved = true;
}

void skstat_difference_first(const struct skstat_plan *plan, struct skstat_values *last,
			     const struct skstat_sample *sample)
{
	const struct skstat_flat *now = flat(sample);

#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, last->name = NOW(name);)
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
}

void skstat_difference_whole(const struct skstat_values *last, struct skstat_difference *difference)
{
	memset(difference, 0, sizeof(*difference));
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, difference->delta[SKSTAT_COUNTER_##name] = last->name;)
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
	difference->moved = true;
}

#define REBASE(name)                                            \
	if (plan->counter[SKSTAT_COUNTER_##name].since > epoch) \
		last->name = NOW(name);

void skstat_difference_rebase(const struct skstat_plan *plan, uint16_t epoch, struct skstat_values *last,
			      const struct skstat_sample *sample)
{
	const struct skstat_flat *now = flat(sample);

#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, REBASE(name))
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
}

void skstat_difference_listen(const struct skstat_plan *plan, struct skstat_values *last,
			      const struct skstat_sample *sample, struct skstat_difference *difference)
{
	const struct skstat_flat *now = flat(sample);
	uint32_t step = NOW(drops) - last->drops;

	memset(difference, 0, sizeof(*difference));
	step = HIGHEST(step) ? 0 : step;
	last->drops += step;
	difference->delta[SKSTAT_COUNTER_LISTEN_DROPS] = step;
	difference->moved = step;
}

void skstat_gauges_take(const struct skstat_plan *plan, struct skstat_values *last,
			const struct skstat_sample *sample)
{
	const struct skstat_flat *now = flat(sample);

#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_GAUGE(kind, aggregate, shown, last->name = NOW(name);)
	if (sample->kind == SKSTAT_KIND_FULL) {
		SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
	} else {
		SKSTAT_FIELDS_OF_LISTENERS(ROW)
	}
#undef ROW
}

/* A sum goes by differences: to add the new and take off the old keeps it right, whoever else is in it. */
void skstat_gauges_add(const struct skstat_values *last, enum skstat_kind kind, int64_t *gauge, int sign)
{
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_GAUGE(kind, aggregate, shown, gauge[SKSTAT_GAUGE_##name] += sign * (int64_t)last->name;)
	if (kind == SKSTAT_KIND_FULL) {
		SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
	} else {
		SKSTAT_FIELDS_OF_LISTENERS(ROW)
	}
#undef ROW
}

void skstat_observation_take(const struct skstat_sample *sample, uint64_t value[SKSTAT_HISTOGRAMS])
{
	const struct skstat_flat *now = flat(sample);

#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, value[SKSTAT_HISTOGRAM_##name] = now->name;)
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
}

bool skstat_observation_lasts(size_t column)
{
	switch (column) {
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, case SKSTAT_HISTOGRAM_##name:)
		SKSTAT_FIELDS_TCP(ROW)
#undef ROW
		return true;
	default:
		return false;
	}
}
