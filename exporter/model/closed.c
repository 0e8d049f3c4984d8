// SPDX-License-Identifier: GPL-2.0
/* A connection is over: its last figures, against what was counted of it. */
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "closing.h"
#include "connection.h"
#include "event.h"
#include "life.h"
#include "newcomers.h"
#include "socket.h"

/* Of short connections no walk knows these. A queue is none any more. */
static void observe(struct skstat_model *model, struct skstat_membership *membership,
		    const struct skstat_closing *closing)
{
	const struct skstat_plan *plan = &model->plan;
	uint64_t value[SKSTAT_HISTOGRAMS];

	if (!skstat_difference_active(&closing->difference))
		return;
	skstat_observation_take(closing->sample, value);
	for (size_t g = 0; g < membership->count; g++) {
		struct skstat_view_group *group = membership->group[g];
		uint32_t observed = plan->observed & group->histograms;

		for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
			if (observed & 1u << i && skstat_observation_lasts(i))
				skstat_histogram_add(group->histogram[i], value[i]);
	}
}

/* What the difference is, to the groups; `traffic` false: it is baseline, and only a close. */
static void count(struct skstat_model *model, struct skstat_membership *membership, struct skstat_closing *closing,
		  bool traffic)
{
	struct skstat_entry fin = { .fin = closing->fin };

	skstat_fin_note(&fin, closing->sample);
	skstat_fin_take(&fin, &closing->difference);
	if (traffic) {
		skstat_connection_count(model, membership, closing->sample->identity.netns, &closing->difference);
		skstat_ledger_event(model, closing->sample);
		observe(model, membership, closing);
	}
	skstat_life_closed(model, membership, closing->sample, closing->fits, fin.fin != SKSTAT_FIN_NONE);
}

static void survivors_keep(struct skstat_entry *entry, const struct skstat_closing *closing)
{
	struct skstat_survivors survivors = skstat_survivors_of(&closing->values);

	skstat_survivors_set(&entry->values, &survivors);
}

/* It is what was set aside; or false: that has counted more. `entry`: what the socket is now, or NULL. */
static bool close_aside(struct skstat_model *model, struct skstat_closing *closing, struct skstat_aside *aside,
			struct skstat_entry *entry)
{
	struct skstat_tombstone *stone =
		entry ? NULL : skstat_tombstone_find(&model->tombstones, closing->sample->identity.cookie);
	struct skstat_survivors survivors;

	survivors = entry ? skstat_survivors_of(&entry->values) :
		    stone ? stone->survivors :
			    skstat_survivors_of(&aside->was.values);
	skstat_closing_difference(model, closing, &aside->was, &survivors);
	if (closing->difference.back) {
		if (!entry || entry->seen || entry->epoch != aside->was.epoch || entry->tuple != aside->was.tuple)
			return false;
		/* Those values are the next one's, though they did not look it; nothing else is counted of that yet. */
		skstat_closing_difference(model, closing, NULL, &survivors);
		entry->values = aside->was.values;
		entry->fin = aside->was.fin;
	}
	if (entry)
		survivors_keep(entry, closing);
	else if (stone)
		stone->survivors = skstat_survivors_of(&closing->values);
	model->count.close_older++;
	count(model, aside->was.membership, closing, true);
	skstat_aside_drop(&model->asides, aside);
	return true;
}

/*
 * An OPENED has said that the entry is of a younger connection; but the walk that saw it went on when this one closed,
 * and what it saw may be of either. Then this takes it, and the younger one begins from nothing: the sum is right both
 * ways. False: it is not so.
 */
static bool close_shared(struct skstat_model *model, struct skstat_closing *closing, struct skstat_entry *entry)
{
	struct skstat_newcomer *newcomer = skstat_newcomer_of(model, entry);
	struct skstat_survivors survivors;

	if (!entry->seen || closing->tuple != entry->tuple || closing->time_ns > entry->began_ns ||
	    skstat_entry_seen_after(model, entry, closing->time_ns) || skstat_closing_is_before(model, closing, entry))
		return false;
	skstat_closing_difference(model, closing, entry, NULL);
	if (closing->difference.back)
		return false;
	if (newcomer && newcomer->whole && skstat_closing_is_baseline(model, closing)) {
		newcomer->whole = false;
		model->count.baseline++;
		model->count.fresh--;
	}
	if (newcomer)
		skstat_newcomer_settle(model, newcomer);
	closing->fin = entry->fin;
	model->count.close_older++;
	count(model, skstat_event_membership(model, closing->sample), closing, true);
	survivors = skstat_survivors_of(&closing->values);
	memset(&entry->values, 0, sizeof(entry->values));
	skstat_survivors_set(&entry->values, &survivors);
	entry->fin = SKSTAT_FIN_NONE;
	entry->state = TCP_ESTABLISHED;
	entry->flags &= (uint8_t)~(SKSTAT_ENTRY_BASELINE | SKSTAT_ENTRY_MERGED);
	return true;
}

static void bury(struct skstat_model *model, const struct skstat_closing *closing, bool merged)
{
	struct skstat_tombstone *stone = skstat_tombstone_set(&model->tombstones, closing->sample->identity.cookie);

	/* Without: an OPENED that comes late makes an entry, which will be swept. */
	if (!stone)
		return;
	if (stone->time_ns < closing->time_ns)
		stone->time_ns = closing->time_ns;
	stone->survivors = skstat_survivors_of(&closing->values);
	stone->merged |= merged;
	stone->swept = false;
}

/* Nothing was counted of it, and the entry is of another connection on its socket. */
static void close_other(struct skstat_model *model, struct skstat_closing *closing, struct skstat_entry *entry)
{
	struct skstat_survivors survivors = skstat_survivors_of(&entry->values);
	/* Walks took the two for one: what the first had is in the entry, and its base too. */
	bool merged = entry->flags & SKSTAT_ENTRY_MERGED ||
		      (entry->first && entry->first != entry->seen &&
		       skstat_poll_began(model, entry->first) < closing->time_ns);
	bool baseline = !merged && skstat_closing_is_baseline(model, closing);

	skstat_closing_difference(model, closing, NULL, &survivors);
	survivors_keep(entry, closing);
	entry->flags &= (uint8_t)~SKSTAT_ENTRY_MERGED;
	if (skstat_closing_is_after(model, closing, entry)) {
		/* An OPENED of it that is still to come opens nothing. */
		bury(model, closing, false);
	} else if (entry->began_ns < closing->time_ns) {
		/* What is known of the entry's begin is of the one that closes. */
		entry->began_ns = closing->time_ns;
		entry->first = entry->seen;
		entry->flags &= (uint8_t)~SKSTAT_ENTRY_ANNOUNCED;
	}
	if (baseline)
		model->count.close_baseline++;
	else
		model->count.close_older++;
	count(model, skstat_event_membership(model, closing->sample), closing, !baseline);
}

/* A newcomer goes into its groups with what its close says of it. */
static void settle(struct skstat_model *model, const struct skstat_closing *closing, struct skstat_entry *entry)
{
	struct skstat_newcomer *newcomer = skstat_newcomer_of(model, entry);

	if (!newcomer)
		return;
	if (!newcomer->opening.direction)
		newcomer->opening.direction = closing->sample->event.event_direction;
	if (!newcomer->comm.text[0])
		newcomer->comm = closing->sample->owner.comm;
	if (!newcomer->whole && !skstat_closing_is_baseline(model, closing)) {
		newcomer->whole = true;
		model->count.baseline--;
		model->count.fresh++;
	}
	skstat_newcomer_settle(model, newcomer);
}

/* False: it is not the entry's, for that has counted more. */
static bool close_known(struct skstat_model *model, struct skstat_closing *closing, struct skstat_entry *entry)
{
	bool merged = skstat_closing_may_be_merged(model, closing, entry);

	skstat_closing_difference(model, closing, entry, NULL);
	if (closing->difference.back)
		return false;
	settle(model, closing, entry);
	if (closing->tuple && skstat_socket_may_move(model, entry, entry->state))
		skstat_socket_move(model, entry, closing->sample,
				   skstat_address_is_ipv4(&closing->sample->identity));
	if (!skstat_closing_is_uncounted(model, closing, entry))
		closing->fin = entry->fin;
	skstat_connection_idle(model, entry, closing->sample->identity.state,
			       closing->difference.delta[SKSTAT_COUNTER_busy_time], closing->time_ns);
	model->count.close_known++;
	count(model, entry->membership, closing, true);
	skstat_socket_remove(model, entry);
	bury(model, closing, merged);
	return true;
}

/* No walk saw it, and no OPENED has come. */
static void close_unseen(struct skstat_model *model, struct skstat_closing *closing)
{
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, closing->sample->identity.cookie);
	struct skstat_membership *membership = skstat_event_membership(model, closing->sample);
	bool late = stone && stone->swept && (!closing->begin_ns || closing->begin_ns < stone->time_ns);
	/* A younger one was counted against what had been counted of this. */
	bool merged = stone && stone->merged && closing->time_ns < stone->time_ns;
	bool baseline = !merged && skstat_closing_is_baseline(model, closing);

	if (late)
		model->count.close_late++;
	else if (baseline)
		model->count.close_baseline++;
	else
		model->count.close_unseen++;
	skstat_closing_difference(model, closing, NULL, stone ? &stone->survivors : NULL);
	for (size_t i = 0; i < membership->count; i++)
		skstat_view_fold(membership->group[i]);
	count(model, membership, closing, !late && !baseline);
	bury(model, closing, false);
}

int skstat_closed_take(struct skstat_model *model, const struct skstat_sample *sample)
{
	struct skstat_entry *entry = skstat_table_find(&model->table, sample->identity.cookie);
	struct skstat_aside *aside;
	struct skstat_closing closing;

	skstat_closing_init(&closing, model, sample);
	aside = skstat_closing_aside(model, &closing);
	/* A socket that listens now was a connection before. */
	if (entry && entry->kind != SKSTAT_KIND_FULL)
		entry = NULL;
	if (entry && entry->flags & SKSTAT_ENTRY_OPENING)
		skstat_opening_settle(model, entry, sample);
	if (aside && close_aside(model, &closing, aside, entry))
		return 0;
	if (!entry)
		close_unseen(model, &closing);
	else if (skstat_closing_is_other(model, &closing, entry) ? !close_shared(model, &closing, entry) :
						    !close_known(model, &closing, entry))
		close_other(model, &closing, entry);
	return 0;
}
