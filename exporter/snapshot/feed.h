/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events of the journal, from the collector to whoever listens: one ring for all, in which each listener has a
 * place of its own. The collector writes and never waits, neither for a lock nor for a listener. One who is too slow is
 * overtaken, and is told by how many events.
 *
 * While nobody listens, an event costs the collector a load, and there is no ring.
 */
#ifndef SKSTAT_SNAPSHOT_FEED_H
#define SKSTAT_SNAPSHOT_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "source/message.h"

#define SKSTAT_FEED_EVENTS 4096	/* in the ring: so far a listener may be behind */
#define SKSTAT_FEED_LISTENERS 4

struct skstat_feed;

/* NULL: no memory, no descriptors. */
struct skstat_feed *skstat_feed_new(void);

/* Nobody may use it any more. NULL is fine. */
void skstat_feed_free(struct skstat_feed *feed);

/* --- the collector's side; one thread. NULL is fine for each: there is no feed */

/* An event, as the journal brought it. `available` is the schema's: what of it there is. */
void skstat_feed_event(struct skstat_feed *feed, const struct skstat_sample *sample, const struct skstat_schema *schema,
		       uint32_t hz);

/* The journal itself lost so many, or (`fresh`) an unknown number. */
void skstat_feed_lost(struct skstat_feed *feed, uint64_t events, bool fresh);

/* All that was to be read has been: who listens is woken. */
void skstat_feed_flush(struct skstat_feed *feed);

/* --- a listener's side; from any thread, each listener from one */

struct skstat_feed_listener;

enum skstat_feed_kind {
	SKSTAT_FEED_NOTHING, /* there is none yet */
	SKSTAT_FEED_EVENT,
	SKSTAT_FEED_LOST,    /* by the journal: `lost` events, and a number that is not known if `fresh` */
	SKSTAT_FEED_DROPPED, /* by this listener: `lost` of what was in the ring */
};

struct skstat_feed_item {
	uint64_t number; /* of the event, 1, 2, ... since the exporter began to be listened to */
	uint64_t lost;
	bool fresh;
	uint32_t hz;
	bool available[SKSTAT_FIELDS_COUNT];
	struct skstat_sample sample;
};

/* Listens from now on. NULL and error: -EBUSY, there are SKSTAT_FEED_LISTENERS already; -ENOMEM. */
struct skstat_feed_listener *skstat_feed_listen(struct skstat_feed *feed, struct skstat_error *error);

/* Listens no more. NULL is fine. */
void skstat_feed_leave(struct skstat_feed_listener *listener);

/* What comes next; of an event all of *item is set, of the losses what belongs to them. */
enum skstat_feed_kind skstat_feed_next(struct skstat_feed_listener *listener, struct skstat_feed_item *item);

/* Waits until there may be something or skstat_feed_wake() was called; false: the time is over. */
bool skstat_feed_wait(struct skstat_feed_listener *listener, int timeout_ms);

/* From any thread, while it listens: ends a wait, the one that is or the next. */
void skstat_feed_wake(struct skstat_feed_listener *listener);

#endif
