/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The HTTP server, by libmicrohttpd: landing page, metrics, health, and on unix sockets the API.
 *
 *   GET /                 what this is, with links
 *   GET <telemetry path>  the snapshot, in the format that is accepted most gladly, gzip if it is accepted; a part of
 *                         it with collect[]=METRIC|PATTERN|COLLECTOR and view=VIEW, as often as wanted (select.h)
 *   GET /-/healthy        200 as long as the process serves
 *   GET /-/ready          200 after the first full walk while the snapshot is fresh, else 503 and why
 *   POST /-/reload        the configuration is read again: 200, or 400 and what is wrong with it; 403 where that is
 *                         not served, 503 while another is at it
 *   GET /api/v1/...       JSON, docs/API.md; unix sockets only:
 *     sockets, listeners  a dump of its own, streamed, with the kernel's filters as parameters
 *     events              the journal's events as they come, as server-sent events
 *     ledger, status      out of the snapshot
 *
 * Over TCP, --web.config.file may want TLS, clients' certificates and passwords (401 without one that is right).
 *
 * HEAD works wherever GET does; another method is 405, another path 404. The Host header must be a literal address,
 * localhost, or one of the names given (421), but for unix sockets, which no web page can reach; a cross-site request
 * (Sec-Fetch-Site; of a POST, Origin) is refused (403).
 *
 * The dumps' parameters are those of skstat_option_table, as ?states=established&dport=443&sport=8000-8999, one of
 * several values as often as wanted, and `raw` (skstat_sample_json()). It answers
 *
 *   {"sockets":[{...},{...}],"namespaces":[{...}],"totals":{...}}
 *
 * with "error":"why" in place of the totals when the dump broke off; or {"error":"why"} with 400 (the request's fault)
 * or 503 (not now, or not from this source). It reads the kernel as fast as its client reads it, and ends with its
 * client.
 */
#ifndef SKSTAT_SERVE_HTTP_H
#define SKSTAT_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "self/self.h"
#include "snapshot/snapshot.h"
#include "source/source.h"
#include "web_settings.h"

struct skstat_http;
struct skstat_feed;
struct skstat_lifecycle;

struct skstat_http_listener {
	int fd;	    /* listening; owned by the server from a successful start on */
	bool local; /* a unix socket: the API is served */
};

struct skstat_http_config {
	const struct skstat_http_listener *listener;
	size_t listeners;
	const char *const *host; /* names to be called by beside localhost; any case, without port */
	size_t hosts;
	const char *telemetry_path; /* "/metrics" */
	const char *version;
	/*
	 * Where the API gets its sockets: a source of its own for each request. NULL and `error` set: not now. Called
	 * from threads of the server, up to four at once. NULL: there is no API.
	 */
	struct skstat_source *(*open_source)(void *arg, struct skstat_error *error);
	void *open_arg;
	struct skstat_feed *feed; /* where events come from; NULL: they are not served */
	unsigned int connections; /* of each listener; 0: 1024 */
	unsigned int timeout_s; /* without a byte in either direction; 0: 30 */
	uint64_t requests;	/* a second, over TCP, all listeners together: 429 above; 0: as many as come */
	const struct skstat_web_reader *web; /* --web.config.file, for TCP listeners; NULL: there is none */
	struct skstat_lifecycle *lifecycle; /* who reads the configuration again; NULL: that is not served */
};

/*
 * Starts its threads, in which every signal is blocked. NULL and `error`; the listeners are then the caller's still.
 * The strings, what reads the web file, the store and self must outlive it.
 */
struct skstat_http *skstat_http_start(const struct skstat_http_config *config, struct skstat_store *store,
				      struct skstat_self *self, struct skstat_error *error);

/* Ends all requests and threads, closes the listeners. NULL is fine. */
void skstat_http_stop(struct skstat_http *http);

#endif
