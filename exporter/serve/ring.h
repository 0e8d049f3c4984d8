/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes on their way from a thread to a request of libmicrohttpd. While the ring is full the thread waits; while there
 * is little in it the request is suspended. Only the HTTP server includes this.
 */
#ifndef SKSTAT_SERVE_RING_H
#define SKSTAT_SERVE_RING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <microhttpd.h>

#include "source/message.h"

#define SKSTAT_RING_BYTES (64 * 1024)

struct skstat_ring {
	struct MHD_Connection *connection;
	pthread_mutex_t lock;	   /* of all below */
	pthread_cond_t room;	   /* there is some, or nobody will read */
	bool suspended;		   /* the request is: who clears this resumes it */
	bool abandoned;		   /* nobody will read */
	bool ended;		   /* nothing more will be written */
	bool begun;		   /* something was */
	bool pushed;		   /* what is in it is to be read now, however little it is */
	struct skstat_error error; /* how the writer ended */
	size_t first, used;
	char data[SKSTAT_RING_BYTES];
};

/* `ring` is zeroed. The request must be one of a daemon that may suspend. */
void skstat_ring_init(struct skstat_ring *ring, struct MHD_Connection *connection);
void skstat_ring_destroy(struct skstat_ring *ring);

/* The thread: waits until all is in the ring. False: nobody will read it. */
bool skstat_ring_write(struct skstat_ring *ring, const void *data, size_t length);

/* The thread: more may be long in coming: what was written is to go out. */
void skstat_ring_push(struct skstat_ring *ring);

/* The thread: no more is to come; `error` matters if nothing was written. */
void skstat_ring_end(struct skstat_ring *ring, const struct skstat_error *error);

/*
 * The request, before its reply: whether it can be told how the writer began. If not, the request was suspended and
 * will be called again. error->err: 0, there is a reply to be read; -ESHUTDOWN, it was abandoned; else why there is
 * none.
 */
bool skstat_ring_begun(struct skstat_ring *ring, struct skstat_error *error);

/* The reply's body: a MHD_ContentReaderCallback. */
ssize_t skstat_ring_read(void *ring, uint64_t position, char *data, size_t room);

/* Anybody: nobody will read. Wakes both sides. */
void skstat_ring_abandon(struct skstat_ring *ring);

#endif
