/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A dump of sockets for one client of the API: a thread reads a source of its own and writes JSON into a ring, which
 * the request reads. Only the HTTP server includes this.
 */
#ifndef SKSTAT_SERVE_STREAM_H
#define SKSTAT_SERVE_STREAM_H

#include <microhttpd.h>

#include "request.h"
#include "ring.h"
#include "source/option.h"

struct skstat_stream;

/*
 * Starts one for a request. Takes `options` (from malloc()), also when it fails. NULL and `error`: -EBUSY, there are
 * SKSTAT_STREAMS already; -ESHUTDOWN; -ENOMEM and what pthread_create() says. To be abandoned.
 */
struct skstat_stream *skstat_stream_start(struct skstat_http *http, struct MHD_Connection *connection,
					  struct skstat_options *options, bool raw, struct skstat_error *error);

/* Where its JSON comes out. */
struct skstat_ring *skstat_stream_ring(struct skstat_stream *stream);

/* The request is over: the dump ends at its next record. NULL is fine. */
void skstat_stream_abandon(struct skstat_stream *stream);

/* Ends all dumps and wakes their requests; from then on none starts. */
void skstat_streams_stop(struct skstat_http *http);

/* Waits until no thread of a dump is left. */
void skstat_streams_wait(struct skstat_http *http);

#endif
