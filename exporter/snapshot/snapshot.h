/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the collector publishes and the servers read: an immutable set of families and when it was taken. Snapshots are
 * counted references, from any thread. What a server makes of one (text, compressed text) is kept with it, so that it
 * is made once.
 */
#ifndef SKSTAT_SNAPSHOT_H
#define SKSTAT_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/family.h"
#include "render/format.h"

struct skstat_body {
	void *data; /* from malloc(); NULL: not made */
	size_t length;
};

struct skstat_snapshot {
	atomic_uint references;
	uint64_t taken_ns;		  /* CLOCK_MONOTONIC, at the poll's end */
	uint64_t interval_ns;		  /* when the next one is due */
	uint64_t sequence;		  /* 1, 2, ...: of the store */
	bool ready;			  /* a complete full walk has been */
	struct skstat_families *families; /* owned */

	pthread_mutex_t lock;				    /* of body */
	struct skstat_body body[2][__SKSTAT_FORMAT_MAX][2]; /* by stale, format, gzip; owned */
};

/* Older than three intervals, and than a second: not to be trusted any more. */
bool skstat_snapshot_stale(const struct skstat_snapshot *snapshot, uint64_t now_ns);

/* One of the bodies, for who holds the lock; one that was made may be read without it. */
struct skstat_body *skstat_snapshot_body(struct skstat_snapshot *snapshot, bool stale, enum skstat_format format,
					 bool gzip);

/* NULL is fine. */
void skstat_snapshot_put(struct skstat_snapshot *snapshot);

/* Where the latest snapshot is. */
struct skstat_store;

/* NULL and errno: no memory, no descriptor. */
struct skstat_store *skstat_store_new(void);

/* Nobody may use the store any more; snapshots that were taken stay until they are put. NULL is fine. */
void skstat_store_free(struct skstat_store *store);

/* Takes `families`, also when it fails. 0 or -ENOMEM, which is also what a set that failed gets: it is not shown. */
int skstat_store_publish(struct skstat_store *store, struct skstat_families *families, uint64_t taken_ns,
			 uint64_t interval_ns, bool ready);

/* The latest one, to be put, or NULL before the first. */
struct skstat_snapshot *skstat_store_take(struct skstat_store *store);

/* A descriptor that is readable from the first snapshot on: to poll, neither to read nor to close. */
int skstat_store_fd(const struct skstat_store *store);

/* CLOCK_MONOTONIC in nanoseconds, the clock of taken_ns; and CLOCK_REALTIME. */
uint64_t skstat_now_ns(void);
uint64_t skstat_wall_ns(void);

#endif
