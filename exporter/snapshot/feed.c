// SPDX-License-Identifier: GPL-2.0
/*
 * The ring is a seqlock for each place: its writer marks it as torn, writes, and marks it with the item's number; its
 * reader copies what bears the number that it wants, and looks whether it still does.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "feed.h"
#include "source/error.h"

#define PLACES SKSTAT_FEED_EVENTS
#define WORDS ((sizeof(struct skstat_feed_item) + sizeof(uint64_t) - 1) / sizeof(uint64_t))
#define TORN 0

struct place {
	_Atomic uint64_t number; /* of the item in it, from 1 on; TORN while it is written */
	_Atomic uint64_t word[WORDS];
};

union item {
	struct skstat_feed_item item;
	uint64_t word[WORDS];
};

struct skstat_feed_listener {
	struct skstat_feed *feed;
	int event;	      /* an eventfd */
	_Atomic bool listens; /* the collector looks at this before it wakes */
	uint64_t next;	      /* number of the item that it wants */
};

struct skstat_feed {
	_Atomic uint32_t listeners; /* while 0, nothing is written */
	_Atomic uint64_t last;	    /* number of the newest item */
	struct place *_Atomic ring; /* from the first listener on */
	union item item;	    /* the collector's, to put one together in */
	bool unflushed;		    /* the collector's */
	pthread_mutex_t lock;	    /* of who comes and goes; never the collector's */
	struct skstat_feed_listener listener[SKSTAT_FEED_LISTENERS];
};

struct skstat_feed *skstat_feed_new(void)
{
	struct skstat_feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		return NULL;
	pthread_mutex_init(&feed->lock, NULL);
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++)
		feed->listener[i].event = -1;
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++) {
		feed->listener[i].feed = feed;
		feed->listener[i].event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (feed->listener[i].event < 0) {
			skstat_feed_free(feed);
			return NULL;
		}
	}
	return feed;
}

void skstat_feed_free(struct skstat_feed *feed)
{
	if (!feed)
		return;
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++)
		if (feed->listener[i].event >= 0)
			close(feed->listener[i].event);
	free(atomic_load(&feed->ring));
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}

/* --- the collector's side */

static bool is_heard(struct skstat_feed *feed)
{
	return feed && atomic_load_explicit(&feed->listeners, memory_order_acquire);
}

/* feed->item, as the newest. */
static void publish(struct skstat_feed *feed)
{
	struct place *ring = atomic_load_explicit(&feed->ring, memory_order_acquire);
	const uint64_t number = atomic_load_explicit(&feed->last, memory_order_relaxed) + 1;
	struct place *place = &ring[number % PLACES];

	feed->item.item.number = number;
	atomic_store_explicit(&place->number, TORN, memory_order_relaxed);
	/* Nobody sees a new word in a place that still has its old number. */
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < WORDS; i++)
		atomic_store_explicit(&place->word[i], feed->item.word[i], memory_order_relaxed);
	atomic_store_explicit(&place->number, number, memory_order_release);
	atomic_store_explicit(&feed->last, number, memory_order_release);
	feed->unflushed = true;
}

void skstat_feed_event(struct skstat_feed *feed, const struct skstat_sample *sample, const struct skstat_schema *schema,
		       uint32_t hz)
{
	struct skstat_feed_item *item;

	if (!is_heard(feed))
		return;
	item = &feed->item.item;
	item->lost = 0;
	item->fresh = false;
	item->hz = hz;
	memcpy(item->available, schema->available, sizeof(item->available));
	item->sample = *sample;
	publish(feed);
}

void skstat_feed_lost(struct skstat_feed *feed, uint64_t events, bool fresh)
{
	if ((!events && !fresh) || !is_heard(feed))
		return;
	memset(&feed->item, 0, sizeof(feed->item));
	feed->item.item.lost = events;
	feed->item.item.fresh = fresh;
	publish(feed);
}

void skstat_feed_flush(struct skstat_feed *feed)
{
	if (!feed || !feed->unflushed)
		return;
	feed->unflushed = false;
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++)
		if (atomic_load_explicit(&feed->listener[i].listens, memory_order_acquire))
			skstat_feed_wake(&feed->listener[i]);
}

/* --- a listener's side */

/* With the lock held: the first one brings the ring, which stays. */
static bool ring_is_there(struct skstat_feed *feed)
{
	if (!atomic_load_explicit(&feed->ring, memory_order_relaxed))
		atomic_store_explicit(&feed->ring, calloc(PLACES, sizeof(struct place)), memory_order_release);
	return atomic_load_explicit(&feed->ring, memory_order_relaxed);
}

struct skstat_feed_listener *skstat_feed_listen(struct skstat_feed *feed, struct skstat_error *error)
{
	struct skstat_feed_listener *listener = NULL;
	eventfd_t times;

	pthread_mutex_lock(&feed->lock);
	for (size_t i = 0; !listener && i < SKSTAT_FEED_LISTENERS; i++)
		if (!atomic_load_explicit(&feed->listener[i].listens, memory_order_relaxed))
			listener = &feed->listener[i];
	if (!listener) {
		skstat_error_set(error, -EBUSY, "%d requests for events are being answered already",
				 SKSTAT_FEED_LISTENERS);
	} else if (!ring_is_there(feed)) {
		skstat_error_set(error, -ENOMEM, "no memory for events");
		listener = NULL;
	} else {
		(void)eventfd_read(listener->event, &times);
		listener->next = atomic_load_explicit(&feed->last, memory_order_acquire) + 1;
		atomic_store_explicit(&listener->listens, true, memory_order_release);
		atomic_fetch_add_explicit(&feed->listeners, 1, memory_order_release);
	}
	pthread_mutex_unlock(&feed->lock);
	return listener;
}

void skstat_feed_leave(struct skstat_feed_listener *listener)
{
	struct skstat_feed *feed = listener ? listener->feed : NULL;

	if (!listener)
		return;
	pthread_mutex_lock(&feed->lock);
	atomic_store_explicit(&listener->listens, false, memory_order_release);
	atomic_fetch_sub_explicit(&feed->listeners, 1, memory_order_release);
	pthread_mutex_unlock(&feed->lock);
}

/* The item of that number, unless it has been written over, or is just being. */
static bool copy(struct place *place, uint64_t number, union item *to)
{
	if (atomic_load_explicit(&place->number, memory_order_acquire) != number)
		return false;
	for (size_t i = 0; i < WORDS; i++)
		to->word[i] = atomic_load_explicit(&place->word[i], memory_order_relaxed);
	/* The words first, then once more the number. */
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&place->number, memory_order_relaxed) == number;
}

enum skstat_feed_kind skstat_feed_next(struct skstat_feed_listener *listener, struct skstat_feed_item *item)
{
	struct skstat_feed *feed = listener->feed;
	const uint64_t last = atomic_load_explicit(&feed->last, memory_order_acquire);
	struct place *ring = atomic_load_explicit(&feed->ring, memory_order_relaxed);
	const uint64_t oldest = last >= PLACES ? last - PLACES + 1 : 1;
	union item taken;

	if (listener->next > last)
		return SKSTAT_FEED_NOTHING;
	item->lost = 0;
	item->fresh = false;
	if (listener->next < oldest) {
		item->lost = oldest - listener->next;
		listener->next = oldest;
		return SKSTAT_FEED_DROPPED;
	}
	if (!copy(&ring[listener->next % PLACES], listener->next, &taken)) {
		item->lost = 1;
		listener->next++;
		return SKSTAT_FEED_DROPPED;
	}
	listener->next++;
	*item = taken.item;
	return item->lost || item->fresh ? SKSTAT_FEED_LOST : SKSTAT_FEED_EVENT;
}

bool skstat_feed_wait(struct skstat_feed_listener *listener, int timeout_ms)
{
	struct pollfd wait = { .fd = listener->event, .events = POLLIN };
	eventfd_t times;

	if (poll(&wait, 1, timeout_ms) == 0)
		return false;
	(void)eventfd_read(listener->event, &times);
	return true;
}

void skstat_feed_wake(struct skstat_feed_listener *listener)
{
	(void)eventfd_write(listener->event, 1);
}
