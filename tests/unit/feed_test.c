// SPDX-License-Identifier: GPL-2.0
/* Events from one writer to several readers, with and without haste. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot/feed.h"

static struct skstat_feed *feed;
static struct skstat_schema schema;
static struct skstat_feed_item item;

static int set_up(void **state)
{
	(void)state;
	feed = skstat_feed_new();
	memset(schema.available, true, sizeof(schema.available));
	schema.available[3] = false;
	return feed ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_feed_free(feed);
	return 0;
}

/* All of an event bears its cookie, so that one that is put together of two is found. */
static void write_event(uint64_t cookie)
{
	struct skstat_sample sample;

	memset(&sample, (int)(cookie % 251), sizeof(sample));
	sample.identity.cookie = cookie;
	skstat_feed_event(feed, &sample, &schema, 250);
}

static bool is_of_one(const struct skstat_sample *sample)
{
	struct skstat_sample wanted;

	memset(&wanted, (int)(sample->identity.cookie % 251), sizeof(wanted));
	wanted.identity.cookie = sample->identity.cookie;
	return memcmp(&wanted, sample, sizeof(wanted)) == 0;
}

static struct skstat_feed_listener *listen_now(void)
{
	struct skstat_error error;
	struct skstat_feed_listener *listener = skstat_feed_listen(feed, &error);

	assert_non_null(listener);
	return listener;
}

static void in_order(void **state)
{
	struct skstat_feed_listener *early, *late;

	(void)state;
	write_event(1); /* nobody hears it */
	early = listen_now();
	write_event(2);
	late = listen_now();
	write_event(3);
	for (uint64_t cookie = 2; cookie <= 3; cookie++) {
		assert_int_equal(skstat_feed_next(early, &item), SKSTAT_FEED_EVENT);
		assert_true(item.sample.identity.cookie == cookie && is_of_one(&item.sample));
		assert_true(item.number == cookie - 1 && item.hz == 250);
		assert_true(item.available[2] && !item.available[3]);
	}
	assert_int_equal(skstat_feed_next(early, &item), SKSTAT_FEED_NOTHING);
	assert_int_equal(skstat_feed_next(late, &item), SKSTAT_FEED_EVENT);
	assert_true(item.sample.identity.cookie == 3);
	assert_int_equal(skstat_feed_next(late, &item), SKSTAT_FEED_NOTHING);
	skstat_feed_leave(early);
	skstat_feed_leave(late);
	skstat_feed_leave(NULL);
}

/* Whoever is too slow is told to the event by how much, and goes on with the oldest that there is. */
static void overtaken(void **state)
{
	struct skstat_feed_listener *listener = listen_now();

	(void)state;
	for (uint64_t cookie = 1; cookie <= SKSTAT_FEED_EVENTS; cookie++)
		write_event(cookie);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_EVENT);
	assert_true(item.sample.identity.cookie == 1);
	for (uint64_t cookie = SKSTAT_FEED_EVENTS + 1; cookie <= SKSTAT_FEED_EVENTS + 8; cookie++)
		write_event(cookie);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_DROPPED);
	assert_int_equal(item.lost, 7);
	for (uint64_t cookie = 9; cookie <= SKSTAT_FEED_EVENTS + 8; cookie++) {
		assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_EVENT);
		assert_true(item.sample.identity.cookie == cookie);
	}
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_NOTHING);
	skstat_feed_leave(listener);
}

static void losses(void **state)
{
	struct skstat_feed_listener *listener = listen_now();

	(void)state;
	skstat_feed_lost(feed, 0, false);
	skstat_feed_lost(feed, 5, false);
	write_event(1);
	skstat_feed_lost(feed, 0, true);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_LOST);
	assert_true(item.lost == 5 && !item.fresh);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_EVENT);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_LOST);
	assert_true(item.lost == 0 && item.fresh);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_NOTHING);
	skstat_feed_leave(listener);
}

static void waking(void **state)
{
	struct skstat_feed_listener *listener = listen_now();

	(void)state;
	write_event(1);
	assert_false(skstat_feed_wait(listener, 0));
	skstat_feed_flush(feed);
	assert_true(skstat_feed_wait(listener, 0));
	skstat_feed_flush(feed); /* nothing has come since */
	assert_false(skstat_feed_wait(listener, 0));
	skstat_feed_wake(listener);
	assert_true(skstat_feed_wait(listener, -1));
	/* What was another's is not the next one's. */
	skstat_feed_wake(listener);
	skstat_feed_leave(listener);
	listener = listen_now();
	assert_false(skstat_feed_wait(listener, 0));
	skstat_feed_leave(listener);
}

static void as_many_as_there_may_be(void **state)
{
	struct skstat_feed_listener *listener[SKSTAT_FEED_LISTENERS];
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++)
		listener[i] = listen_now();
	assert_null(skstat_feed_listen(feed, &error));
	assert_int_equal(error.err, -EBUSY);
	skstat_feed_leave(listener[1]);
	listener[1] = listen_now();
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++)
		skstat_feed_leave(listener[i]);
	/* No feed is none to write into. */
	skstat_feed_event(NULL, NULL, NULL, 0);
	skstat_feed_lost(NULL, 1, true);
	skstat_feed_flush(NULL);
}

#define WRITTEN 200000

struct reader {
	struct skstat_feed_listener *listener;
	struct skstat_feed_item item;
	uint64_t heard, dropped;
	int looks; /* how often it looks at each event: a slow one is overtaken all the time, at the ring's edge */
	bool torn, unordered;
};

static void *read_all(void *arg)
{
	struct reader *reader = arg;
	uint64_t before = 0;

	while (before < WRITTEN) {
		switch (skstat_feed_next(reader->listener, &reader->item)) {
		case SKSTAT_FEED_EVENT:
			reader->heard++;
			for (int i = 0; i < reader->looks; i++)
				reader->torn |= !is_of_one(&reader->item.sample);
			reader->unordered |= reader->item.sample.identity.cookie != before + 1;
			before = reader->item.sample.identity.cookie;
			break;
		case SKSTAT_FEED_DROPPED:
			reader->dropped += reader->item.lost;
			before += reader->item.lost;
			break;
		default:
			skstat_feed_wait(reader->listener, -1);
		}
	}
	return NULL;
}

/* What was heard and what was dropped is all there was, and no event is of two. */
static void in_a_hurry(void **state)
{
	struct reader reader[2] = { { .looks = 1 }, { .looks = 20 } };
	pthread_t thread[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		reader[i].listener = listen_now();
		assert_int_equal(pthread_create(&thread[i], NULL, read_all, &reader[i]), 0);
	}
	for (uint64_t cookie = 1; cookie <= WRITTEN; cookie++) {
		write_event(cookie);
		if (cookie % 64 == 0)
			skstat_feed_flush(feed);
	}
	skstat_feed_flush(feed);
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		assert_false(reader[i].torn || reader[i].unordered);
		assert_int_equal(reader[i].heard + reader[i].dropped, WRITTEN);
		assert_true(reader[i].heard > 0);
		skstat_feed_leave(reader[i].listener);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(overtaken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(losses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(waking, set_up, tear_down),
		cmocka_unit_test_setup_teardown(as_many_as_there_may_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_a_hurry, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
