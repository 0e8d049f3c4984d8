// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "connection.h"
#include "direction.h"
#include "newcomers.h"
#include "socket.h"

void skstat_connection_count(struct skstat_model *model, struct skstat_membership *membership, uint64_t netns,
			     const struct skstat_difference *difference)
{
	skstat_membership_count(membership, difference, model->poll.now_ns);
	skstat_ledger_count(model, netns, difference);
}

/*
 * Whether the peer's FIN has come. The state may be older than the counters, fin_received is younger; a source that
 * does not have that leaves the state.
 */
static bool fin_came(const struct skstat_sample *sample)
{
	switch (sample->identity.state) {
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
	case TCP_CLOSING:
		return true;
	default:
		return sample->tcp.fin_received;
	}
}

void skstat_fin_note(struct skstat_entry *entry, const struct skstat_sample *sample)
{
	if (entry->fin == SKSTAT_FIN_NONE && fin_came(sample))
		entry->fin = SKSTAT_FIN_CAME;
}

/*
 * bytes_received counts a FIN as 1: taken off once. A FIN that came while the record was read may be in the next one
 * only: it is waited for.
 */
void skstat_fin_take(struct skstat_entry *entry, struct skstat_difference *difference)
{
	if (entry->fin != SKSTAT_FIN_CAME || !difference->delta[SKSTAT_COUNTER_bytes_received])
		return;
	entry->fin = SKSTAT_FIN_TAKEN;
	difference->delta[SKSTAT_COUNTER_bytes_received]--;
}

bool skstat_difference_active(const struct skstat_difference *difference)
{
	const uint64_t *delta = difference->delta;

	return delta[SKSTAT_COUNTER_segs_out] | delta[SKSTAT_COUNTER_segs_in] | delta[SKSTAT_COUNTER_bytes_sent] |
	       delta[SKSTAT_COUNTER_bytes_received];
}

/* Whether this poll observes the connection: it sent or received, or holds a queue. */
static bool is_active(const struct skstat_plan *plan, const struct skstat_difference *difference,
		      const struct skstat_sample *sample)
{
	return skstat_difference_active(difference) ||
	       (sample->traffic.rqueue && plan->rqueue) || (sample->traffic.wqueue && plan->wqueue);
}

/* Whether the state went backwards. That of one connection never does: it is another one. */
static bool is_back(uint8_t before, uint8_t now)
{
	/* How far a connection has come. What is not listed says nothing. */
	static const uint8_t steps[] = {
		[TCP_SYN_SENT] = 1,   [TCP_SYN_RECV] = 2, [TCP_ESTABLISHED] = 3, [TCP_FIN_WAIT1] = 4,
		[TCP_CLOSE_WAIT] = 4, [TCP_FIN_WAIT2] = 5, [TCP_CLOSING] = 5,	 [TCP_LAST_ACK] = 5,
		[TCP_TIME_WAIT] = 6,  [TCP_CLOSE] = 7,
	};

	return before < sizeof(steps) && now < sizeof(steps) && steps[now] && steps[now] < steps[before];
}

void skstat_connection_set_aside(struct skstat_model *model, const struct skstat_entry *entry, uint64_t until_ns)
{
	if (model->poll.journal && entry->kind == SKSTAT_KIND_FULL && entry->membership)
		skstat_aside_keep(&model->asides, entry, until_ns, model->number);
}

/* The connection under this cookie is another one than before: only connect(), on a socket that was used, does that. */
static void connection_begin(struct skstat_model *model, struct skstat_entry *entry,
			     const struct skstat_sample *sample, bool ipv4)
{
	struct skstat_service service;
	struct skstat_facts facts;

	entry->kind = SKSTAT_KIND_FULL;
	entry->fin = SKSTAT_FIN_NONE;
	entry->flags = 0;
	entry->began_ns = 0;
	entry->first = model->number;
	entry->idle_from_ns = model->poll.now_ns;
	skstat_facts_take(model, sample, ipv4, &facts);
	service = skstat_service_of(model, SKSTAT_DIRECTION_OUT, &facts, 0);
	skstat_socket_join(model, entry, &facts, &service, &sample->owner.comm, sample->owner.inode);
}

/* The values are the new ones already; set aside is what they were. */
static void connection_leave(struct skstat_model *model, struct skstat_entry *entry,
			     const struct skstat_difference *difference)
{
	struct skstat_entry was = *entry;

	skstat_difference_undo(&was.values, difference);
	skstat_connection_set_aside(model, &was, 0);
	skstat_socket_leave(model, entry);
}

int skstat_connection_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4)
{
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, sample->identity.cookie);
	int err;

	/* It has closed; or it is the next one on the socket: then an OPENED will say so, or the stone's end. */
	if (stone && !stone->swept) {
		model->count.buried++;
		return 0;
	}
	/* What walks had lost was there before. */
	err = skstat_newcomer_add(model, sample, ipv4, model->ready && !stone);
	if (!err && stone)
		skstat_tombstone_lift(&model->tombstones, stone);
	return err;
}

void skstat_connection_update(struct skstat_model *model, struct skstat_entry *entry,
			      const struct skstat_sample *sample, bool ipv4)
{
	uint64_t tuple = skstat_address_tuple(&sample->identity, ipv4), value[SKSTAT_HISTOGRAMS];
	struct skstat_plan *plan = &model->plan;
	bool connected = entry->kind == SKSTAT_KIND_FULL;
	uint8_t state = sample->identity.state;
	bool back = is_back(entry->state, state);
	bool other = tuple != entry->tuple || back || !connected;
	bool fits = skstat_entry_next(plan, entry, sample);
	struct skstat_difference difference;

	if (fits)
		skstat_difference_take(plan, &entry->values, sample, &difference);
	else
		memset(&difference, 0, sizeof(difference));
	other |= difference.back;
	if (other)
		connection_leave(model, entry, &difference);
	else if (skstat_socket_may_move(model, entry, state))
		skstat_socket_move(model, entry, sample, ipv4);
	if (other && fits)
		skstat_difference_begin(plan, &entry->values, sample, &difference);
	/* It has no gauges: run.c asserts it. */
	if (other)
		connection_begin(model, entry, sample, ipv4);
	else
		skstat_connection_idle(model, entry, state, difference.delta[SKSTAT_COUNTER_busy_time],
				       model->poll.now_ns);
	skstat_fin_note(entry, sample);
	skstat_fin_take(entry, &difference);
	skstat_connection_count(model, entry->membership, sample->identity.netns, &difference);
	if (fits && (other || is_active(plan, &difference, sample))) {
		skstat_observation_take(sample, value);
		skstat_membership_observe(plan, entry->membership, value);
	}
	/* A listener that was shut down and connects is a new connection; what it was is none. */
	if (connected) {
		model->count.updated++;
		model->count.generations += other;
	} else {
		model->count.fresh++;
		model->tracked++;
	}
	skstat_tops_take(model, entry, sample);
	entry->tuple = tuple;
	entry->flags &= (uint8_t)~SKSTAT_ENTRY_BASELINE;
	if (skstat_entry_is_connecting(entry))
		entry->first = model->number;
	skstat_entry_stamp(entry, model->number, sample);
}
