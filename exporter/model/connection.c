// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "connection.h"
#include "difference.h"
#include "direction.h"
#include "socket.h"

static void group_observe(const struct skstat_plan *plan, struct skstat_view_group *group, const uint64_t *value)
{
#pragma GCC unroll 8
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		if (plan->histogram[i].available)
			skstat_histogram_add(&group->histogram[i], &plan->measure[i], value[i]);
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

static void fin_note(struct skstat_entry *entry, const struct skstat_sample *sample)
{
	if (entry->fin == SKSTAT_FIN_NONE && fin_came(sample))
		entry->fin = SKSTAT_FIN_CAME;
}

/*
 * bytes_received counts a FIN as 1: taken off once. A FIN that came while the record was read may be in the next one
 * only: it is waited for.
 */
static void fin_take(struct skstat_entry *entry, struct skstat_difference *difference)
{
	if (entry->fin != SKSTAT_FIN_CAME || !difference->delta[SKSTAT_COUNTER_bytes_received])
		return;
	entry->fin = SKSTAT_FIN_TAKEN;
	difference->delta[SKSTAT_COUNTER_bytes_received]--;
}

/* Time in which the peer would have taken data, and there was none to send. */
static bool state_may_send(uint8_t state)
{
	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
}

/*
 * Since the last record, less what it was busy. Records and clock are not read at the same moment: what was busy too
 * much, as it seems, is taken off the next time.
 */
static void idle_count(const struct skstat_model *model, struct skstat_entry *entry, uint8_t state, uint64_t busy)
{
	uint64_t now = model->poll.now_ns;

	if (!state_may_send(state) || !state_may_send(entry->state) ||
	    !model->plan.counter[SKSTAT_COUNTER_busy_time].available) {
		entry->idle_from_ns = now;
		return;
	}
	if (busy && model->poll.hz)
		entry->idle_from_ns += busy * UINT64_C(1000000000) / model->poll.hz;
	if (entry->idle_from_ns < now) {
		entry->group->idle_ns += now - entry->idle_from_ns;
		entry->idle_from_ns = now;
	}
}

/* Whether this poll observes the connection: it sent or received, or holds a queue. */
static bool is_active(const struct skstat_plan *plan, const struct skstat_difference *difference,
		      const struct skstat_sample *sample)
{
	const uint64_t *delta = difference->delta;

	if (delta[SKSTAT_COUNTER_segs_out] | delta[SKSTAT_COUNTER_segs_in] | delta[SKSTAT_COUNTER_bytes_sent] |
	    delta[SKSTAT_COUNTER_bytes_received])
		return true;
	return (sample->traffic.rqueue && plan->histogram[SKSTAT_HISTOGRAM_rqueue].available) ||
	       (sample->traffic.wqueue && plan->histogram[SKSTAT_HISTOGRAM_wqueue].available);
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

/* The connection under this cookie is another one than before: only connect(), on a socket that was used, does that. */
static void connection_begin(struct skstat_model *model, struct skstat_entry *entry,
			     const struct skstat_identity *identity, bool ipv4)
{
	struct skstat_view_key key;

	entry->kind = SKSTAT_KIND_FULL;
	entry->fin = SKSTAT_FIN_NONE;
	entry->idle_from_ns = model->poll.now_ns;
	skstat_direction_key(model, SKSTAT_DIRECTION_OUT, identity->sport, identity->dport, ipv4, &key);
	skstat_socket_join(model, entry, skstat_view_admit(&model->view, &key, model->poll.now_ns));
}

void skstat_connection_update(struct skstat_model *model, struct skstat_entry *entry,
			      const struct skstat_sample *sample, bool ipv4)
{
	uint64_t tuple = skstat_address_tuple(&sample->identity, ipv4), value[SKSTAT_HISTOGRAMS];
	struct skstat_plan *plan = &model->plan;
	bool connected = entry->kind == SKSTAT_KIND_FULL;
	bool other = tuple != entry->tuple || is_back(entry->state, sample->identity.state) || !connected;
	bool fits = skstat_entry_next(plan, entry, sample);
	uint8_t state = sample->identity.state;
	struct skstat_difference difference;

	if (fits)
		skstat_difference_take(plan, &entry->values, sample, &difference);
	else
		memset(&difference, 0, sizeof(difference));
	other |= difference.back;
	if (other)
		skstat_socket_leave(model, entry);
	if (other && fits)
		skstat_difference_begin(plan, &entry->values, sample, &difference);
	if (fits)
		skstat_gauges_take(plan, &entry->values, sample, other ? NULL : entry->group->gauge);
	if (other)
		connection_begin(model, entry, &sample->identity, ipv4);
	else
		idle_count(model, entry, state, difference.delta[SKSTAT_COUNTER_busy_time]);
	fin_note(entry, sample);
	fin_take(entry, &difference);
	skstat_group_count(entry->group, &difference, model->poll.now_ns);
	skstat_ledger_count(model, sample->identity.netns, &difference);
	if (fits && (other || is_active(plan, &difference, sample))) {
		skstat_observation_take(sample, value);
		group_observe(plan, entry->group, value);
	}
	/* A listener that was shut down and connects is a new connection; what it was is none. */
	if (connected) {
		model->count.updated++;
		model->count.generations += other;
	} else {
		model->count.fresh++;
		model->tracked++;
	}
	entry->tuple = tuple;
	skstat_entry_stamp(entry, model->number, sample);
}

int skstat_connection_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4)
{
	const struct skstat_identity *identity = &sample->identity;
	struct skstat_newcomer *newcomer = skstat_newcomers_add(&model->newcomers);
	struct skstat_observation *observation;
	struct skstat_entry *entry;

	if (!newcomer)
		return -ENOMEM;
	observation = model->ready ? skstat_newcomers_observe(&model->newcomers) : NULL;
	entry = model->ready && !observation ? NULL : skstat_table_insert(&model->table, identity->cookie);
	if (!entry) {
		model->newcomers.count--;
		return -ENOMEM;
	}
	entry->kind = SKSTAT_KIND_FULL;
	entry->tuple = skstat_address_tuple(identity, ipv4);
	entry->idle_from_ns = model->poll.now_ns;
	skstat_entry_begin(&model->plan, entry, sample);
	fin_note(entry, sample);
	if (observation)
		skstat_observation_take(sample, observation->value);
	skstat_entry_stamp(entry, model->number, sample);

	newcomer->entry = entry;
	newcomer->cookie = identity->cookie;
	newcomer->netns = identity->netns;
	newcomer->address = skstat_address_mapped(&identity->saddr, identity->family);
	newcomer->sport = identity->sport;
	newcomer->dport = identity->dport;
	newcomer->ipv4 = ipv4;
	newcomer->whole = model->ready;
	model->tracked++;
	if (model->ready)
		model->count.fresh++;
	else
		model->count.baseline++;
	return 0;
}

static void newcomer_settle(struct skstat_model *model, const struct skstat_newcomer *newcomer)
{
	struct skstat_entry *entry = newcomer->entry;
	struct skstat_difference difference;
	struct skstat_listener *listener;
	enum skstat_direction direction;
	struct skstat_view_key key;

	direction = skstat_direction_of(model, newcomer, &listener);
	if (listener)
		skstat_listener_hold(listener);
	entry->listener = listener;
	skstat_direction_key(model, direction, newcomer->sport, newcomer->dport, newcomer->ipv4, &key);
	skstat_socket_join(model, entry, skstat_view_admit(&model->view, &key, model->poll.now_ns));

	/* Of a baseline, too, the FIN is in what it had. */
	skstat_difference_whole(&entry->values, &difference);
	fin_take(entry, &difference);
	if (newcomer->whole) {
		skstat_group_count(entry->group, &difference, model->poll.now_ns);
		skstat_ledger_count(model, newcomer->netns, &difference);
		if (direction == SKSTAT_DIRECTION_IN)
			skstat_ledger_accepted(model, newcomer->netns);
	}
	if (newcomer->observation != SKSTAT_NOT_OBSERVED && entry->epoch)
		group_observe(&model->plan, entry->group,
			      model->newcomers.observation[newcomer->observation].value);
}

void skstat_connection_settle(struct skstat_model *model)
{
	for (size_t i = 0; i < model->newcomers.count; i++) {
		const struct skstat_newcomer *newcomer = &model->newcomers.list[i];

		/* It may have turned into a listener within this poll. */
		if (newcomer->entry->kind == SKSTAT_KIND_FULL && !newcomer->entry->group &&
		    newcomer->entry->cookie == newcomer->cookie)
			newcomer_settle(model, newcomer);
	}
	skstat_newcomers_clear(&model->newcomers);
}

