// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "connection.h"
#include "direction.h"
#include "life.h"
#include "newcomers.h"
#include "socket.h"

/* A place in the list, with room for an observation, if it may need it. NULL: no memory, and no place is taken. */
static struct skstat_newcomer *place_take(struct skstat_newcomers *newcomers, bool whole,
					  struct skstat_observation **observation)
{
	struct skstat_newcomer *newcomer = skstat_newcomers_add(newcomers);

	*observation = newcomer && whole ? skstat_newcomers_observe(newcomers) : NULL;
	if (newcomer && whole && !*observation) {
		newcomers->count--;
		return NULL;
	}
	return newcomer;
}

int skstat_newcomer_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4, bool whole)
{
	const struct skstat_identity *identity = &sample->identity;
	struct skstat_observation *observation;
	struct skstat_newcomer *newcomer = place_take(&model->newcomers, whole, &observation);
	struct skstat_entry *entry = newcomer ? skstat_table_insert(&model->table, identity->cookie) : NULL;

	if (!entry) {
		model->newcomers.count -= newcomer != NULL;
		return -ENOMEM;
	}
	entry->kind = SKSTAT_KIND_FULL;
	entry->tuple = skstat_address_tuple(identity, ipv4);
	entry->idle_from_ns = model->poll.now_ns;
	entry->first = model->number;
	entry->newcomer = (uint32_t)model->newcomers.count;
	skstat_entry_begin(&model->plan, entry, sample);
	skstat_fin_note(entry, sample);
	if (observation)
		skstat_observation_take(sample, observation->value);
	skstat_entry_stamp(entry, model->number, sample);

	newcomer->entry = entry;
	newcomer->whole = whole;
	newcomer->comm = sample->owner.comm;
	newcomer->inode = sample->owner.inode;
	newcomer->local = skstat_local_of(sample);
	skstat_facts_take(model, sample, ipv4, &newcomer->facts);
	model->tracked++;
	model->count.fresh += whole;
	model->count.baseline += !whole;
	return 0;
}

/* What an event has told of it goes where it is now. */
static void opening_count(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_opening *opening)
{
	if (opening->told)
		skstat_life_opened(model, entry->membership, opening,
				   (struct skstat_witness){ entry->cookie, entry->began_ns });
}

void skstat_newcomer_settle(struct skstat_model *model, struct skstat_newcomer *newcomer)
{
	uint8_t told = newcomer->opening.direction;
	struct skstat_entry *entry = newcomer->entry;
	struct skstat_difference difference;
	struct skstat_listener *listener;
	enum skstat_direction direction;
	struct skstat_service service;

	entry->newcomer = 0;
	direction = skstat_direction_of(model, &newcomer->facts, &newcomer->local, newcomer->facts.state, told,
					&listener);
	if (listener)
		skstat_listener_hold(listener);
	entry->listener = listener;
	service = skstat_service_of(model, direction, &newcomer->facts, told);
	skstat_socket_join(model, entry, &newcomer->facts, &service, &newcomer->comm, newcomer->inode);
	opening_count(model, entry, &newcomer->opening);

	/* Of a baseline, too, the FIN is in what it had. */
	skstat_difference_whole(&entry->values, &difference);
	skstat_fin_take(entry, &difference);
	if (newcomer->whole) {
		skstat_connection_count(model, entry->membership, newcomer->facts.netns, &difference);
		if (direction == SKSTAT_DIRECTION_IN)
			skstat_ledger_accepted(model, newcomer->facts.netns);
	} else {
		entry->flags |= SKSTAT_ENTRY_BASELINE;
	}
	if (newcomer->observation != SKSTAT_NOT_OBSERVED && entry->epoch)
		skstat_membership_observe(&model->plan, entry->membership,
					  model->newcomers.observation[newcomer->observation].value);
}

struct skstat_newcomer *skstat_newcomer_of(const struct skstat_model *model, const struct skstat_entry *entry)
{
	return entry->newcomer ? &model->newcomers.list[entry->newcomer - 1] : NULL;
}

void skstat_newcomers_settle(struct skstat_model *model)
{
	for (size_t i = 0; i < model->newcomers.count; i++) {
		struct skstat_newcomer *newcomer = &model->newcomers.list[i];

		/* It may have turned into a listener within this poll, or gone. */
		if (newcomer->entry->kind != SKSTAT_KIND_FULL || newcomer->entry->newcomer != i + 1)
			continue;
		/* It began after the last full walk, and has opened, and nobody told. */
		if (model->poll.journal && model->ready && !skstat_entry_is_connecting(newcomer->entry))
			model->count.unannounced += !(newcomer->entry->flags & SKSTAT_ENTRY_ANNOUNCED);
		skstat_newcomer_settle(model, newcomer);
	}
	skstat_newcomers_clear(&model->newcomers);
}

void skstat_opening_settle(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample)
{
	struct skstat_opening opening = entry->opening;
	struct skstat_facts facts = entry->facts;
	enum skstat_direction direction = opening.direction == SKSTAT_EVENT_IN ? SKSTAT_DIRECTION_IN :
										 SKSTAT_DIRECTION_OUT;
	struct skstat_name comm = { "" };
	struct skstat_service service;

	entry->flags &= (uint8_t)~SKSTAT_ENTRY_OPENING;
	memset(&entry->values, 0, sizeof(entry->values));
	skstat_survivors_set(&entry->values, &opening.survivors);
	/* tcp_disconnect() may have forgotten whose it was. */
	if (sample && sample->identity.dport)
		skstat_facts_take(model, sample, facts.ipv4, &facts);
	if (sample)
		comm = sample->owner.comm;
	service = skstat_service_of(model, direction, &facts, opening.direction);
	skstat_socket_join(model, entry, &facts, &service, &comm, sample ? sample->owner.inode : 0);
	opening_count(model, entry, &opening);
}

void skstat_entry_settle(struct skstat_model *model, struct skstat_entry *entry)
{
	struct skstat_newcomer *newcomer = skstat_newcomer_of(model, entry);

	if (newcomer)
		skstat_newcomer_settle(model, newcomer);
	else if (entry->flags & SKSTAT_ENTRY_OPENING)
		skstat_opening_settle(model, entry, NULL);
}
