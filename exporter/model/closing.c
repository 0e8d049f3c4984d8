// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "closing.h"
#include "event.h"
#include "socket.h"

/* Clocks are read one after another: an OPENED's time and its connection's begin by a CLOSED may differ by that. */
#define SLACK_NS 10000

void skstat_closing_init(struct skstat_closing *closing, struct skstat_model *model, const struct skstat_sample *sample)
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

bool skstat_closing_is_baseline(const struct skstat_model *model, const struct skstat_closing *closing)
{
	if (closing->old)
		return true;
	return closing->begin_ns ? closing->begin_ns < model->poll.journal_ns : !model->ready;
}

bool skstat_closing_is_uncounted(const struct skstat_model *model, const struct skstat_closing *closing,
				 const struct skstat_entry *entry)
{
	return entry->flags & SKSTAT_ENTRY_BASELINE && closing->begin_ns && !skstat_closing_is_baseline(model, closing);
}

void skstat_closing_difference(struct skstat_model *model, struct skstat_closing *closing,
			       const struct skstat_entry *entry, const struct skstat_survivors *survivors)
{
	static const struct skstat_entry nothing;

	if (!entry || skstat_closing_is_uncounted(model, closing, entry))
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

/* Whether the close is of a connection that began after what the entry is about. */
static bool is_younger(const struct skstat_model *model, const struct skstat_closing *closing,
		       const struct skstat_entry *entry)
{
	uint64_t there_ns;

	if (!closing->begin_ns)
		return false;
	if (entry->flags & SKSTAT_ENTRY_ANNOUNCED)
		return closing->begin_ns > entry->began_ns + SLACK_NS;
	/* It has not begun yet, as far as is known. */
	if (skstat_entry_is_connecting(entry))
		return false;
	/* It was there when it was seen; if that was once, no earlier than at that walk's end. */
	there_ns = entry->first == entry->seen ? skstat_poll_walked(model, entry->seen) :
						 skstat_poll_began(model, entry->seen);
	return closing->begin_ns > there_ns;
}

bool skstat_closing_is_after(const struct skstat_model *model, const struct skstat_closing *closing,
			     const struct skstat_entry *entry)
{
	return is_younger(model, closing, entry) ||
	       (entry->seen && closing->time_ns > skstat_poll_walked(model, entry->seen));
}

/* Whether it may be what was set aside there that closes. */
static bool is_of(const struct skstat_model *model, const struct skstat_closing *closing,
		  const struct skstat_aside *aside)
{
	if (closing->tuple && closing->tuple != aside->was.tuple)
		return false;
	if (aside->until_ns && closing->time_ns > aside->until_ns)
		return false;
	return !is_younger(model, closing, &aside->was);
}

struct skstat_aside *skstat_closing_aside(const struct skstat_model *model, const struct skstat_closing *closing)
{
	struct skstat_aside *aside = skstat_aside_find(&model->asides, closing->sample->identity.cookie), *found = NULL;

	for (; aside; aside = aside->older)
		if (is_of(model, closing, aside))
			found = aside;
	return found;
}

bool skstat_closing_is_before(const struct skstat_model *model, const struct skstat_closing *closing,
			      const struct skstat_entry *entry)
{
	return entry->state == TCP_SYN_SENT &&
	       (closing->old || (closing->begin_ns && skstat_entry_seen_after(model, entry, closing->begin_ns)));
}

bool skstat_closing_is_other(const struct skstat_model *model, const struct skstat_closing *closing,
			     const struct skstat_entry *entry)
{
	if (closing->time_ns <= entry->began_ns || (closing->tuple && closing->tuple != entry->tuple) ||
	    skstat_entry_seen_after(model, entry, closing->time_ns))
		return true;
	/* The entry's begin is to the nanosecond, or not known: as good as it is, values tell more. */
	if (entry->flags & SKSTAT_ENTRY_ANNOUNCED)
		return false;
	if (is_younger(model, closing, entry))
		return true;
	return skstat_closing_is_before(model, closing, entry);
}

bool skstat_closing_may_be_merged(const struct skstat_model *model, const struct skstat_closing *closing,
				  const struct skstat_entry *entry)
{
	if (entry->flags & (SKSTAT_ENTRY_ANNOUNCED | SKSTAT_ENTRY_MERGED))
		return entry->flags & SKSTAT_ENTRY_MERGED;
	return !closing->begin_ns ||
	       (entry->first != model->number && skstat_poll_began(model, entry->first) < closing->begin_ns);
}
