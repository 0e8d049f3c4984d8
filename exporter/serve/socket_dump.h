/* SPDX-License-Identifier: GPL-2.0 */
/* A dump of sockets for one client of the API, as JSON (http.h). Only the HTTP server includes this. */
#ifndef SKSTAT_SERVE_SOCKET_DUMP_H
#define SKSTAT_SERVE_SOCKET_DUMP_H

#include "source/option.h"
#include "stream.h"

struct skstat_socket_dump_order {
	struct skstat_http *http;
	const char *name;		/* of the array: "sockets" */
	struct skstat_options *options; /* from malloc(); the dump's then, also when it fails */
	bool raw;
};

/* NULL: no memory. */
struct skstat_stream_job *skstat_socket_dump_new(const struct skstat_socket_dump_order *order);

#endif
