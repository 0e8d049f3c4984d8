/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an event says of a whole connection, counted to its groups: that it opened, failed to or closed, and how; its
 * connect latency, first byte, duration and payload.
 */
#ifndef SKSTAT_MODEL_LIFE_H
#define SKSTAT_MODEL_LIFE_H

#include "inside.h"

/* Which connection it was, for exemplars, and when that happened, by CLOCK_MONOTONIC. */
struct skstat_witness {
	uint64_t cookie, time_ns;
};

static inline struct skstat_witness skstat_witness_of(const struct skstat_sample *sample)
{
	return (struct skstat_witness){ sample->identity.cookie, sample->event.event_time };
}

void skstat_life_opened(struct skstat_model *model, struct skstat_membership *membership,
			const struct skstat_opening *opening, struct skstat_witness witness);
void skstat_life_failed(struct skstat_model *model, struct skstat_membership *membership,
			const struct skstat_sample *sample);

/* `figures`: the event has its last figures; `fin`: of bytes_received, 1 is the peer's FIN. */
void skstat_life_closed(struct skstat_model *model, struct skstat_membership *membership,
			const struct skstat_sample *sample, bool figures, bool fin);

/* What an OPENED tells. */
struct skstat_opening skstat_opening_of(const struct skstat_sample *sample);

#endif
