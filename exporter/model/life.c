// SPDX-License-Identifier: GPL-2.0
#include "life.h"

/* To each of the groups. */
static void observe(struct skstat_model *model, struct skstat_membership *membership, size_t life, uint64_t value,
		    struct skstat_witness witness)
{
	if (!model->plan.life[life].available)
		return;
	for (size_t i = 0; i < membership->count; i++) {
		struct skstat_view_group *group = membership->group[i];
		struct skstat_histogram *histogram = group->life[life];
		int at = histogram ? skstat_histogram_add(histogram, value) : -1;

		if (at >= 0)
			group->example[life][histogram->measure->classic[at]] =
				(struct skstat_example){ witness.cookie, value, witness.time_ns };
	}
}

#define FOR_EACH_GROUP(membership, group)                                                       \
	for (size_t at = 0; at < (membership)->count && ((group) = (membership)->group[at]); at++)

void skstat_life_opened(struct skstat_model *model, struct skstat_membership *membership,
			const struct skstat_opening *opening, struct skstat_witness witness)
{
	struct skstat_view_group *group;

	FOR_EACH_GROUP(membership, group) {
		group->opened[opening->kind < __SKSTAT_OPEN_MAX ? opening->kind : SKSTAT_OPEN_UNSPEC]++;
		group->changed_ns = model->poll.now_ns;
	}
	if (opening->has_latency)
		observe(model, membership, SKSTAT_LIFE_connect_latency, opening->latency, witness);
}

void skstat_life_failed(struct skstat_model *model, struct skstat_membership *membership,
			const struct skstat_sample *sample)
{
	uint8_t kind = sample->event.event_kind;
	struct skstat_view_group *group;

	FOR_EACH_GROUP(membership, group) {
		group->failed[kind < __SKSTAT_FAIL_MAX ? kind : SKSTAT_FAIL_UNSPEC]++;
		group->changed_ns = model->poll.now_ns;
	}
}

static uint64_t less(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

void skstat_life_closed(struct skstat_model *model, struct skstat_membership *membership,
			const struct skstat_sample *sample, bool figures, bool fin)
{
	const struct skstat_event *event = &sample->event;
	const struct skstat_traffic *traffic = &sample->traffic;
	const struct skstat_witness witness = skstat_witness_of(sample);
	struct skstat_view_group *group;

	FOR_EACH_GROUP(membership, group) {
		group->closed[event->event_kind < __SKSTAT_CLOSE_MAX ? event->event_kind : SKSTAT_CLOSE_UNSPEC]++;
		group->changed_ns = model->poll.now_ns;
	}
	if (event->event_flags & SKSTAT_EVENT_HAS_DURATION)
		observe(model, membership, SKSTAT_LIFE_duration, event->duration, witness);
	if (event->event_flags & SKSTAT_EVENT_HAS_FIRST_BYTE)
		observe(model, membership, SKSTAT_LIFE_first_byte, event->first_byte, witness);
	if (!figures)
		return;
	observe(model, membership, SKSTAT_LIFE_SENT, less(traffic->bytes_sent, traffic->bytes_retrans), witness);
	observe(model, membership, SKSTAT_LIFE_RECEIVED, less(traffic->bytes_received, fin), witness);
}

struct skstat_opening skstat_opening_of(const struct skstat_sample *sample)
{
	const struct skstat_event *event = &sample->event;

	return (struct skstat_opening) {
		.latency = event->connect_latency,
		.told = true,
		.has_latency = event->event_flags & SKSTAT_EVENT_HAS_CONNECT,
		.kind = event->event_kind,
		.direction = event->event_direction,
	};
}
