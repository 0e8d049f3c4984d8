// SPDX-License-Identifier: GPL-2.0
/*
 * A run of connections that are known, read in place: what nearly all records of nearly all polls are. Whatever is out
 * of the ordinary, a record or a run, is left to skstat_model_sample(), which knows everything; what this does it does
 * the same.
 */
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "connection.h"
#include "run_record.h"
#include "socket.h"

#define ADD(group, name, have) to->counter[SKSTAT_COUNTER_##name] += STEP(group, name, have);

#define COUNT(group, name, have)                                                  \
	{                                                                         \
		__typeof__(last->name) step = STEP(group, name, have);            \
										  \
		last->name = (__typeof__(last->name))(last->name + step);         \
		to->counter[SKSTAT_COUNTER_##name] += step;                       \
	}

/* To the groups of other views than the first, which takes what is last. */
static __attribute__((noinline)) void traffic_rest(const struct skstat_plan *plan, const struct skstat_values *last,
						   const struct record *record, uint64_t now_ns,
						   const struct skstat_membership *membership)
{
	for (size_t i = 1; i < membership->count; i++) {
		struct skstat_view_group *to = membership->group[i];

#define DO(group, name, have) ADD(group, name, have)
		TRAFFIC_COUNTERS
#undef DO
		to->changed_ns = now_ns;
	}
}

static __attribute__((noinline)) void others_rest(const struct skstat_plan *plan, const struct skstat_values *last,
						  const struct record *record, uint64_t now_ns,
						  const struct skstat_membership *membership)
{
	for (size_t i = 1; i < membership->count; i++) {
		struct skstat_view_group *to = membership->group[i];

#define DO(group, name, have) ADD(group, name, have)
		OTHER_COUNTERS
#undef DO
		to->changed_ns = now_ns;
	}
}

static inline void traffic_count(const struct skstat_plan *plan, struct skstat_values *last,
				 const struct record *record, struct skstat_view_group *to)
{
#define DO(group, name, have) COUNT(group, name, have)
	TRAFFIC_COUNTERS
#undef DO
}

static inline void observe(const struct skstat_plan *plan, const struct record *record, struct skstat_view_group *to)
{
	uint32_t observed = plan->observed & to->histograms;

#define OBSERVE(group, name)                                                                                     \
	if (observed & 1u << SKSTAT_HISTOGRAM_##name)                                                            \
		skstat_histogram_add(to->histogram[SKSTAT_HISTOGRAM_##name], record->group->name);
	OBSERVATIONS
#undef OBSERVE
}

/* In the groups of other views than the first. */
static __attribute__((noinline)) void observe_rest(const struct skstat_plan *plan, const struct record *record,
						   const struct skstat_membership *membership)
{
	for (size_t i = 1; i < membership->count; i++)
		observe(plan, record, membership->group[i]);
}

static inline bool has_queue(const struct skstat_plan *plan, const struct record *record)
{
	return (record->traffic->rqueue && plan->rqueue) || (record->traffic->wqueue && plan->wqueue);
}

/* What has not opened is looked at more closely, and so is a FIN, until it is taken off. */
static bool state_is_ordinary(const struct skstat_entry *entry, const struct record *record, uint8_t state)
{
	if (1u << state & (1u << TCP_SYN_SENT | 1u << TCP_SYN_RECV))
		return false;
	if (entry->fin == SKSTAT_FIN_TAKEN)
		return true;
	return entry->fin == SKSTAT_FIN_NONE && !record->tcp->fin_received &&
	       !(1u << state & (1u << TCP_CLOSE_WAIT | 1u << TCP_LAST_ACK | 1u << TCP_CLOSING));
}

/* Whether it is known what is to be done: the record goes on where the entry is. */
static inline bool is_ordinary(const struct skstat_model *model, const struct skstat_entry *entry,
			       const struct record *record)
{
	uint8_t state = record->identity->state;
	const struct skstat_entry_now now = { .epoch = model->plan.epoch, .kind = SKSTAT_KIND_FULL, .state = state };

	if (memcmp(&entry->now, &now, sizeof(now)) || entry->seen == model->number || !entry->membership ||
	    entry->flags & (SKSTAT_ENTRY_LOOK | SKSTAT_ENTRY_TOP))
		return false;
	if (state == TCP_ESTABLISHED && entry->fin == SKSTAT_FIN_NONE && !record->tcp->fin_received)
		return true;
	return state_is_ordinary(entry, record, state);
}

/*
 * What follows is by itself, so that what was compared is not kept in registers for it, and takes the record by value,
 * so that it is not kept in memory.
 */

/* Counters of group tcp and memory have moved. */
static __attribute__((noinline)) void others_count(struct skstat_model *model, struct skstat_entry *entry,
						   const struct record *record)
{
	const struct skstat_membership *membership = entry->membership;
	const struct skstat_plan *plan = &model->plan;
	struct skstat_values *last = &entry->values;
	struct skstat_view_group *to = membership->group[0];

	skstat_connection_busy(model, entry, STEP(tcp, busy_time, ALWAYS));
	if (membership->count > 1)
		others_rest(plan, last, record, model->poll.now_ns, membership);
#define DO(group, name, have) COUNT(group, name, have)
	OTHER_COUNTERS
#undef DO
	to->changed_ns = model->poll.now_ns;
}

/* What came of it. */
enum counted {
	COUNTED_NOTHING, /* a counter went back, and nothing was done */
	COUNTED_IDLE,
	COUNTED_ACTIVE, /* it sent or received */
};

/* Counters have moved; of `traffic`, too, and none of it went back. */
static __attribute__((noinline)) enum counted record_count(struct skstat_model *model, struct skstat_entry *entry,
							   const struct record at, bool traffic)
{
	const struct record *record = &at;
	const struct skstat_plan *plan = &model->plan;
	const struct skstat_membership *membership = entry->membership;
	struct skstat_values *last = &entry->values;
	struct steps others = steps_of_others(plan, last, record);
	struct skstat_book *book;
	bool active;

	if (steps_any(&others)) {
		if (steps_back(&others))
			return COUNTED_NOTHING;
		others_count(model, entry, record);
	}
	if (!traffic)
		return COUNTED_IDLE;
	book = skstat_namespaces_book(&model->namespaces, record->identity->netns);
	if (book)
		skstat_book_add(book, STEP(traffic, delivered, ALWAYS), STEP(traffic, total_retrans, ALWAYS),
				STEP(traffic, segs_out, ALWAYS));
	active = STEP(traffic, segs_out, ALWAYS) || STEP(traffic, segs_in, ALWAYS) ||
		 STEP(traffic, bytes_sent, ALWAYS) || STEP(traffic, bytes_received, ALWAYS);
	if (membership->count > 1)
		traffic_rest(plan, last, record, model->poll.now_ns, membership);
	traffic_count(plan, last, record, membership->group[0]);
	membership->group[0]->changed_ns = model->poll.now_ns;
	return active ? COUNTED_ACTIVE : COUNTED_IDLE;
}

/* False: nothing was done. */
static inline bool record_take(struct skstat_model *model, const struct record *record)
{
	const struct skstat_identity *identity = (const void *)record->identity;
	struct skstat_entry *entry = skstat_table_find(&model->table, identity->cookie);
	const struct skstat_plan *plan = &model->plan;
	enum counted counted = COUNTED_IDLE;
	struct steps traffic;
	bool ipv4;

	if (!entry || !is_ordinary(model, entry, record))
		return false;
	ipv4 = identity->family == AF_INET || skstat_address_is_ipv4(identity);
	if (entry->tuple != skstat_address_tuple(identity, ipv4))
		return false;
	traffic = steps_of_traffic(plan, &entry->values, record);
	if (steps_any(&traffic)) {
		if (steps_back(&traffic))
			return false;
		counted = record_count(model, entry, *record, true);
	} else if (others_differ(&entry->values, record)) {
		counted = record_count(model, entry, *record, false);
	}
	if (counted == COUNTED_NOTHING)
		return false;
	if (counted == COUNTED_ACTIVE || has_queue(plan, record)) {
		observe(plan, record, entry->membership->group[0]);
		if (entry->membership->count > 1)
			observe_rest(plan, record, entry->membership);
	}
	skstat_connection_idle(model, entry, entry->state, 0, model->poll.now_ns);
	entry->flags &= (uint8_t)~SKSTAT_ENTRY_BASELINE;
	entry->seen = model->number;
	entry->missed = 0;
	if (ipv4)
		model->count.full_ipv4++;
	else
		model->count.full_ipv6++;
	model->count.updated++;
	return true;
}

int skstat_model_run(struct skstat_run_reader *run, void *arg)
{
	struct skstat_model *model = arg;
	bool in_place = run->sample.kind == SKSTAT_KIND_FULL && skstat_run_is_aligned(run) && model->plan.always &&
			!model->tops.choosing && run_reaches(run) && skstat_plan_fits(&model->plan, &run->sample);
	int err = 0;

	while (run->count && !err) {
		const struct record record = {
			.identity = (const void *)(run->next + run->offset[SKSTAT_GROUP_IDENTITY]),
			.traffic = (const void *)(run->next + run->offset[SKSTAT_GROUP_TRAFFIC]),
			.tcp = (const void *)(run->next + run->offset[SKSTAT_GROUP_TCP]),
			.memory = (const void *)(run->next + run->offset[SKSTAT_GROUP_MEMORY]),
		};

		if (in_place && record_take(model, &record))
			skstat_run_skip(run);
		else
			err = skstat_model_sample(skstat_run_next(run), model);
	}
	return err;
}
