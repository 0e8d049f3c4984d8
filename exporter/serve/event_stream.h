/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal's events for one client of the API, as server-sent events, until it goes. Only the HTTP server includes
 * this.
 */
#ifndef SKSTAT_SERVE_EVENT_STREAM_H
#define SKSTAT_SERVE_EVENT_STREAM_H

#include "source/option.h"
#include "stream.h"

struct skstat_event_order {
	struct skstat_http *http;	/* with a feed */
	struct skstat_options *options; /* which events; from malloc(); the stream's then, also when it fails */
	bool raw;
};

/* Listens from now on. NULL and `error`: -EBUSY, -ENOMEM. */
struct skstat_stream_job *skstat_event_stream_new(const struct skstat_event_order *order, struct skstat_error *error);

#endif
