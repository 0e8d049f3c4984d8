// SPDX-License-Identifier: GPL-2.0
/* A connect() has failed: its last figures are the SYNs, against what walks counted of them. */
#include <netinet/tcp.h>
#include <string.h>

#include "connection.h"
#include "event.h"
#include "life.h"
#include "newcomers.h"
#include "socket.h"

/*
 * Whether the entry is of the attempt, and not of what its socket was before, or became afterwards. One whose SYN has
 * arrived opens.
 */
static bool is_own(const struct skstat_model *model, const struct skstat_entry *entry,
		   const struct skstat_sample *sample)
{
	return entry && entry->kind == SKSTAT_KIND_FULL && skstat_entry_is_connecting(entry) && !entry->values.delivered &&
	       !skstat_entry_seen_after(model, entry, sample->event.event_time);
}

/* It began before counting did, and no walk has seen it. */
static bool is_baseline(const struct skstat_model *model, const struct skstat_event *event)
{
	if (event->event_flags & SKSTAT_EVENT_OLD)
		return true;
	if (!(event->event_flags & SKSTAT_EVENT_HAS_CONNECT) || event->connect_latency > event->event_time)
		return !model->ready;
	return event->event_time - event->connect_latency < model->poll.journal_ns;
}

static void count(struct skstat_model *model, struct skstat_membership *membership, struct skstat_values *values,
		  const struct skstat_sample *sample)
{
	struct skstat_difference difference;

	skstat_difference_take(&model->plan, values, sample, &difference);
	if (difference.back)
		return;
	skstat_connection_count(model, membership, sample->identity.netns, &difference);
	skstat_ledger_event(model, sample);
}

/* What the socket keeps from one connection to the next was counted, as far as it was, of whatever it was before. */
static void count_whole(struct skstat_model *model, struct skstat_membership *membership, struct skstat_entry *entry,
			const struct skstat_sample *sample)
{
	struct skstat_tombstone *stone = skstat_tombstone_find(&model->tombstones, sample->identity.cookie);
	struct skstat_survivors survivors = { 0 };
	struct skstat_values values;

	memset(&values, 0, sizeof(values));
	if (entry)
		survivors = skstat_survivors_of(&entry->values);
	else if (stone)
		survivors = stone->survivors;
	skstat_survivors_set(&values, &survivors);
	count(model, membership, &values, sample);
	survivors = skstat_survivors_of(&values);
	if (entry)
		skstat_survivors_set(&entry->values, &survivors);
	else if (stone)
		stone->survivors = survivors;
}

int skstat_failed_take(struct skstat_model *model, const struct skstat_sample *sample)
{
	struct skstat_entry *entry = skstat_table_find(&model->table, sample->identity.cookie);
	struct skstat_membership *membership = skstat_event_membership(model, sample);
	bool fits = skstat_plan_fits(&model->plan, sample);

	skstat_life_failed(model, membership, sample);
	if (is_own(model, entry, sample)) {
		skstat_entry_settle(model, entry);
		if (fits) {
			skstat_entry_next(&model->plan, entry, sample);
			count(model, entry->membership, &entry->values, sample);
		}
		skstat_socket_remove(model, entry);
	} else if (fits && !is_baseline(model, &sample->event)) {
		if (entry && (entry->kind != SKSTAT_KIND_FULL || entry->flags & SKSTAT_ENTRY_OPENING))
			entry = NULL;
		count_whole(model, membership, entry, sample);
	}
	return 0;
}
