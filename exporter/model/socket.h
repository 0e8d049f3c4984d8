/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What connections (connection.h) and listening sockets (listening.h) have in common in the model: how one joins and
 * leaves a group, and what its records do to its entry.
 */
#ifndef SKSTAT_MODEL_SOCKET_H
#define SKSTAT_MODEL_SOCKET_H

#include <netinet/tcp.h>

#include "difference.h"
#include "inside.h"
#include "subject.h"

/* The socket is gone: out of its group and the table. */
void skstat_socket_remove(struct skstat_model *model, struct skstat_entry *entry);

/*
 * Into its groups, with its gauges, by its facts and whatever decides its direction (direction.h): of a connection or a
 * listener whose process is `comm`, or, where that is not known, who holds `inode`.
 */
void skstat_socket_join(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_facts *facts,
			const struct skstat_service *service, const struct skstat_name *comm, uint64_t inode);

/* And out of them, and away from its listener. A newcomer has no groups to leave. */
void skstat_socket_leave(struct skstat_model *model, struct skstat_entry *entry);

/* The groups may be others: its state is another one, or the views are, or what had no name has one now. */
void skstat_socket_move(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample,
			bool ipv4);

/* Whether that may be so. */
static inline bool skstat_socket_may_move(const struct skstat_model *model, const struct skstat_entry *entry,
					  uint8_t state)
{
	if (!entry->membership)
		return false;
	return entry->flags & SKSTAT_ENTRY_LOOK ||
	       (state != entry->state && model->views.needs & SKSTAT_LABEL_BIT(SKSTAT_LABEL_STATE));
}

/* This poll brought it. */
static inline void skstat_entry_stamp(struct skstat_entry *entry, uint32_t poll, const struct skstat_sample *sample)
{
	entry->seen = poll;
	entry->missed = 0;
	entry->state = sample->identity.state;
}

/* It has not opened yet, as far as is known. SYN_RECV follows where SYNs cross. */
static inline bool skstat_entry_is_connecting(const struct skstat_entry *entry)
{
	return !(entry->flags & SKSTAT_ENTRY_ANNOUNCED) && (entry->state == TCP_SYN_SENT || entry->state == TCP_SYN_RECV);
}

/* The values of a socket's first record, as far as it has what the schema promises. */
static inline void skstat_entry_begin(struct skstat_plan *plan, struct skstat_entry *entry,
				      const struct skstat_sample *sample)
{
	if (!skstat_plan_fits(plan, sample))
		return;
	skstat_difference_first(plan, &entry->values, sample);
	skstat_gauges_take(plan, &entry->values, sample);
	entry->epoch = plan->epoch;
}

/* Before the difference to a later one; false: it lacks what the schema promises, and moves nothing. */
static inline bool skstat_entry_next(struct skstat_plan *plan, struct skstat_entry *entry,
				     const struct skstat_sample *sample)
{
	if (!skstat_plan_fits(plan, sample))
		return false;
	if (entry->epoch != plan->epoch)
		skstat_difference_rebase(plan, entry->epoch, &entry->values, sample);
	entry->epoch = plan->epoch;
	return true;
}

/* One observation of a connection for each distribution. */
static inline void skstat_membership_observe(const struct skstat_plan *plan, struct skstat_membership *membership,
					     const uint64_t *value)
{
	for (size_t g = 0; g < membership->count; g++) {
		struct skstat_view_group *group = membership->group[g];
		uint32_t observed = plan->observed & group->histograms;

		for (; observed; observed &= observed - 1)
			skstat_histogram_add(group->histogram[__builtin_ctz(observed)], value[__builtin_ctz(observed)]);
	}
}

/* What a record moved goes to the groups. */
static inline void skstat_membership_count(struct skstat_membership *membership,
					   const struct skstat_difference *difference, uint64_t now_ns)
{
	if (!difference->moved)
		return;
	for (size_t g = 0; g < membership->count; g++) {
		struct skstat_view_group *group = membership->group[g];

#pragma GCC unroll 32
		for (size_t i = 0; i < SKSTAT_COUNTERS; i++)
			group->counter[i] += difference->delta[i];
		group->changed_ns = now_ns;
	}
}

/* A socket's gauges are others than before. */
static inline void skstat_membership_gauges(struct skstat_membership *membership, enum skstat_kind kind,
					    const struct skstat_values *before, const struct skstat_values *now)
{
	for (size_t g = 0; g < membership->count; g++) {
		skstat_gauges_add(before, kind, membership->group[g]->gauge, -1);
		skstat_gauges_add(now, kind, membership->group[g]->gauge, 1);
	}
}

/* The same, and what an event tells of the connection beside it, goes to the ledger. */
static inline void skstat_ledger_count(struct skstat_model *model, uint64_t netns,
				       const struct skstat_difference *difference)
{
	struct skstat_book *book = difference->moved ? skstat_namespaces_book(&model->namespaces, netns) : NULL;

	if (book)
		skstat_book_count(book, difference);
}

static inline void skstat_ledger_event(struct skstat_model *model, const struct skstat_sample *sample)
{
	struct skstat_book *book = skstat_namespaces_book(&model->namespaces, sample->identity.netns);

	if (book)
		skstat_book_event(book, sample);
}

/* A connection that was accepted, of which no event will tell. */
static inline void skstat_ledger_accepted(struct skstat_model *model, uint64_t netns)
{
	struct skstat_book *book = skstat_namespaces_book(&model->namespaces, netns);

	if (book && !model->namespaces.ledger.events)
		skstat_book_open(book, SKSTAT_OPEN_HANDSHAKE, true, 0);
}

#endif
