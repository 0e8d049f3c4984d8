// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "connection.h"
#include "inside.h"
#include "listening.h"
#include "newcomers.h"
#include "socket.h"

struct skstat_model *skstat_model_new(const struct skstat_model_config *config, struct skstat_self *self)
{
	struct skstat_model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->self = self;
	model->process_name = config->process_name;
	model->process_arg = config->process_arg;
	model->cgroup_path = config->cgroup_path;
	model->cgroup_arg = config->cgroup_arg;
	model->interface_name = config->interface_name;
	model->interface_arg = config->interface_arg;
	skstat_plan_init(&model->plan);
	skstat_namespaces_init(&model->namespaces, config->netns_limit, config->netns_name, config->netns_arg);
	skstat_mib_index_init(&model->mib, NULL);
	model->cells.shape = &skstat_cells_counted;
	model->measured.shape = &skstat_cells_measured;
	model->cells.limit = model->measured.limit = config->cell_limit;
	model->room.budget = config->memory_budget;
	model->views.room = model->cells.memory = model->measured.memory = &model->room;
	if (skstat_views_set(&model->views, config->view, config->views, &model->plan) == 0 &&
	    skstat_model_labels(model, config->label_name) == 0)
		return model;
	skstat_model_free(model);
	return NULL;
}

/* Every socket goes, and with the last one the listeners; the groups keep what they counted. */
static void sockets_forget(struct skstat_model *model)
{
	struct skstat_entry *entry;
	uint32_t index = 0;

	while ((entry = skstat_table_next(&model->table, &index)))
		skstat_socket_remove(model, entry);
	skstat_newcomers_clear(&model->newcomers);
	skstat_asides_free(&model->asides);
	skstat_tombstones_free(&model->tombstones);
	skstat_namespaces_ledger_end(&model->namespaces);
	model->ready = false;
}

void skstat_model_free(struct skstat_model *model)
{
	if (!model)
		return;
	sockets_forget(model);
	skstat_newcomers_free(&model->newcomers);
	skstat_table_free(&model->table);
	skstat_views_free(&model->views);
	skstat_tops_free(&model->tops);
	skstat_model_labels_free(model);
	skstat_namespaces_free(&model->namespaces);
	skstat_cells_free(&model->cells);
	skstat_cells_free(&model->measured);
	free(model);
}

/*
 * The module was loaded anew: cookies are the kernel's, and go on; ids of namespaces are the module's, and start again.
 * But from the module to inet_diag, or back, nothing is known of what the other one saw.
 */
static void instance_change(struct skstat_model *model, const struct skstat_poll *poll)
{
	model->count.gaps++;
	if (model->poll.exactly_once != poll->exactly_once || model->poll.hz != poll->hz)
		sockets_forget(model);
	skstat_listeners_forget_ids(&model->listeners, skstat_namespaces_inode_of, &model->namespaces);
	skstat_namespaces_forget_ids(&model->namespaces);
	skstat_cells_forget(&model->cells);
	skstat_cells_forget(&model->measured);
}

void skstat_model_begin(struct skstat_model *model, const struct skstat_poll *poll)
{
	static const struct skstat_totals broken_off;
	bool first = !model->number;

	if (model->open)
		skstat_model_end(model, &broken_off);
	if (!first && model->poll.instance != poll->instance)
		instance_change(model, poll);
	if (first || model->poll.instance != poll->instance || model->poll.schema != poll->schema) {
		skstat_mib_index_init(&model->mib, poll->schema);
		skstat_ledger_index(&model->namespaces.ledger, poll->schema);
	}
	model->poll = *poll;
	/* 0 means never. */
	if (!++model->number)
		model->number = 1;
	skstat_tops_begin(model);
	skstat_plan_fit(&model->plan, poll->schema, poll->hz);
	skstat_views_fit(&model->views, &model->plan, poll->hz);
	skstat_namespaces_fit(&model->namespaces, poll->schema, poll->journal, model->number);
	model->began_ns[model->number % SKSTAT_POLLS_KNOWN] = poll->now_ns;
	model->walked_ns[model->number % SKSTAT_POLLS_KNOWN] = 0;
	model->journal |= poll->journal;
	if (poll->full)
		skstat_tombstones_mark(&model->tombstones);
	model->open = true;
}

/*
 * Its SYN has arrived, and it is still SYN_SENT: the kernel takes the ACK, tells that the connection has opened, and
 * writes the state last. A walk may come between, and be over before the next of these happens.
 */
static bool is_halfway(const struct skstat_sample *sample)
{
	return sample->kind == SKSTAT_KIND_FULL && sample->identity.state == TCP_SYN_SENT && sample->traffic.delivered;
}

/* A record of kind FULL or LISTEN. 0 or -ENOMEM: then nothing has changed. */
static int socket_take(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4)
{
	struct skstat_entry *entry = skstat_table_find(&model->table, sample->identity.cookie);
	bool full = sample->kind == SKSTAT_KIND_FULL;
	struct skstat_sample halfway;

	if (is_halfway(sample)) {
		halfway = *sample;
		halfway.identity.state = TCP_SYN_RECV;
		sample = &halfway;
	}
	if (entry && entry->flags & SKSTAT_ENTRY_OPENING)
		skstat_opening_settle(model, entry, sample);
	if (!entry)
		return full ? skstat_connection_add(model, sample, ipv4) : skstat_listening_add(model, sample, ipv4);
	if (entry->seen == model->number && entry->kind == sample->kind) {
		model->count.duplicate += full;
		return 0;
	}
	if (!full)
		return skstat_listening_update(model, entry, sample, ipv4);
	skstat_connection_update(model, entry, sample, ipv4);
	return 0;
}

int skstat_model_sample(const struct skstat_sample *sample, void *arg)
{
	struct skstat_model *model = arg;
	bool ipv4;

	switch (sample->kind) {
	case SKSTAT_KIND_FULL:
		ipv4 = skstat_address_is_ipv4(&sample->identity);
		model->count.full_ipv4 += ipv4;
		model->count.full_ipv6 += !ipv4;
		return socket_take(model, sample, ipv4);
	case SKSTAT_KIND_LISTEN:
		model->count.listen++;
		return socket_take(model, sample, skstat_address_is_ipv4(&sample->identity));
	/* These share a cookie with the socket that they become or were: they are not to touch it. */
	case SKSTAT_KIND_TIMEWAIT:
		model->count.timewait++;
		return 0;
	case SKSTAT_KIND_REQUEST:
		model->count.request++;
		return 0;
	case SKSTAT_KIND_NETNS:
		model->count.netns++;
		return skstat_namespaces_take(&model->namespaces, sample);
	case SKSTAT_KIND_OPENED:
	case SKSTAT_KIND_FAILED:
	case SKSTAT_KIND_CLOSED:
	case SKSTAT_KIND_LISTEN_STARTED:
	case SKSTAT_KIND_LISTEN_STOPPED:
	case SKSTAT_KIND_UNSPEC:
	case __SKSTAT_KIND_MAX:
		break;
	}
	return 0;
}

#define UNHEARD 8 /* polls, without a reading of the journal, after which nobody waits for it any more */

/* Whether the journal was read since the walk, or nobody says when it is. */
static bool is_heard(const struct skstat_model *model)
{
	return model->heard == model->number || !model->heard || model->number - model->heard > UNHEARD;
}

/*
 * How often a complete full walk has to miss it. A source may miss a socket by itself. With a journal, a connection
 * that no walk has brought yet may have opened behind the walk's back; the others' CLOSED should come, unless events
 * are lost.
 */
static uint8_t misses_of(const struct skstat_model *model, const struct skstat_entry *entry)
{
	if (!model->poll.exactly_once)
		return 2;
	return model->poll.journal && (!entry->seen || !model->lossy) ? 2 : 1;
}

/* Whether it says anything that the walk that ends did not bring it. */
static bool is_missed(const struct skstat_model *model, const struct skstat_entry *entry)
{
	if (entry->seen == model->number)
		return false;
	if (!model->poll.journal)
		return true;
	/* It opened after the walk had begun; or its CLOSED is there, but was not read: not for ever, though. */
	if (entry->began_ns >= model->poll.now_ns)
		return false;
	return is_heard(model);
}

static void entry_sweep(struct skstat_model *model, struct skstat_entry *entry)
{
	struct skstat_tombstone *stone;

	if (entry->flags & SKSTAT_ENTRY_OPENING)
		skstat_opening_settle(model, entry, NULL);
	/* Should its CLOSED come after all, it is not to count whole. */
	if (model->poll.journal && entry->kind == SKSTAT_KIND_FULL) {
		stone = skstat_tombstone_set(&model->tombstones, entry->cookie);
		if (stone) {
			stone->time_ns = model->poll.now_ns;
			stone->survivors = skstat_survivors_of(&entry->values);
			stone->swept = true;
		}
	}
	skstat_socket_remove(model, entry);
}

/* What complete full walks did not bring is gone. */
static void sweep(struct skstat_model *model)
{
	struct skstat_entry *entry;
	uint32_t index = 0;

	skstat_tombstones_expire(&model->tombstones);
	while ((entry = skstat_table_next_unseen(&model->table, &index, model->number)))
		if (is_missed(model, entry) && ++entry->missed >= misses_of(model, entry))
			entry_sweep(model, entry);
	model->lossy = false;
	/* Namespaces are counted, not found: no source misses one. */
	skstat_namespaces_sweep(&model->namespaces);
}

void skstat_model_end(struct skstat_model *model, const struct skstat_totals *totals)
{
	if (!model->open)
		return;
	skstat_listeners_learn_ids(&model->listeners, skstat_namespaces_id_of, &model->namespaces);
	/* The newcomers first: who came from a listener that is gone has to find it. */
	skstat_newcomers_settle(model);
	/* Two polls, since the journal was read. */
	skstat_asides_expire(&model->asides, model->number, 2 + (is_heard(model) ? 0 : UNHEARD));
	skstat_tops_end(model, model->poll.full && totals->complete && !totals->partial);
	if (model->poll.full && totals->complete && !totals->partial) {
		sweep(model);
		if (!model->ready)
			skstat_namespaces_ledger_begin(&model->namespaces);
		model->ready = true;
	}
	skstat_views_expire(&model->views, model->poll.now_ns);
	model->open = false;
	skstat_model_tell(model, totals);
}

int skstat_model_mib(const struct skstat_mib *mib, void *arg)
{
	struct skstat_model *model = arg;

	return skstat_namespaces_mib(&model->namespaces, mib, &model->mib);
}

void skstat_model_beside(struct skstat_model *model, uint64_t bytes)
{
	model->room.held += bytes - model->beside;
	model->beside = bytes;
}

bool skstat_model_ready(const struct skstat_model *model)
{
	return model->ready;
}
