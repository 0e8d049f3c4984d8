// SPDX-License-Identifier: GPL-2.0
#include "socket.h"

void skstat_socket_join(struct skstat_model *model, struct skstat_entry *entry, struct skstat_view_group *group)
{
	if (entry->kind == SKSTAT_KIND_FULL)
		group->connections++;
	else
		group->listeners++;
	skstat_view_fold(&model->view, group);
	skstat_gauges_add(&entry->values, entry->kind, group->gauge, 1);
	group->changed_ns = model->poll.now_ns;
	entry->group = group;
}

void skstat_socket_leave(struct skstat_model *model, struct skstat_entry *entry)
{
	struct skstat_view_group *group = entry->group;

	if (group) {
		if (entry->kind == SKSTAT_KIND_FULL)
			group->connections--;
		else
			group->listeners--;
		skstat_gauges_add(&entry->values, entry->kind, group->gauge, -1);
		group->changed_ns = model->poll.now_ns;
	}
	if (entry->listener && entry->kind == SKSTAT_KIND_FULL)
		skstat_listener_release(&model->listeners, entry->listener);
	else if (entry->listener)
		skstat_listener_close(&model->listeners, entry->listener);
	entry->group = NULL;
	entry->listener = NULL;
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
