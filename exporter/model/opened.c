// SPDX-License-Identifier: GPL-2.0
/* A connection has opened. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "connection.h"
#include "direction.h"
#include "event.h"
#include "life.h"
#include "newcomers.h"
#include "socket.h"

/* What an OPENED means to what is known of its cookie. */
enum meaning {
	MEANING_OLD,   /* it is of a connection that has closed since, or is counted without it */
	MEANING_KNOWN, /* it is of the one that the entry is about */
	MEANING_NEW,   /* it is of one that is not known yet */
};

/* Of a FULL entry that no walk has seen since. */
static bool may_be_its_own(const struct skstat_model *model, const struct skstat_entry *entry, uint64_t time_ns)
{
	if (entry->flags & SKSTAT_ENTRY_ANNOUNCED)
		return false;
	/* Nobody has seen it open yet. */
	if (skstat_entry_is_connecting(entry))
		return true;
	/* The journal was not read since it was; and it may have opened before the walk that saw it passed. */
	return (model->heard ? entry->first > model->heard : entry->first == model->number) &&
	       time_ns <= skstat_poll_walked(model, entry->first);
}

static enum meaning meaning_of(const struct skstat_model *model, const struct skstat_entry *entry, uint64_t time_ns,
			       uint64_t tuple)
{
	bool same = entry->kind == SKSTAT_KIND_FULL && entry->tuple == tuple;

	if (time_ns <= entry->began_ns)
		return MEANING_OLD;
	/* After that it was open, or was to open once more. */
	if (skstat_entry_seen_after(model, entry, time_ns))
		return same && (entry->state != TCP_SYN_SENT || entry->flags & SKSTAT_ENTRY_ANNOUNCED) ?
			       MEANING_KNOWN : MEANING_OLD;
	return same && may_be_its_own(model, entry, time_ns) ? MEANING_KNOWN : MEANING_NEW;
}

/* It was taken for baseline, but began after counting did. */
static void baseline_count(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample)
{
	struct skstat_difference difference;

	if (!(entry->flags & SKSTAT_ENTRY_BASELINE) || sample->event.event_time < model->poll.journal_ns)
		return;
	entry->flags &= (uint8_t)~SKSTAT_ENTRY_BASELINE;
	skstat_difference_whole(&entry->values, &difference);
	/* A FIN that was taken off then is in the values all the same. */
	if (entry->fin == SKSTAT_FIN_TAKEN)
		difference.delta[SKSTAT_COUNTER_bytes_received]--;
	skstat_connection_count(model, entry->membership, sample->identity.netns, &difference);
}

/* Its own OPENED; or that of the next connection, which walks took for the same. */
static void announce(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample)
{
	struct skstat_opening opening = skstat_opening_of(sample);
	struct skstat_aside *aside = skstat_aside_find(&model->asides, entry->cookie);
	struct skstat_newcomer *newcomer = skstat_newcomer_of(model, entry);
	uint64_t time_ns = sample->event.event_time;

	if (entry->flags & SKSTAT_ENTRY_ANNOUNCED ||
	    (entry->first != entry->seen && skstat_poll_began(model, entry->first) < time_ns &&
	     !skstat_entry_is_connecting(entry)))
		entry->flags |= SKSTAT_ENTRY_MERGED;
	entry->flags |= SKSTAT_ENTRY_ANNOUNCED;
	entry->began_ns = time_ns;
	if (aside && !aside->until_ns)
		aside->until_ns = time_ns;
	/* There is room for one OPENED. */
	if (newcomer && newcomer->opening.told) {
		skstat_newcomer_settle(model, newcomer);
		newcomer = NULL;
	}
	if (!newcomer) {
		skstat_life_opened(model, entry->membership, &opening, skstat_witness_of(sample));
		baseline_count(model, entry, sample);
		return;
	}
	newcomer->opening = opening;
	if (sample->owner.comm.text[0])
		newcomer->comm = sample->owner.comm;
	if (!newcomer->whole && time_ns >= model->poll.journal_ns) {
		newcomer->whole = true;
		model->count.baseline--;
		model->count.fresh++;
	}
}

/* The entry of the cookie, emptied of what it was before, or a new one. NULL: no memory. */
static struct skstat_entry *entry_for(struct skstat_model *model, struct skstat_entry *entry,
				      const struct skstat_sample *sample)
{
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, sample->identity.cookie);
	struct skstat_survivors survivors = { 0 };
	bool connected = entry && entry->kind == SKSTAT_KIND_FULL;

	if (entry) {
		survivors = skstat_survivors_of(&entry->values);
		skstat_connection_set_aside(model, entry, sample->event.event_time);
		skstat_socket_leave(model, entry);
		memset(&entry->values, 0, sizeof(entry->values));
	} else {
		entry = skstat_table_insert(&model->table, sample->identity.cookie);
		if (!entry)
			return NULL;
	}
	if (stone) {
		if (!connected)
			survivors = stone->survivors;
		skstat_tombstone_lift(&model->tombstones, stone);
	}
	skstat_survivors_set(&entry->values, &survivors);
	if (connected) {
		model->count.generations++;
	} else {
		model->count.announced++;
		model->tracked++;
	}
	return entry;
}

/*
 * What was set aside in this poll for something that opened during its walk may have been younger than that: if this is
 * its OPENED, the walk has seen it, and what it had is counted.
 */
static void restore(struct skstat_model *model, struct skstat_entry *entry, uint64_t time_ns)
{
	struct skstat_aside *aside = skstat_aside_find(&model->asides, entry->cookie);

	for (; aside; aside = aside->older)
		if (aside->was.tuple == entry->tuple && !(aside->was.flags & SKSTAT_ENTRY_ANNOUNCED) &&
		    aside->was.first == model->number && time_ns <= skstat_poll_walked(model, model->number))
			break;
	if (!aside)
		return;
	entry->values = aside->was.values;
	entry->fin = aside->was.fin;
	entry->state = aside->was.state;
	entry->seen = aside->was.seen;
	entry->first = aside->was.first;
	entry->epoch = aside->was.epoch;
	entry->idle_from_ns = aside->was.idle_from_ns;
	entry->flags |= aside->was.flags & SKSTAT_ENTRY_BASELINE;
	skstat_aside_drop(&model->asides, aside);
}

/* A connection of which nothing is counted yet: its next record, or its close, counts whole. */
static int begin(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample)
{
	bool ipv4 = skstat_address_is_ipv4(&sample->identity);
	struct skstat_opening opening = skstat_opening_of(sample);
	struct skstat_listener *listener;
	enum skstat_direction direction;
	struct skstat_service service;
	struct skstat_facts facts;
	struct skstat_addr local;

	entry = entry_for(model, entry, sample);
	if (!entry)
		return -ENOMEM;
	entry->kind = SKSTAT_KIND_FULL;
	entry->tuple = skstat_address_tuple(&sample->identity, ipv4);
	entry->flags = SKSTAT_ENTRY_ANNOUNCED;
	entry->began_ns = entry->idle_from_ns = sample->event.event_time;
	entry->state = TCP_SYN_RECV; /* no walk has seen more */
	entry->fin = SKSTAT_FIN_NONE;
	entry->epoch = model->plan.epoch;
	entry->seen = entry->first = 0;
	entry->missed = 0;
	restore(model, entry, sample->event.event_time);

	skstat_facts_take(model, sample, ipv4, &facts);
	local = skstat_local_of(sample);
	direction = skstat_direction_of(model, &facts, &local, sample->identity.state, opening.direction, &listener);
	if (listener)
		skstat_listener_hold(listener);
	entry->listener = listener;
	/* Without values, as most are. */
	if (model->views.needs & SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM) && !sample->owner.comm.text[0] &&
	    opening.direction && !entry->seen) {
		/* Nobody has accepted it, or read from it: a record or its close will know more. */
		entry->flags |= SKSTAT_ENTRY_OPENING;
		opening.survivors = skstat_survivors_of(&entry->values);
		entry->opening = opening;
		entry->facts = facts;
		return 0;
	}
	service = skstat_service_of(model, direction, &facts, opening.direction);
	skstat_socket_join(model, entry, &facts, &service, &sample->owner.comm, sample->owner.inode);
	skstat_life_opened(model, entry->membership, &opening, skstat_witness_of(sample));
	baseline_count(model, entry, sample);
	return 0;
}

int skstat_opened_take(struct skstat_model *model, const struct skstat_sample *sample)
{
	uint64_t cookie = sample->identity.cookie, time_ns = sample->event.event_time;
	bool ipv4 = skstat_address_is_ipv4(&sample->identity);
	struct skstat_entry *entry = skstat_table_find(&model->table, cookie);
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, cookie);
	enum meaning meaning = MEANING_NEW;
	struct skstat_opening opening;

	if (stone && time_ns <= stone->time_ns)
		meaning = MEANING_OLD;
	else if (entry)
		meaning = meaning_of(model, entry, time_ns, skstat_address_tuple(&sample->identity, ipv4));
	switch (meaning) {
	case MEANING_OLD:
		opening = skstat_opening_of(sample);
		skstat_life_opened(model, skstat_event_membership(model, sample), &opening, skstat_witness_of(sample));
		break;
	case MEANING_KNOWN:
		announce(model, entry, sample);
		break;
	case MEANING_NEW:
		if (entry)
			skstat_entry_settle(model, entry);
		return begin(model, entry, sample);
	}
	return 0;
}
