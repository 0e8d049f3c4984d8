/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The difference between two records of one socket: by how much its counters and gauges moved. Pure. The records must
 * have what the plan needs (skstat_plan_fits()).
 */
#ifndef SKSTAT_MODEL_DIFFERENCE_H
#define SKSTAT_MODEL_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "plan.h"

struct skstat_difference {
	uint64_t delta[SKSTAT_COUNTERS]; /* raw */
	bool moved; /* some delta is not 0 */
	bool back;  /* a counter stepped back, and that is no wrap: this is the record of another connection */
};

/*
 * From `last` to a FULL record, which becomes the last. Counters of 16 and 32 bits may wrap. If `back` comes out true,
 * or is known otherwise, skstat_difference_begin() must follow.
 */
void skstat_difference_take(const struct skstat_plan *plan, struct skstat_values *last,
			    const struct skstat_sample *sample, struct skstat_difference *difference);

/* That was the first record of another connection on the same socket: what tcp_disconnect() zeroed counts whole. */
void skstat_difference_begin(const struct skstat_plan *plan, struct skstat_values *last,
			     const struct skstat_sample *sample, struct skstat_difference *difference);

/* The first record of a socket: its values become the last. The delta is all that it has counted. */
void skstat_difference_first(const struct skstat_plan *plan, struct skstat_values *last,
			     const struct skstat_sample *sample);
void skstat_difference_whole(const struct skstat_values *last, struct skstat_difference *difference);

/* Counters that became available, or ceased to be, since `epoch` start from where they are. */
void skstat_difference_rebase(const struct skstat_plan *plan, uint16_t epoch, struct skstat_values *last,
			      const struct skstat_sample *sample);

/* Of a LISTEN record: only what listeners count. */
void skstat_difference_listen(const struct skstat_plan *plan, struct skstat_values *last,
			      const struct skstat_sample *sample, struct skstat_difference *difference);

/* The gauges of the record, of its kind, become the last. */
void skstat_gauges_take(const struct skstat_plan *plan, struct skstat_values *last,
			const struct skstat_sample *sample);

/* Adds a socket's gauges to those of a group, or takes them away: `sign` is 1 or -1. */
void skstat_gauges_add(const struct skstat_values *last, enum skstat_kind kind, int64_t *gauge, int sign);

/* What `last` was before skstat_difference_take(), which has made `difference` of it. */
void skstat_difference_undo(struct skstat_values *last, const struct skstat_difference *difference);

/*
 * What a socket keeps through tcp_disconnect(): these counters go on from one connection to the next, and so belong to
 * the cookie.
 */
struct skstat_survivors {
	uint32_t busy_time, rwnd_limited, sndbuf_limited, total_lost, drops;
};
struct skstat_survivors skstat_survivors_of(const struct skstat_values *values);
void skstat_survivors_set(struct skstat_values *values, const struct skstat_survivors *survivors);

/* The figures of the distributions, by column. */
void skstat_observation_take(const struct skstat_sample *sample, uint64_t value[SKSTAT_HISTOGRAMS]);

/* Whether the figure of that column is still one when a connection closes: a queue is none any more. */
bool skstat_observation_lasts(size_t column);

#endif
