// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"

int skstat_queue_init(struct skstat_queue *queue, size_t size)
{
	queue->size = size / 8 * 8;
	queue->data = malloc(queue->size);
	atomic_init(&queue->put, 0);
	atomic_init(&queue->taken, 0);
	return queue->data ? 0 : -ENOMEM;
}

void skstat_queue_free(struct skstat_queue *queue)
{
	free(queue->data);
	queue->data = NULL;
}

size_t skstat_queue_used(const struct skstat_queue *queue)
{
	/* In this order: what is taken was put before. */
	uint64_t taken = atomic_load_explicit(&queue->taken, memory_order_acquire);

	return (size_t)(atomic_load_explicit(&queue->put, memory_order_acquire) - taken);
}

/* --- the thread that writes */

static size_t place_of(const struct skstat_queue *queue)
{
	return (size_t)(atomic_load_explicit(&queue->put, memory_order_relaxed) % queue->size);
}

size_t skstat_queue_space(const struct skstat_queue *queue)
{
	size_t free_bytes = queue->size - skstat_queue_used(queue), end = queue->size - place_of(queue);

	return free_bytes < end ? free_bytes : end;
}

void *skstat_queue_room(struct skstat_queue *queue, size_t length)
{
	size_t end = queue->size - place_of(queue);

	if (length > skstat_queue_space(queue)) {
		struct skstat_queue_item *filler = (void *)(queue->data + place_of(queue));

		/* It may fit at the beginning, if what is left at the end is left out. */
		if (length <= end || end + length > queue->size - skstat_queue_used(queue))
			return NULL;
		filler->length = (uint32_t)end;
		filler->what = SKSTAT_QUEUE_FILLER;
		skstat_queue_push(queue, end);
	}
	return queue->data + place_of(queue);
}

void skstat_queue_push(struct skstat_queue *queue, size_t length)
{
	atomic_fetch_add_explicit(&queue->put, length, memory_order_release);
}

/* --- the thread that reads */

const struct skstat_queue_item *skstat_queue_front(struct skstat_queue *queue)
{
	const struct skstat_queue_item *item;

	for (;;) {
		if (!skstat_queue_used(queue))
			return NULL;
		item = (const void *)(queue->data +
				      atomic_load_explicit(&queue->taken, memory_order_relaxed) % queue->size);
		if (item->what != SKSTAT_QUEUE_FILLER)
			return item;
		atomic_fetch_add_explicit(&queue->taken, item->length, memory_order_release);
	}
}

void skstat_queue_pop(struct skstat_queue *queue)
{
	const struct skstat_queue_item *item = skstat_queue_front(queue);

	if (item)
		atomic_fetch_add_explicit(&queue->taken, item->length, memory_order_release);
}
