// SPDX-License-Identifier: GPL-2.0
/* What the model has made of a poll, as figures of the exporter's own. */
#include <string.h>

#include "inside.h"

static size_t model_bytes(const struct skstat_model *model)
{
	return sizeof(*model) + skstat_table_bytes(&model->table) + skstat_views_bytes(&model->views) +
	       skstat_tops_bytes(&model->tops) +
	       skstat_listeners_bytes(&model->listeners) + skstat_newcomers_bytes(&model->newcomers) +
	       skstat_namespaces_bytes(&model->namespaces) + skstat_tombstones_bytes(&model->tombstones) +
	       skstat_asides_bytes(&model->asides) + skstat_cells_bytes(&model->cells) +
	       skstat_cells_bytes(&model->measured);
}

static void memory_tell(struct skstat_model *model)
{
	const size_t bytes = model_bytes(model);
	const uint64_t refused = model->room.refusals - model->room.before;

	skstat_room_settle(&model->room, bytes + model->beside);
	skstat_self_set(model->self, model_bytes, bytes);
	skstat_self_set(model->self, memory_held, bytes + model->beside);
	skstat_self_set(model->self, memory_folding, model->room.folding);
	skstat_self_add(model->self, memory_refusals, refused);
}

static void events_tell(struct skstat_self *self, const struct skstat_model_counts *count)
{
	skstat_self_add(self, events_opened, count->opened);
	skstat_self_add(self, events_failed, count->failed);
	skstat_self_add(self, events_closed, count->closed);
	skstat_self_add(self, events_listen_started, count->started);
	skstat_self_add(self, events_listen_stopped, count->stopped);
	skstat_self_add(self, closes_known, count->close_known);
	skstat_self_add(self, closes_unseen, count->close_unseen);
	skstat_self_add(self, closes_older, count->close_older);
	skstat_self_add(self, closes_baseline, count->close_baseline);
	skstat_self_add(self, closes_late, count->close_late);
}

/* Once a poll: an atomic addition for each record would cost more than the rest. */
void skstat_model_tell(struct skstat_model *model, const struct skstat_totals *totals)
{
	struct skstat_model_counts *count = &model->count;
	struct skstat_self *self = model->self;

	skstat_self_add(self, records_received, count->full_ipv4 + count->full_ipv6 + count->listen + count->timewait +
							count->request + count->netns);
	skstat_self_add(self, records_unknown, totals->skipped);
	skstat_self_add(self, records_full_ipv4, count->full_ipv4);
	skstat_self_add(self, records_full_ipv6, count->full_ipv6);
	skstat_self_add(self, records_listen, count->listen);
	skstat_self_add(self, records_timewait, count->timewait);
	skstat_self_add(self, records_request, count->request);
	skstat_self_add(self, records_netns, count->netns);
	skstat_self_add(self, model_updated, count->updated);
	skstat_self_add(self, model_new, count->fresh);
	skstat_self_add(self, model_baseline, count->baseline);
	skstat_self_add(self, model_duplicate, count->duplicate);
	skstat_self_add(self, model_generations, count->generations);
	skstat_self_add(self, model_removed, count->removed);
	skstat_self_add(self, model_buried, count->buried);
	skstat_self_add(self, model_announced, count->announced);
	skstat_self_add(self, model_unannounced, count->unannounced);
	skstat_self_add(self, gaps, count->gaps);
	skstat_self_set(self, model_tracked, model->tracked);
	memory_tell(model);
	events_tell(self, count);
	skstat_self_set(self, model_tombstones, skstat_tombstones_count(&model->tombstones));
	memset(count, 0, sizeof(*count));
}
