// SPDX-License-Identifier: GPL-2.0
/* The collector's side: a record costs its bytes' copying, and a batch of them a few words and a wake-up. */
#include <string.h>

#include "outlet.h"

#define BATCH_MAX (64 * 1024) /* bytes, unless one record is longer */

static void run_push(struct skstat_outlet *outlet)
{
	if (!outlet->run)
		return;
	skstat_queue_push(&outlet->queue, outlet->run->item.length);
	outlet->run = NULL;
	skstat_control_wake(&outlet->control);
}

void skstat_outlet_flush(struct skstat_outlet *outlet)
{
	run_push(outlet);
}

/* Whether another such record may follow those of the run. */
static bool run_takes(const struct skstat_outlet *outlet, const struct skstat_picture *picture)
{
	const struct skstat_batch_run *run = outlet->run;
	size_t length;

	if (!run || run->run.kind != (uint16_t)picture->shape->kind || run->run.groups != picture->shape->groups ||
	    run->wall_ns != picture->wall_ns || run->poll != (uint32_t)picture->poll ||
	    memcmp(run->run.size, picture->shape->size, sizeof(run->run.size)) != 0)
		return false;
	length = run->item.length + picture->length;
	return length <= BATCH_MAX && length <= skstat_queue_space(&outlet->queue);
}

static bool schema_tell(struct skstat_outlet *outlet, const struct skstat_batch_schema *schema)
{
	void *room = outlet->told ? NULL : skstat_queue_room(&outlet->queue, sizeof(*schema));

	if (!room)
		return outlet->told;
	memcpy(room, schema, sizeof(*schema));
	skstat_queue_push(&outlet->queue, sizeof(*schema));
	outlet->told = true;
	return true;
}

static bool run_begin(struct skstat_outlet *outlet, const struct skstat_picture *picture,
		      const struct skstat_batch_schema *schema)
{
	struct skstat_batch_run *run;

	run_push(outlet);
	if (!schema_tell(outlet, schema))
		return false;
	run = skstat_queue_room(&outlet->queue, sizeof(*run) + picture->length);
	if (!run)
		return false;
	*run = (struct skstat_batch_run){
		.item = { .length = sizeof(*run), .what = SKSTAT_BATCH_RUN },
		.number = outlet->number,
		.wall_ns = picture->wall_ns,
		.offset_ns = picture->offset_ns,
		.poll = picture->poll,
		.run = { .kind = (uint16_t)picture->shape->kind, .stride = (uint16_t)picture->length,
			 .groups = picture->shape->groups },
	};
	memcpy(run->run.size, picture->shape->size, sizeof(run->run.size));
	outlet->run = run;
	return true;
}

static void drop(struct skstat_outlet *outlet)
{
	bool up = atomic_load_explicit(&outlet->count.up, memory_order_relaxed);

	skstat_outlet_drop(outlet, up ? SKSTAT_DROP_SLOW : SKSTAT_DROP_AWAY, 1);
}

/* Every record has a number, also one that is dropped: who reads sees that it is missing. */
static void number(struct skstat_outlet *outlet)
{
	outlet->number++;
	atomic_fetch_add_explicit(&outlet->count.records, 1, memory_order_relaxed);
}

void skstat_outlet_put(struct skstat_outlet *outlet, const struct skstat_picture *picture, const unsigned char *data,
		       const struct skstat_batch_schema *schema)
{
	struct skstat_batch_run *run;
	unsigned char *to;

	number(outlet);
	if (!run_takes(outlet, picture) && !run_begin(outlet, picture, schema)) {
		drop(outlet);
		return;
	}
	run = outlet->run;
	to = (unsigned char *)run + run->item.length;
	for (unsigned int i = 0; i < picture->pieces; i++) {
		memcpy(to, data + picture->piece[i].from, picture->piece[i].length);
		to += picture->piece[i].length;
	}
	run->item.length += (uint32_t)picture->length;
	run->run.count++;
}

void skstat_outlet_lost(struct skstat_outlet *outlet, uint64_t wall_ns, uint64_t events, bool more)
{
	struct skstat_batch_lost *lost;

	run_push(outlet);
	number(outlet);
	lost = skstat_queue_room(&outlet->queue, sizeof(*lost));
	if (!lost) {
		drop(outlet);
		return;
	}
	*lost = (struct skstat_batch_lost){
		.item = { .length = sizeof(*lost), .what = SKSTAT_BATCH_LOST },
		.number = outlet->number,
		.wall_ns = wall_ns,
		.events = events,
		.more = more,
	};
	skstat_queue_push(&outlet->queue, sizeof(*lost));
	skstat_control_wake(&outlet->control);
}
