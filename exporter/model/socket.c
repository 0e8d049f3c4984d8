// SPDX-License-Identifier: GPL-2.0
#include "comm.h"
#include "placement.h"
#include "socket.h"

static void group_enter(struct skstat_model *model, const struct skstat_entry *entry, struct skstat_view_group *group)
{
	if (entry->kind == SKSTAT_KIND_FULL)
		group->connections++;
	else
		group->listeners++;
	skstat_gauges_add(&entry->values, entry->kind, group->gauge, 1);
	group->changed_ns = model->poll.now_ns;
}

static void group_exit(struct skstat_model *model, const struct skstat_entry *entry, struct skstat_view_group *group)
{
	if (entry->kind == SKSTAT_KIND_FULL)
		group->connections--;
	else
		group->listeners--;
	skstat_gauges_add(&entry->values, entry->kind, group->gauge, -1);
	group->changed_ns = model->poll.now_ns;
}

void skstat_socket_join(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_facts *facts,
			const struct skstat_service *service, const struct skstat_name *comm, uint64_t inode)
{
	struct skstat_subject subject;
	struct skstat_name chosen;

	skstat_comm_choose(model, comm, inode, &chosen);
	skstat_subject_make(model, facts, service, &chosen, &subject);
	entry->membership = skstat_placement_find(model, &subject, NULL);
	entry->direction = service->direction;
	entry->ephemeral = service->ephemeral;
	skstat_membership_hold(entry->membership);
	for (size_t i = 0; i < entry->membership->count; i++) {
		skstat_view_fold(entry->membership->group[i]);
		group_enter(model, entry, entry->membership->group[i]);
	}
	if (subject.unnamed)
		entry->flags |= SKSTAT_ENTRY_LOOK;
}

void skstat_socket_leave(struct skstat_model *model, struct skstat_entry *entry)
{
	struct skstat_membership *membership = entry->membership;

	if (entry->flags & SKSTAT_ENTRY_TOP)
		skstat_tops_forget(model, entry->cookie);
	entry->flags &= (uint8_t)~SKSTAT_ENTRY_TOP;
	for (size_t i = 0; membership && i < membership->count; i++)
		group_exit(model, entry, membership->group[i]);
	if (membership)
		skstat_membership_release(membership);
	if (entry->listener && entry->kind == SKSTAT_KIND_FULL)
		skstat_listener_release(&model->listeners, entry->listener);
	else if (entry->listener)
		skstat_listener_close(&model->listeners, entry->listener);
	entry->membership = NULL;
	entry->listener = NULL;
}

/* What it does not move out of, it stays in, without being told so. */
static void membership_change(struct skstat_model *model, struct skstat_entry *entry, struct skstat_membership *to)
{
	struct skstat_membership *from = entry->membership;

	for (size_t i = 0; i < from->count; i++)
		if (skstat_membership_group(to, from->group[i]->view) != from->group[i])
			group_exit(model, entry, from->group[i]);
	for (size_t i = 0; i < to->count; i++)
		if (skstat_membership_group(from, to->group[i]->view) != to->group[i]) {
			skstat_view_fold(to->group[i]);
			group_enter(model, entry, to->group[i]);
		}
	skstat_membership_hold(to);
	skstat_membership_release(from);
	entry->membership = to;
}

void skstat_socket_move(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample,
			bool ipv4)
{
	struct skstat_service service = { .direction = entry->direction, .ephemeral = entry->ephemeral };
	struct skstat_membership *membership;
	struct skstat_subject subject;
	struct skstat_facts facts;
	struct skstat_name comm;

	skstat_facts_take(model, sample, ipv4, &facts);
	service.port = service.direction == SKSTAT_DIRECTION_OUT ? facts.dport : facts.sport;
	skstat_comm_choose(model, &sample->owner.comm, sample->owner.inode, &comm);
	skstat_subject_make(model, &facts, &service, &comm, &subject);
	membership = skstat_placement_find(model, &subject, entry->membership);
	if (membership != entry->membership)
		membership_change(model, entry, membership);
	if (!subject.unnamed)
		entry->flags &= (uint8_t)~SKSTAT_ENTRY_LOOK;
}

void skstat_socket_remove(struct skstat_model *model, struct skstat_entry *entry)
{
	if (entry->kind == SKSTAT_KIND_FULL) {
		model->count.removed++;
		model->tracked--;
	}
	skstat_socket_leave(model, entry);
	skstat_table_remove(&model->table, entry);
}
