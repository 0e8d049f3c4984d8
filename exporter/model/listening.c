// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "address.h"
#include "connection.h"
#include "direction.h"
#include "event.h"
#include "listening.h"
#include "socket.h"

/* A listener has its groups at once: its direction and its port are no question. */
static void listening_begin(struct skstat_model *model, struct skstat_entry *entry,
			    const struct skstat_sample *sample, bool ipv4, struct skstat_listener *listener)
{
	struct skstat_service service;
	struct skstat_facts facts;

	entry->kind = SKSTAT_KIND_LISTEN;
	entry->listener = listener;
	entry->tuple = skstat_address_tuple(&sample->identity, ipv4);
	entry->newcomer = 0;
	entry->flags = 0;
	entry->began_ns = 0;
	skstat_facts_take(model, sample, ipv4, &facts);
	service = skstat_service_of(model, SKSTAT_DIRECTION_IN, &facts, 0);
	skstat_socket_join(model, entry, &facts, &service, &sample->owner.comm, sample->owner.inode);
}

int skstat_listening_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4)
{
	struct skstat_listener *listener = skstat_listener_open(&model->listeners, &sample->identity);
	struct skstat_difference difference = { 0 };
	struct skstat_entry *entry;

	if (!listener)
		return -ENOMEM;
	entry = skstat_table_insert(&model->table, sample->identity.cookie);
	if (!entry) {
		skstat_listener_close(&model->listeners, listener);
		return -ENOMEM;
	}
	/* From 0, if it is known that it began after the last look; else from where it is. */
	if (model->ready && !skstat_tombstone_find(&model->tombstones, sample->identity.cookie) &&
	    skstat_plan_fits(&model->plan, sample))
		skstat_difference_listen(&model->plan, &entry->values, sample, &difference);
	skstat_entry_begin(&model->plan, entry, sample);
	listening_begin(model, entry, sample, ipv4, listener);
	skstat_membership_count(entry->membership, &difference, model->poll.now_ns);
	skstat_entry_stamp(entry, model->number, sample);
	return 0;
}

int skstat_listening_update(struct skstat_model *model, struct skstat_entry *entry,
			    const struct skstat_sample *sample, bool ipv4)
{
	bool connected = entry->kind == SKSTAT_KIND_FULL;
	/* It was connected, or listened elsewhere, and listens here now. */
	bool other = connected || entry->tuple != skstat_address_tuple(&sample->identity, ipv4);
	struct skstat_listener *listener = other ? skstat_listener_open(&model->listeners, &sample->identity) : NULL;
	struct skstat_difference difference = { 0 };
	struct skstat_values before;

	if (other && !listener)
		return -ENOMEM;
	if (other) {
		skstat_connection_set_aside(model, entry, 0);
		skstat_socket_leave(model, entry);
	}
	if (!other && skstat_socket_may_move(model, entry, sample->identity.state))
		skstat_socket_move(model, entry, sample, ipv4);
	before = entry->values;
	if (skstat_entry_next(&model->plan, entry, sample)) {
		skstat_difference_listen(&model->plan, &entry->values, sample, &difference);
		skstat_gauges_take(&model->plan, &entry->values, sample);
		if (!other)
			skstat_membership_gauges(entry->membership, SKSTAT_KIND_LISTEN, &before, &entry->values);
	}
	/* After the module was loaded anew. */
	if (!other && entry->listener->key.netns != sample->identity.netns)
		skstat_listener_rename(&model->listeners, entry->listener, sample->identity.netns);
	if (other)
		listening_begin(model, entry, sample, ipv4, listener);
	if (connected) {
		model->count.removed++;
		model->tracked--;
	}
	skstat_membership_count(entry->membership, &difference, model->poll.now_ns);
	skstat_entry_stamp(entry, model->number, sample);
	return 0;
}

/* What the event has of it: its queues; it has dropped nothing since it began. */
static void listening_open(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample)
{
	if (sample->size[SKSTAT_GROUP_LISTEN] >= model->plan.need[SKSTAT_KIND_LISTEN][SKSTAT_GROUP_LISTEN])
		skstat_gauges_take(&model->plan, &entry->values, sample);
	entry->epoch = model->plan.epoch;
	entry->state = sample->identity.state;
	entry->seen = 0;
	entry->missed = 0;
}

/* At once, so that connections that come from it find it, before any walk does. */
int skstat_listen_started_take(struct skstat_model *model, const struct skstat_sample *sample)
{
	uint64_t cookie = sample->identity.cookie, time_ns = sample->event.event_time;
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, cookie);
	struct skstat_entry *entry = skstat_table_find(&model->table, cookie);
	bool connected = entry && entry->kind == SKSTAT_KIND_FULL;
	struct skstat_listener *listener;

	/* It has stopped since; or a walk saw it listen; or it was connected, afterwards. */
	if ((stone && time_ns < stone->time_ns) || (entry && !connected) ||
	    (entry && (time_ns < entry->began_ns || skstat_entry_seen_after(model, entry, time_ns))))
		return 0;
	listener = skstat_listener_open(&model->listeners, &sample->identity);
	if (!listener)
		return -ENOMEM;
	if (entry) {
		skstat_connection_set_aside(model, entry, time_ns);
		skstat_socket_leave(model, entry);
		model->count.removed++;
		model->tracked--;
	} else {
		entry = skstat_table_insert(&model->table, cookie);
	}
	if (!entry) {
		skstat_listener_close(&model->listeners, listener);
		return -ENOMEM;
	}
	if (stone)
		skstat_tombstone_lift(&model->tombstones, stone);
	listening_open(model, entry, sample);
	listening_begin(model, entry, sample, skstat_address_is_ipv4(&sample->identity), listener);
	entry->began_ns = time_ns;
	return 0;
}

int skstat_listen_stopped_take(struct skstat_model *model, const struct skstat_sample *sample)
{
	uint64_t cookie = sample->identity.cookie, time_ns = sample->event.event_time;
	struct skstat_entry *entry = skstat_table_find(&model->table, cookie);
	struct skstat_tombstone *stone;

	/* It listens again, or is connected. */
	if (entry && (entry->kind != SKSTAT_KIND_LISTEN || time_ns < entry->began_ns ||
		      skstat_entry_seen_after(model, entry, time_ns)))
		return 0;
	if (entry)
		skstat_socket_remove(model, entry);
	/* Its LISTEN_STARTED may still come. */
	stone = skstat_tombstone_set(&model->tombstones, cookie);
	if (stone && stone->time_ns < time_ns)
		stone->time_ns = time_ns;
	return 0;
}
