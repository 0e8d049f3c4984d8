/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection in the model: from one record to the next, what it has counted goes to its groups. Walks are here; what
 * events do is in event.h.
 */
#ifndef SKSTAT_MODEL_CONNECTION_H
#define SKSTAT_MODEL_CONNECTION_H

#include <netinet/tcp.h>

#include "difference.h"
#include "inside.h"

/* The first record under its cookie: a newcomer. 0 or -ENOMEM: then nothing has changed. */
int skstat_connection_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4);

/* A later one: of the same connection, or of another one on the same socket, which may have been a listener before. */
void skstat_connection_update(struct skstat_model *model, struct skstat_entry *entry,
			      const struct skstat_sample *sample, bool ipv4);

/*
 * Every difference that is counted goes through here: what a connection of that namespace moved, to its groups. Called
 * for each record and each close.
 */
void skstat_connection_count(struct skstat_model *model, struct skstat_membership *membership, uint64_t netns,
			     const struct skstat_difference *difference);

/* The peer's FIN: noted when it comes, and taken off bytes_received, once. */
void skstat_fin_note(struct skstat_entry *entry, const struct skstat_sample *sample);
void skstat_fin_take(struct skstat_entry *entry, struct skstat_difference *difference);

/* Time in which the peer would have taken data, and there was none to send. */
static inline bool skstat_state_may_send(uint8_t state)
{
	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
}

/* One that opened since the last walk could, too. */
static inline bool skstat_entry_may_send(const struct skstat_entry *entry)
{
	return skstat_state_may_send(entry->state) ||
	       (entry->state == TCP_SYN_RECV && entry->flags & SKSTAT_ENTRY_ANNOUNCED);
}

/* So many jiffies of the time from the last record on, it was busy. */
static inline void skstat_connection_busy(const struct skstat_model *model, struct skstat_entry *entry, uint64_t busy)
{
	if (model->poll.hz)
		entry->idle_from_ns += busy * UINT64_C(1000000000) / model->poll.hz;
}

/*
 * The entry's time without anything to send, up to `now_ns`; `state` is the one that it is in then: since the last
 * record, less what it was busy. Records and clock are not read at the same moment: what was busy too much, as it
 * seems, is taken off the next time.
 */
static inline void skstat_connection_idle(const struct skstat_model *model, struct skstat_entry *entry, uint8_t state,
					  uint64_t busy, uint64_t now_ns)
{
	if (!skstat_state_may_send(state) || !skstat_entry_may_send(entry) ||
	    !model->plan.counter[SKSTAT_COUNTER_busy_time].available) {
		entry->idle_from_ns = now_ns;
		return;
	}
	if (busy)
		skstat_connection_busy(model, entry, busy);
	if (entry->idle_from_ns < now_ns) {
		entry->membership->idle_ns += now_ns - entry->idle_from_ns;
		entry->idle_from_ns = now_ns;
	}
}

/* Whether it sent or received anything. */
bool skstat_difference_active(const struct skstat_difference *difference);

/*
 * The socket goes over to another connection, or to a listener, and the CLOSED of this one may not have been read: what
 * was counted is set aside. `until_ns`: it closed before that; 0: not known. Without a journal nothing is kept.
 */
void skstat_connection_set_aside(struct skstat_model *model, const struct skstat_entry *entry, uint64_t until_ns);

#endif
