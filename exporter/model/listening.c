// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "address.h"
#include "direction.h"
#include "listening.h"
#include "socket.h"

/* A listener has its group at once: its direction and its port are no question. */
static void listening_begin(struct skstat_model *model, struct skstat_entry *entry,
			    const struct skstat_identity *identity, bool ipv4, struct skstat_listener *listener)
{
	struct skstat_view_key key;

	entry->kind = SKSTAT_KIND_LISTEN;
	entry->listener = listener;
	entry->tuple = skstat_address_tuple(identity, ipv4);
	skstat_direction_key(model, SKSTAT_DIRECTION_IN, identity->sport, identity->dport, ipv4, &key);
	skstat_socket_join(model, entry, skstat_view_admit(&model->view, &key, model->poll.now_ns));
}

int skstat_listening_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4)
{
	struct skstat_listener *listener = skstat_listener_open(&model->listeners, &sample->identity);
	struct skstat_difference difference = { 0 };
	struct skstat_entry *entry;

	if (!listener)
		return -ENOMEM;
	entry = skstat_table_insert(&model->table, sample->identity.cookie);
	if (!entry) {
		skstat_listener_close(&model->listeners, listener);
		return -ENOMEM;
	}
	/* From 0, if it is known that it began after the last look; else from where it is. */
	if (model->ready && skstat_plan_fits(&model->plan, sample))
		skstat_difference_listen(&model->plan, &entry->values, sample, &difference);
	skstat_entry_begin(&model->plan, entry, sample);
	listening_begin(model, entry, &sample->identity, ipv4, listener);
	skstat_group_count(entry->group, &difference, model->poll.now_ns);
	skstat_entry_stamp(entry, model->number, sample);
	return 0;
}

int skstat_listening_update(struct skstat_model *model, struct skstat_entry *entry,
			    const struct skstat_sample *sample, bool ipv4)
{
	bool connected = entry->kind == SKSTAT_KIND_FULL;
	/* It was connected, or listened elsewhere, and listens here now. */
	bool other = connected || entry->tuple != skstat_address_tuple(&sample->identity, ipv4);
	struct skstat_listener *listener = other ? skstat_listener_open(&model->listeners, &sample->identity) : NULL;
	struct skstat_difference difference = { 0 };

	if (other && !listener)
		return -ENOMEM;
	if (other)
		skstat_socket_leave(model, entry);
	if (skstat_entry_next(&model->plan, entry, sample)) {
		skstat_difference_listen(&model->plan, &entry->values, sample, &difference);
		skstat_gauges_take(&model->plan, &entry->values, sample, other ? NULL : entry->group->gauge);
	}
	/* After the module was loaded anew. */
	if (!other && entry->listener->key.netns != sample->identity.netns)
		skstat_listener_rename(&model->listeners, entry->listener, sample->identity.netns);
	if (other)
		listening_begin(model, entry, &sample->identity, ipv4, listener);
	if (connected) {
		model->count.removed++;
		model->tracked--;
	}
	skstat_group_count(entry->group, &difference, model->poll.now_ns);
	skstat_entry_stamp(entry, model->number, sample);
	return 0;
}
