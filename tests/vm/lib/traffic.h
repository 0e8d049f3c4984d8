/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Short connections over loopback, one after the other, by processes beside the test: each is opened, used, and aborted
 * by its client. When one is counted, all that the journal tells of it has been written.
 */
#ifndef SKSTAT_TEST_TRAFFIC_H
#define SKSTAT_TEST_TRAFFIC_H

#include <stddef.h>
#include <stdint.h>

#include "worker.h"

#define TRAFFIC_WORKERS 4 /* at most */

/* What the journal tells of a connection: both sides open, both close; and of a worker's listener: it starts, it stops. */
#define TRAFFIC_EVENTS 4

struct traffic {
	struct crew *crew;
	size_t workers;
	int listener[TRAFFIC_WORKERS];
};

/* Listens, once for each worker; nobody connects yet. */
void traffic_prepare(struct traffic *traffic, size_t workers);

/* They connect, until traffic_stop(). */
void traffic_start(struct traffic *traffic);

/* Both. */
void traffic_run(struct traffic *traffic, size_t workers);

/* So many connections, by the test itself: needs no more than traffic_prepare(). */
void traffic_once(struct traffic *traffic, size_t connections);

/* Waits for `more` connections more of each worker; fails the test if one complained. */
void traffic_await(struct traffic *traffic, uint64_t more);

/* Ends it, and closes the listeners; how many connections the workers made. */
uint64_t traffic_stop(struct traffic *traffic);

/* The same when a test has failed, or not: kills what still runs. */
void traffic_clear(struct traffic *traffic);

#endif
