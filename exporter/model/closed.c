// SPDX-License-Identifier: GPL-2.0
/* A connection is over: its last figures, against what was counted of it. */
#include <string.h>

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
	closing->begin_ns = 0;
	if (event->event_flags & SKSTAT_EVENT_HAS_DURATION && event->duration <= event->event_time)
		closing->begin_ns = event->event_time - event->duration;
}

/*
 * The difference from what was counted: of `entry`, or of nothing. Survivors are the socket's, whoever's the rest is.
 */
static void difference_make(struct skstat_model *model, struct closing *closing, const struct skstat_entry *entry,
			    const struct skstat_survivors *survivors)
{
	static const struct skstat_entry nothing;

	closing->values = (entry ? entry : &nothing)->values;
	closing->fin = (entry ? entry : &nothing)->fin;
	memset(&closing->difference, 0, sizeof(closing->difference));
	if (survivors)
		skstat_survivors_set(&closing->values, survivors);
	if (!closing->fits)
		return;
	if (entry && entry->epoch != model->plan.epoch)
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
		observe(model, group, closing);
	}
	skstat_life_closed(model, group, closing->sample, closing->fits, fin.fin != SKSTAT_FIN_NONE);
}

/* It began before counting did. */
static bool is_baseline(const struct skstat_model *model, const struct closing *closing)
{
	if (closing->old)
		return true;
	return closing->begin_ns ? closing->begin_ns < model->poll.journal_ns : !model->ready;
}

/* Whether the close is of a connection that began after what the entry is about. */
static bool is_younger(const struct skstat_model *model, const struct closing *closing, const struct skstat_entry *entry)
{
	uint64_t there_ns = skstat_poll_began(model, entry->seen);

	if (!closing->begin_ns)
		return false;
	if (entry->flags & SKSTAT_ENTRY_ANNOUNCED)
		there_ns = entry->began_ns + SLACK_NS;
	return closing->begin_ns > there_ns;
}

/* What was set aside for it: the oldest that did not close before it; NULL: nothing was. */
static struct skstat_aside *aside_of(const struct skstat_model *model, const struct closing *closing)
{
	struct skstat_aside *aside = skstat_aside_find(&model->asides, closing->sample->identity.cookie), *found = NULL;

	for (; aside; aside = aside->older) {
		if (aside->until_ns ? closing->time_ns > aside->until_ns : is_younger(model, closing, &aside->was))
			break;
		found = aside;
	}
	return found;
}

/* Whether the entry is of a younger connection than the one that closes. */
static bool is_older(const struct skstat_model *model, const struct closing *closing, const struct skstat_entry *entry)
{
	return closing->time_ns <= entry->began_ns || skstat_entry_seen_after(model, entry, closing->time_ns);
}

static void survivors_keep(struct skstat_entry *entry, const struct closing *closing)
{
	struct skstat_survivors survivors = skstat_survivors_of(&closing->values);

	skstat_survivors_set(&entry->values, &survivors);
}

/* It is what was set aside. `entry`: what the socket is now, or NULL. */
static void close_aside(struct skstat_model *model, struct closing *closing, struct skstat_aside *aside,
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
		/* Those values are the next one's, though they did not look it; nothing else is counted of that yet. */
		difference_make(model, closing, NULL, &survivors);
		if (entry && !entry->seen && entry->epoch == aside->was.epoch) {
			entry->values = aside->was.values;
			entry->fin = aside->was.fin;
		}
	}
	if (entry)
		survivors_keep(entry, closing);
	else if (stone)
		stone->survivors = skstat_survivors_of(&closing->values);
	model->count.close_older++;
	count(model, aside->was.group, closing, true);
	skstat_aside_drop(&model->asides, aside);
}

static void bury(struct skstat_model *model, const struct closing *closing, bool consumed)
{
	struct skstat_tombstone *stone = skstat_tombstone_set(&model->tombstones, closing->sample->identity.cookie);

	/* Without: an OPENED that comes late makes an entry, which will be swept. */
	if (!stone)
		return;
	if (stone->time_ns < closing->time_ns)
		stone->time_ns = closing->time_ns;
	stone->survivors = skstat_survivors_of(&closing->values);
	stone->consumed |= consumed;
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
	if (is_younger(model, closing, entry))
		/* An OPENED of it that is still to come opens nothing. */
		bury(model, closing, false);
	else if (!(entry->flags & SKSTAT_ENTRY_ANNOUNCED) && entry->began_ns < closing->time_ns)
		entry->began_ns = closing->time_ns;
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

/* False: it is not the entry's, for that has counted more. */
static bool close_known(struct skstat_model *model, struct closing *closing, struct skstat_entry *entry)
{
	difference_make(model, closing, entry, NULL);
	if (closing->difference.back)
		return false;
	settle(model, closing, entry);
	closing->fin = entry->fin;
	skstat_connection_idle(model, entry, closing->sample->identity.state,
			       closing->difference.delta[SKSTAT_COUNTER_busy_time], closing->time_ns);
	model->count.close_known++;
	count(model, entry->group, closing, true);
	skstat_socket_remove(model, entry);
	bury(model, closing, true);
	return true;
}

/* No walk saw it, and no OPENED has come. */
static void close_unseen(struct skstat_model *model, struct closing *closing)
{
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, closing->sample->identity.cookie);
	struct skstat_view_group *group = skstat_event_group(model, closing->sample);
	bool late = stone && stone->swept && (!closing->begin_ns || closing->begin_ns < stone->time_ns);
	/* A younger one was counted against what had been counted of this. */
	bool consumed = stone && stone->consumed && closing->time_ns < stone->time_ns;
	bool baseline = !consumed && is_baseline(model, closing);

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
	if (aside)
		close_aside(model, &closing, aside, entry);
	else if (!entry)
		close_unseen(model, &closing);
	else if (is_older(model, &closing, entry) || !close_known(model, &closing, entry))
		close_other(model, &closing, entry);
	return 0;
}
