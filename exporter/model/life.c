// SPDX-License-Identifier: GPL-2.0
#include "life.h"

static void observe(struct skstat_model *model, struct skstat_view_group *group, size_t life, uint64_t value,
		    struct skstat_witness witness)
{
	int bucket;

	if (!model->plan.life[life].available)
		return;
	bucket = skstat_histogram_add(&group->life[life], &model->plan.life_measure[life], value);
	if (bucket >= 0)
		group->example[life][bucket] = (struct skstat_example){ witness.cookie, value, witness.time_ns };
}

void skstat_life_opened(struct skstat_model *model, struct skstat_view_group *group,
			const struct skstat_opening *opening, struct skstat_witness witness)
{
	group->opened[opening->kind < __SKSTAT_OPEN_MAX ? opening->kind : SKSTAT_OPEN_UNSPEC]++;
	if (opening->has_latency)
		observe(model, group, SKSTAT_LIFE_connect_latency, opening->latency, witness);
	group->changed_ns = model->poll.now_ns;
}

void skstat_life_failed(struct skstat_model *model, struct skstat_view_group *group,
			const struct skstat_sample *sample)
{
	uint8_t kind = sample->event.event_kind;

	group->failed[kind < __SKSTAT_FAIL_MAX ? kind : SKSTAT_FAIL_UNSPEC]++;
	group->changed_ns = model->poll.now_ns;
}

static uint64_t less(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

void skstat_life_closed(struct skstat_model *model, struct skstat_view_group *group,
			const struct skstat_sample *sample, bool figures, bool fin)
{
	const struct skstat_event *event = &sample->event;
	const struct skstat_traffic *traffic = &sample->traffic;
	const struct skstat_witness witness = skstat_witness_of(sample);

	group->closed[event->event_kind < __SKSTAT_CLOSE_MAX ? event->event_kind : SKSTAT_CLOSE_UNSPEC]++;
	group->changed_ns = model->poll.now_ns;
	if (event->event_flags & SKSTAT_EVENT_HAS_DURATION)
		observe(model, group, SKSTAT_LIFE_duration, event->duration, witness);
	if (event->event_flags & SKSTAT_EVENT_HAS_FIRST_BYTE)
		observe(model, group, SKSTAT_LIFE_first_byte, event->first_byte, witness);
	if (!figures)
		return;
	observe(model, group, SKSTAT_LIFE_SENT, less(traffic->bytes_sent, traffic->bytes_retrans), witness);
	observe(model, group, SKSTAT_LIFE_RECEIVED, less(traffic->bytes_received, fin), witness);
}

struct skstat_opening skstat_opening_of(const struct skstat_sample *sample, bool ipv4)
{
	const struct skstat_event *event = &sample->event;

	return (struct skstat_opening) {
		.latency = event->connect_latency,
		.told = true,
		.has_latency = event->event_flags & SKSTAT_EVENT_HAS_CONNECT,
		.ipv4 = ipv4,
		.kind = event->event_kind,
		.direction = event->event_direction,
		.sport = sample->identity.sport,
		.dport = sample->identity.dport,
	};
}
