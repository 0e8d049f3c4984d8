// SPDX-License-Identifier: GPL-2.0
/* The thread: from the queue to the chunk. What there is goes out when nothing more is there, or when it is enough. */
#include <string.h>

#include "outlet.h"

#define CHUNK_BYTES (64 * 1024)

/* The record that was just appended. */
static void record_add(struct skstat_outlet *outlet)
{
	struct skstat_chunk *chunk = &outlet->chunk;
	size_t room;

	if (!skstat_chunk_add(chunk)) {
		skstat_outlet_drop(outlet, SKSTAT_DROP_MEMORY, 1);
		return;
	}
	if (!outlet->sink.kind->room) {
		if (chunk->text.length >= CHUNK_BYTES || chunk->records == SKSTAT_CHUNK_RECORDS)
			skstat_outlet_send(outlet, chunk->records);
		return;
	}
	room = outlet->open ? outlet->sink.kind->room(&outlet->sink) : 0;
	/* Those before it go, which fit together. */
	if (chunk->records > 1 && (chunk->text.length > room || chunk->records == SKSTAT_CHUNK_RECORDS))
		skstat_outlet_send(outlet, chunk->records - 1);
	if (chunk->records == 1 && chunk->text.length > SKSTAT_DATAGRAM_MAX) {
		skstat_outlet_drop(outlet, SKSTAT_DROP_TOO_LONG, 1);
		skstat_chunk_remove(chunk, 1);
	}
}

static void run_take(struct skstat_outlet *outlet, const struct skstat_batch_run *batch)
{
	struct skstat_heading heading = {
		.stream = outlet->config->name,
		.number = batch->number,
		.poll = (enum skstat_batch_poll)batch->poll,
		.hz = outlet->schema.hz,
	};
	const struct skstat_sample *sample;
	struct skstat_run_reader *reader = &outlet->reader;

	/* It is of the collector's own making. */
	if (skstat_run_open(reader, &batch->run, batch->item.length - offsetof(struct skstat_batch_run, run)))
		return;
	skstat_layout_make(&outlet->layout, &reader->sample, &outlet->schema);
	for (; (sample = skstat_run_next(reader)); heading.number++) {
		heading.time_ns = batch->wall_ns;
		if (sample->size[SKSTAT_GROUP_EVENT] && sample->event.event_time)
			heading.time_ns = sample->event.event_time + (uint64_t)batch->offset_ns;
		outlet->encoding->record(&outlet->chunk.text, &outlet->layout, &heading, sample);
		record_add(outlet);
	}
}

static void lost_take(struct skstat_outlet *outlet, const struct skstat_batch_lost *lost)
{
	const struct skstat_heading heading = {
		.stream = outlet->config->name,
		.number = lost->number,
		.time_ns = lost->wall_ns,
		.poll = SKSTAT_BATCH_JOURNAL,
		.hz = outlet->schema.hz,
	};

	outlet->encoding->lost(&outlet->chunk.text, &heading, lost);
	record_add(outlet);
}

static void item_take(struct skstat_outlet *outlet, const struct skstat_queue_item *item)
{
	switch (item->what) {
	case SKSTAT_BATCH_SCHEMA:
		memcpy(&outlet->schema, item, sizeof(outlet->schema));
		skstat_layout_forget(&outlet->layout);
		break;
	case SKSTAT_BATCH_RUN:
		run_take(outlet, (const void *)item);
		break;
	default:
		lost_take(outlet, (const void *)item);
	}
}

void *skstat_outlet_thread(void *arg)
{
	struct skstat_outlet *outlet = arg;

	for (;;) {
		/* In this order: what was put before it was told to end is in the queue. */
		bool stopping = atomic_load(&outlet->control.stopping);
		const struct skstat_queue_item *item = skstat_queue_front(&outlet->queue);

		if (item) {
			item_take(outlet, item);
			skstat_queue_pop(&outlet->queue);
			continue;
		}
		if (outlet->chunk.records) {
			skstat_outlet_send(outlet, outlet->chunk.records);
			/* It may have taken its time, and slept through a wake-up. */
			continue;
		}
		if (stopping)
			break;
		if (atomic_exchange(&outlet->control.reopen, false))
			skstat_outlet_close(outlet);
		else
			skstat_control_idle(&outlet->control);
	}
	skstat_outlet_close(outlet);
	return NULL;
}
