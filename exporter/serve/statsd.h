/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The statsd sender: a thread that renders the latest snapshot once an interval and sends its datagrams over UDP or to
 * a unix socket, spread over that interval, by sendmmsg. It never waits for the receiver; what could not be sent is
 * counted: datagrams made = sent + error (the network or the receiver refused) + dropped (no room, no memory).
 *
 * The first snapshot is taken when it comes, and only tells where counters start; the interval runs from then. A
 * snapshot that was sent before (the poll interval is longer than statsd's) gives its gauges again, for servers may
 * forget a gauge that is not repeated, and no counters, for they did not grow. A stale one gives no gauges.
 *
 * While the receiver is known to be away (a unix socket that nobody has; a port that answered that nobody listens)
 * nothing is rendered: what counters have grown goes when it is back. It is tried again after 1, 2, 4, ... intervals,
 * up to a minute.
 */
#ifndef SKSTAT_SERVE_STATSD_H
#define SKSTAT_SERVE_STATSD_H

#include "render/statsd_format.h"
#include "self/self.h"
#include "snapshot/snapshot.h"
#include "source/message.h"

struct skstat_statsd;

#define SKSTAT_STATSD_DATAGRAM 4095 /* collectd's buffer: of a longer one the rest is lost there */

struct skstat_statsd_config {
	const char *address; /* "127.0.0.1:8125", "[::1]:8125", "host:8125" (IPv4 if it has both), "unix:/path" */
	const char *prefix;  /* "skstat" */
	uint64_t interval_ns;
	size_t datagram; /* bytes at most; 0: what gets to the receiver in one packet, up to SKSTAT_STATSD_DATAGRAM */
	enum skstat_statsd_dialect dialect;
	const char *names;	 /* a template, or SKSTAT_STATSD_XTCP; NULL: the usual one */
	uint32_t rate;		 /* of lines of counters, in SKSTAT_STATSD_RATE; 0: all */
	const char *const *view; /* names of views: their series alone; must outlive the sender */
	size_t views;		 /* 0: everything */
};

/*
 * NULL and `error`: an address that is none, a name that does not resolve. A host that cannot be reached is no failure:
 * it is tried again with every flush. The name is resolved here, once, which may block. Every signal is blocked in the
 * thread. The store and self must outlive it, the strings need not.
 */
struct skstat_statsd *skstat_statsd_start(const struct skstat_statsd_config *config, struct skstat_store *store,
					  struct skstat_self *self, struct skstat_error *error);

/* Sends what the last snapshot still has, without spreading, and ends the thread. NULL is fine. */
void skstat_statsd_stop(struct skstat_statsd *statsd);

#endif
