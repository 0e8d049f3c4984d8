// SPDX-License-Identifier: GPL-2.0
/* A connection is over: its last figures, against what was counted of it. */
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "connection.h"
#include "event.h"
#include "life.h"
#include "newcomers.h"
#include "socket.h"

/* Clocks are read one after another: an OPENED's time and its connection's begin by a CLOSED may differ by that. */
#define SLACK_NS 10000

/* A close on its way through. */
struct closing {
	const struct skstat_sample *sample;
	uint64_t time_ns;
	uint64_t begin_ns; /* 0: not known */
	uint64_t tuple;	   /* 0: not known: tcp_disconnect() forgets it, and this was read after that */
	bool old;	   /* it began before the probes were held */
	bool fits;	   /* the figures are there */

	/* What it comes to. */
	struct skstat_values values; /* the last ones, when that is done */
	struct skstat_difference difference;
	uint8_t fin;
};

static void closing_init(struct closing *closing, struct skstat_model *model, const struct skstat_sample *sample)
{
	const struct skstat_event *event = &sample->event;

	closing->sample = sample;
	closing->time_ns = event->event_time;
	closing->old = event->event_flags & SKSTAT_EVENT_OLD;
	closing->fits = skstat_plan_fits(&model->plan, sample);
	closing->tuple = sample->identity.dport ?
				 skstat_address_tuple(&sample->identity, skstat_address_is_ipv4(&sample->identity)) : 0;
	closing->begin_ns = 0;
	if (event->event_flags & SKSTAT_EVENT_HAS_DURATION && event->duration <= event->event_time)
		closing->begin_ns = event->event_time - event->duration;
}

/* It began before counting did. */
static bool is_baseline(const struct skstat_model *model, const struct closing *closing)
{
	if (closing->old)
		return true;
	return closing->begin_ns ? closing->begin_ns < model->poll.journal_ns : !model->ready;
}

/* It turns out that it began after counting did, and what a walk found of it was taken for baseline, and not counted. */
static bool is_uncounted(const struct skstat_model *model, const struct closing *closing,
			 const struct skstat_entry *entry)
{
	return entry->flags & SKSTAT_ENTRY_BASELINE && closing->begin_ns && !is_baseline(model, closing);
}

/*
 * The difference from what was counted: of `entry`, or of nothing. Survivors are the socket's, whoever's the rest is.
 */
static void difference_make(struct skstat_model *model, struct closing *closing, const struct skstat_entry *entry,
			    const struct skstat_survivors *survivors)
{
	static const struct skstat_entry nothing;

	if (!entry || is_uncounted(model, closing, entry))
		entry = &nothing;
	closing->values = entry->values;
	closing->fin = entry->fin;
	memset(&closing->difference, 0, sizeof(closing->difference));
	if (survivors)
		skstat_survivors_set(&closing->values, survivors);
	if (!closing->fits)
		return;
	if (entry != &nothing && entry->epoch != model->plan.epoch)
		skstat_difference_rebase(&model->plan, entry->epoch, &closing->values, closing->sample);
	skstat_difference_take(&model->plan, &closing->values, closing->sample, &closing->difference);
}

/* Of short connections no walk knows these. A queue is none any more. */
static void observe(struct skstat_model *model, struct skstat_view_group *group, const struct closing *closing)
{
	const struct skstat_plan *plan = &model->plan;
	uint64_t value[SKSTAT_HISTOGRAMS];

	if (!skstat_difference_active(&closing->difference))
		return;
	skstat_observation_take(closing->sample, value);
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		if (plan->histogram[i].available && skstat_observation_lasts(i))
			skstat_histogram_add(&group->histogram[i], &plan->measure[i], value[i]);
}

/* What the difference is, to the group; `traffic` false: it is baseline, and only a close. */
static void count(struct skstat_model *model, struct skstat_view_group *group, struct closing *closing, bool traffic)
{
	struct skstat_entry fin = { .fin = closing->fin };

	skstat_fin_note(&fin, closing->sample);
	skstat_fin_take(&fin, &closing->difference);
	if (traffic) {
		skstat_connection_count(model, group, closing->sample->identity.netns, &closing->difference);
		skstat_ledger_event(model, closing->sample);
		observe(model, group, closing);
	}
	skstat_life_closed(model, group, closing->sample, closing->fits, fin.fin != SKSTAT_FIN_NONE);
}

/* Whether the close is of a connection that began after what the entry is about. */
static bool is_younger(const struct skstat_model *model, const struct closing *closing, const struct skstat_entry *entry)
{
	uint64_t there_ns;

	if (!closing->begin_ns)
		return false;
	if (entry->flags & SKSTAT_ENTRY_ANNOUNCED)
		return closing->begin_ns > entry->began_ns + SLACK_NS;
	/* It has not begun yet, as far as is known. */
	if (entry->state == TCP_SYN_SENT)
		return false;
	/* It was there when it was seen; if that was once, no earlier than at that walk's end. */
	there_ns = entry->first == entry->seen ? skstat_poll_walked(model, entry->seen) :
						 skstat_poll_began(model, entry->seen);
	return closing->begin_ns > there_ns;
}

/* The same, if it is known that the two are not one: a close after the walk that saw the entry is not of an older one. */
static bool is_after(const struct skstat_model *model, const struct closing *closing, const struct skstat_entry *entry)
{
	return is_younger(model, closing, entry) ||
	       (entry->seen && closing->time_ns > skstat_poll_walked(model, entry->seen));
}

/* Whether it may be what was set aside there that closes. */
static bool is_of(const struct skstat_model *model, const struct closing *closing, const struct skstat_aside *aside)
{
	if (closing->tuple && closing->tuple != aside->was.tuple)
		return false;
	if (aside->until_ns && closing->time_ns > aside->until_ns)
		return false;
	return !is_younger(model, closing, &aside->was);
}

/* What was set aside for it: of several the oldest, whose close is due first. NULL: nothing was. */
static struct skstat_aside *aside_of(const struct skstat_model *model, const struct closing *closing)
{
	struct skstat_aside *aside = skstat_aside_find(&model->asides, closing->sample->identity.cookie), *found = NULL;

	for (; aside; aside = aside->older)
		if (is_of(model, closing, aside))
			found = aside;
	return found;
}

/* Whether the entry is of another connection than the one that closes: of a younger one, most of the time. */
static bool is_other(const struct skstat_model *model, const struct closing *closing, const struct skstat_entry *entry)
{
	if (closing->time_ns <= entry->began_ns || (closing->tuple && closing->tuple != entry->tuple) ||
	    skstat_entry_seen_after(model, entry, closing->time_ns))
		return true;
	/* The entry's begin is to the nanosecond, or not known: as good as it is, values tell more. */
	if (entry->flags & SKSTAT_ENTRY_ANNOUNCED)
		return false;
	if (is_younger(model, closing, entry))
		return true;
	/* What is closing now had opened when the entry's had not. */
	return entry->state == TCP_SYN_SENT &&
	       (closing->old || (closing->begin_ns && skstat_entry_seen_after(model, entry, closing->begin_ns)));
}

static void survivors_keep(struct skstat_entry *entry, const struct closing *closing)
{
	struct skstat_survivors survivors = skstat_survivors_of(&closing->values);

	skstat_survivors_set(&entry->values, &survivors);
}

/* It is what was set aside; or false: that has counted more. `entry`: what the socket is now, or NULL. */
static bool close_aside(struct skstat_model *model, struct closing *closing, struct skstat_aside *aside,
			struct skstat_entry *entry)
{
	struct skstat_tombstone *stone =
		entry ? NULL : skstat_tombstone_find(&model->tombstones, closing->sample->identity.cookie);
	struct skstat_survivors survivors;

	survivors = entry ? skstat_survivors_of(&entry->values) :
		    stone ? stone->survivors :
			    skstat_survivors_of(&aside->was.values);
	difference_make(model, closing, &aside->was, &survivors);
	if (closing->difference.back) {
		if (!entry || entry->seen || entry->epoch != aside->was.epoch || entry->tuple != aside->was.tuple)
			return false;
		/* Those values are the next one's, though they did not look it; nothing else is counted of that yet. */
		difference_make(model, closing, NULL, &survivors);
		entry->values = aside->was.values;
		entry->fin = aside->was.fin;
	}
	if (entry)
		survivors_keep(entry, closing);
	else if (stone)
		stone->survivors = skstat_survivors_of(&closing->values);
	model->count.close_older++;
	count(model, aside->was.group, closing, true);
	skstat_aside_drop(&model->asides, aside);
	return true;
}

/*
 * An OPENED has said that the entry is of a younger connection; but the walk that saw it went on when this one closed,
 * and what it saw may be of either. Then this takes it, and the younger one begins from nothing: the sum is right both
 * ways. False: it is not so.
 */
static bool close_shared(struct skstat_model *model, struct closing *closing, struct skstat_entry *entry)
{
	struct skstat_newcomer *newcomer = skstat_newcomer_of(model, entry);
	struct skstat_survivors survivors;

	if (!entry->seen || closing->tuple != entry->tuple || closing->time_ns > entry->began_ns ||
	    skstat_entry_seen_after(model, entry, closing->time_ns))
		return false;
	difference_make(model, closing, entry, NULL);
	if (closing->difference.back)
		return false;
	if (newcomer && newcomer->whole && is_baseline(model, closing)) {
		newcomer->whole = false;
		model->count.baseline++;
		model->count.fresh--;
	}
	if (newcomer)
		skstat_newcomer_settle(model, newcomer);
	closing->fin = entry->fin;
	model->count.close_older++;
	count(model, skstat_event_group(model, closing->sample), closing, true);
	skstat_gauges_add(&entry->values, SKSTAT_KIND_FULL, entry->group->gauge, -1);
	survivors = skstat_survivors_of(&closing->values);
	memset(&entry->values, 0, sizeof(entry->values));
	skstat_survivors_set(&entry->values, &survivors);
	entry->fin = SKSTAT_FIN_NONE;
	entry->state = TCP_ESTABLISHED;
	entry->flags &= (uint8_t)~(SKSTAT_ENTRY_BASELINE | SKSTAT_ENTRY_MERGED);
	return true;
}

static void bury(struct skstat_model *model, const struct closing *closing, bool merged)
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
static void close_other(struct skstat_model *model, struct closing *closing, struct skstat_entry *entry)
{
	struct skstat_survivors survivors = skstat_survivors_of(&entry->values);
	/* Walks took the two for one: what the first had is in the entry, and its base too. */
	bool merged = entry->flags & SKSTAT_ENTRY_MERGED ||
		      (entry->first && entry->first != entry->seen &&
		       skstat_poll_began(model, entry->first) < closing->time_ns);
	bool baseline = !merged && is_baseline(model, closing);

	difference_make(model, closing, NULL, &survivors);
	survivors_keep(entry, closing);
	entry->flags &= (uint8_t)~SKSTAT_ENTRY_MERGED;
	if (is_after(model, closing, entry)) {
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
	count(model, skstat_event_group(model, closing->sample), closing, !baseline);
}

/* A newcomer goes into a group with what its close says of it. */
static void settle(struct skstat_model *model, const struct closing *closing, struct skstat_entry *entry)
{
	struct skstat_newcomer *newcomer = skstat_newcomer_of(model, entry);

	if (!newcomer)
		return;
	if (!newcomer->opening.direction)
		newcomer->opening.direction = closing->sample->event.event_direction;
	if (!newcomer->comm.text[0])
		newcomer->comm = closing->sample->owner.comm;
	if (!newcomer->whole && !is_baseline(model, closing)) {
		newcomer->whole = true;
		model->count.baseline--;
		model->count.fresh++;
	}
	skstat_newcomer_settle(model, newcomer);
}

/* Whether what was counted may be of another connection before, which walks took for this one, and which is to close. */
static bool may_be_merged(const struct skstat_model *model, const struct closing *closing,
			  const struct skstat_entry *entry)
{
	if (entry->flags & (SKSTAT_ENTRY_ANNOUNCED | SKSTAT_ENTRY_MERGED))
		return entry->flags & SKSTAT_ENTRY_MERGED;
	return !closing->begin_ns ||
	       (entry->first != model->number && skstat_poll_began(model, entry->first) < closing->begin_ns);
}

/* False: it is not the entry's, for that has counted more. */
static bool close_known(struct skstat_model *model, struct closing *closing, struct skstat_entry *entry)
{
	bool merged = may_be_merged(model, closing, entry);

	difference_make(model, closing, entry, NULL);
	if (closing->difference.back)
		return false;
	settle(model, closing, entry);
	if (!is_uncounted(model, closing, entry))
		closing->fin = entry->fin;
	skstat_connection_idle(model, entry, closing->sample->identity.state,
			       closing->difference.delta[SKSTAT_COUNTER_busy_time], closing->time_ns);
	model->count.close_known++;
	count(model, entry->group, closing, true);
	skstat_socket_remove(model, entry);
	bury(model, closing, merged);
	return true;
}

/* No walk saw it, and no OPENED has come. */
static void close_unseen(struct skstat_model *model, struct closing *closing)
{
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, closing->sample->identity.cookie);
	struct skstat_view_group *group = skstat_event_group(model, closing->sample);
	bool late = stone && stone->swept && (!closing->begin_ns || closing->begin_ns < stone->time_ns);
	/* A younger one was counted against what had been counted of this. */
	bool merged = stone && stone->merged && closing->time_ns < stone->time_ns;
	bool baseline = !merged && is_baseline(model, closing);

	if (late)
		model->count.close_late++;
	else if (baseline)
		model->count.close_baseline++;
	else
		model->count.close_unseen++;
	difference_make(model, closing, NULL, stone ? &stone->survivors : NULL);
	skstat_view_fold(&model->view, group);
	count(model, group, closing, !late && !baseline);
	bury(model, closing, false);
}

int skstat_closed_take(struct skstat_model *model, const struct skstat_sample *sample)
{
	struct skstat_entry *entry = skstat_table_find(&model->table, sample->identity.cookie);
	struct skstat_aside *aside;
	struct closing closing;

	closing_init(&closing, model, sample);
	aside = aside_of(model, &closing);
	/* A socket that listens now was a connection before. */
	if (entry && entry->kind != SKSTAT_KIND_FULL)
		entry = NULL;
	if (entry && entry->flags & SKSTAT_ENTRY_OPENING)
		skstat_opening_settle(model, entry, &sample->owner.comm, sample->owner.inode);
	if (aside && close_aside(model, &closing, aside, entry))
		return 0;
	if (!entry)
		close_unseen(model, &closing);
	else if (is_other(model, &closing, entry) ? !close_shared(model, &closing, entry) :
						    !close_known(model, &closing, entry))
		close_other(model, &closing, entry);
	return 0;
}
