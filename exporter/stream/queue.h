/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Items of bytes from one thread to another, in memory of a fixed size. Neither waits for the other: an item that does
 * not fit is not put, and it is for the writer to say so. Items lie in one piece and on 8 bytes.
 */
#ifndef SKSTAT_STREAM_QUEUE_H
#define SKSTAT_STREAM_QUEUE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* What an item begins with. */
struct skstat_queue_item {
	uint32_t length; /* with this, a multiple of 8 */
	uint32_t what;	 /* the user's; not SKSTAT_QUEUE_FILLER */
};

#define SKSTAT_QUEUE_FILLER UINT32_MAX

struct skstat_queue {
	char *data;
	size_t size;		  /* a multiple of 8 */
	_Atomic uint64_t put;	  /* bytes, since the beginning */
	_Atomic uint64_t taken;	  /* likewise */
};

/* 0 or -ENOMEM. Memory is the system's to give when it is written to. */
int skstat_queue_init(struct skstat_queue *queue, size_t size);
void skstat_queue_free(struct skstat_queue *queue);

/* From any thread: bytes in it. */
size_t skstat_queue_used(const struct skstat_queue *queue);

/* --- the thread that writes */

/* A place for an item of so many bytes, on which nobody looks yet; NULL: there is none. */
void *skstat_queue_room(struct skstat_queue *queue, size_t length);

/* How long an item may become at the place that skstat_queue_room() gave. */
size_t skstat_queue_space(const struct skstat_queue *queue);

/* The item there is whole. */
void skstat_queue_push(struct skstat_queue *queue, size_t length);

/* --- the thread that reads */

/* The oldest item, until it is popped; NULL: there is none. */
const struct skstat_queue_item *skstat_queue_front(struct skstat_queue *queue);
void skstat_queue_pop(struct skstat_queue *queue);

#endif
