// SPDX-License-Identifier: GPL-2.0
#include "address.h"
#include "comm.h"
#include "direction.h"
#include "event.h"
#include "placement.h"
#include "socket.h"

struct skstat_membership *skstat_event_membership(struct skstat_model *model, const struct skstat_sample *sample)
{
	uint8_t told = sample->event.event_direction;
	struct skstat_listener *listener;
	enum skstat_direction direction;
	struct skstat_addr local = skstat_local_of(sample);
	struct skstat_subject subject;
	struct skstat_service service;
	struct skstat_facts facts;
	struct skstat_name comm;

	skstat_facts_take(model, sample, skstat_address_is_ipv4(&sample->identity), &facts);
	/* Where it did not come from needs no search. */
	direction = told == SKSTAT_EVENT_IN ? SKSTAT_DIRECTION_IN :
					      skstat_direction_of(model, &facts, &local, sample->identity.state, told,
								  &listener);
	service = skstat_service_of(model, direction, &facts, told);
	skstat_comm_choose(model, &sample->owner.comm, sample->owner.inode, &comm);
	skstat_subject_make(model, &facts, &service, &comm, &subject);
	return skstat_placement_find(model, &subject, NULL);
}

bool skstat_entry_seen_after(const struct skstat_model *model, const struct skstat_entry *entry, uint64_t time_ns)
{
	return time_ns < skstat_poll_began(model, entry->seen);
}

void skstat_model_walked(struct skstat_model *model, uint64_t now_ns)
{
	model->walked_ns[model->number % SKSTAT_POLLS_KNOWN] = now_ns;
}

int skstat_model_event(const struct skstat_sample *sample, void *arg)
{
	struct skstat_model *model = arg;

	/* What happened before the first poll is part of the baseline that it finds. */
	if (!model->number)
		return 0;
	switch (sample->kind) {
	case SKSTAT_KIND_OPENED:
		model->count.opened++;
		skstat_ledger_event(model, sample);
		return skstat_opened_take(model, sample);
	case SKSTAT_KIND_FAILED:
		model->count.failed++;
		return skstat_failed_take(model, sample);
	case SKSTAT_KIND_CLOSED:
		model->count.closed++;
		return skstat_closed_take(model, sample);
	case SKSTAT_KIND_LISTEN_STARTED:
		model->count.started++;
		return skstat_listen_started_take(model, sample);
	case SKSTAT_KIND_LISTEN_STOPPED:
		model->count.stopped++;
		return skstat_listen_stopped_take(model, sample);
	case SKSTAT_KIND_FULL:
	case SKSTAT_KIND_LISTEN:
	case SKSTAT_KIND_TIMEWAIT:
	case SKSTAT_KIND_REQUEST:
	case SKSTAT_KIND_NETNS:
	case SKSTAT_KIND_UNSPEC:
	case __SKSTAT_KIND_MAX:
		break;
	}
	return 0;
}

/*
 * A connection without its OPENED is a newcomer of a walk, one without its CLOSED is swept: at once, since there may be
 * no close to wait for.
 */
void skstat_model_lost(struct skstat_model *model, uint64_t events, bool fresh)
{
	model->lossy |= events || fresh;
}

void skstat_model_heard(struct skstat_model *model)
{
	model->heard = model->number;
}
