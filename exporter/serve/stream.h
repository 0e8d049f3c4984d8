/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reply that is made by a thread of its own while it is read: the thread writes into a ring, which the request reads.
 * Only the HTTP server includes this.
 */
#ifndef SKSTAT_SERVE_STREAM_H
#define SKSTAT_SERVE_STREAM_H

#include <microhttpd.h>

#include "request.h"
#include "ring.h"

/* What the thread does; the first member of its owner's structure. */
struct skstat_stream_job {
	const char *type; /* the reply's Content-Type */
	bool endless;	  /* it goes on until its client goes: these have places of their own */
	/* Writes into the ring until all is said or nobody reads. `error` is the reply, if nothing was written. */
	void (*run)(struct skstat_stream_job *job, struct skstat_ring *ring, struct skstat_error *error);
	/* Nobody reads any more: what `run` waits for, beside the ring, is to end. NULL: it waits for nothing. */
	void (*wake)(struct skstat_stream_job *job);
	void (*free)(struct skstat_stream_job *job);
};

struct skstat_stream;

/*
 * Starts one for a request. Takes the job, also when it fails. NULL and `error`: -EBUSY, there are as many of its sort
 * as there may be; -ESHUTDOWN; -ENOMEM and what pthread_create() says. To be abandoned.
 */
struct skstat_stream *skstat_stream_start(struct skstat_http *http, struct MHD_Connection *connection,
					  struct skstat_stream_job *job, struct skstat_error *error);

/* Where its reply comes out, and of which type it is. */
struct skstat_ring *skstat_stream_ring(struct skstat_stream *stream);
const char *skstat_stream_type(const struct skstat_stream *stream);

/* The request is over: the thread ends at its next write. NULL is fine. */
void skstat_stream_abandon(struct skstat_stream *stream);

/* Ends all streams and wakes their requests; from then on none starts. */
void skstat_streams_stop(struct skstat_http *http);

/* Waits until no thread of a stream is left. */
void skstat_streams_wait(struct skstat_http *http);

#endif
