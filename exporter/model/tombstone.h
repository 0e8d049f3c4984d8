/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tombstones: cookies whose connection is over, for what is still on its way to the model may speak of it: an OPENED
 * that another CPU wrote, a record of a walk, or the next connection on the same socket. One goes at the end of the
 * first complete full walk that began after it was set. Pure; 48 bytes for each, and a place in a table.
 */
#ifndef SKSTAT_MODEL_TOMBSTONE_H
#define SKSTAT_MODEL_TOMBSTONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "difference.h"

struct skstat_tombstone {
	uint64_t cookie;
	uint64_t time_ns;    /* of the close; the latest, if there were several */
	struct skstat_survivors survivors;
	bool lifted;	     /* it is none any more */
	bool swept;	     /* no CLOSED came: walks did not bring it any more, at that time */
	bool merged;	     /* a CLOSED took what was counted, which may have been of one that closed before */
};

struct skstat_tombstones {
	struct skstat_tombstone *list; /* in the order in which they were set */
	size_t count, room, lifted;
	size_t before;	 /* of these, how many stood when the last full walk began */
	uint32_t *place; /* 1 << bits of them: index + 1, or 0 */
	unsigned int bits;
};

/* The tombstone of that cookie, good until the next one is set; or NULL. */
struct skstat_tombstone *skstat_tombstone_find(const struct skstat_tombstones *tombstones, uint64_t cookie);

/* The one that is there, or a new one, zeroed but for its cookie. NULL: no memory. */
struct skstat_tombstone *skstat_tombstone_set(struct skstat_tombstones *tombstones, uint64_t cookie);

/* Another connection has begun under the cookie. */
void skstat_tombstone_lift(struct skstat_tombstones *tombstones, struct skstat_tombstone *tombstone);

/* A full walk begins; one was complete. */
void skstat_tombstones_mark(struct skstat_tombstones *tombstones);
void skstat_tombstones_expire(struct skstat_tombstones *tombstones);

/* All zeros is an empty graveyard. */
void skstat_tombstones_free(struct skstat_tombstones *tombstones);

/* How many there are, and the memory that they take. */
size_t skstat_tombstones_count(const struct skstat_tombstones *tombstones);
size_t skstat_tombstones_bytes(const struct skstat_tombstones *tombstones);

#endif
