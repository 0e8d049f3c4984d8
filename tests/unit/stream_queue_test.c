// SPDX-License-Identifier: GPL-2.0
/* The queue of bytes: what goes in comes out, in order and whole, or it does not go in. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "stream/queue.h"

#define SIZE 4096
#define ITEMS 200000

static struct skstat_queue queue;

/* An item's length, by its number alone; whether its bytes are those. */
static uint32_t length_of(uint32_t number)
{
	uint64_t seed = number + 1;

	(void)chance_of(&seed, 2);
	return (uint32_t)(sizeof(struct skstat_queue_item) + 8 * chance_of(&seed, 40));
}

static bool put(uint32_t number)
{
	uint32_t length = length_of(number);
	struct skstat_queue_item *item = skstat_queue_room(&queue, length);

	if (!item)
		return false;
	assert_true((uintptr_t)item % 8 == 0 && length <= skstat_queue_space(&queue));
	item->length = length;
	item->what = number;
	memset(item + 1, (int)(number % 251), length - sizeof(*item));
	skstat_queue_push(&queue, length);
	return true;
}

static bool is_item(const struct skstat_queue_item *item, uint32_t number)
{
	const unsigned char *byte = (const void *)(item + 1);

	if (item->what != number || item->length != length_of(number))
		return false;
	for (size_t i = 0; i < item->length - sizeof(*item); i++)
		if (byte[i] != number % 251)
			return false;
	return true;
}

static void in_turns(void **state)
{
	uint32_t first = 0, next = 0;
	uint64_t chance = 5;

	(void)state;
	assert_int_equal(skstat_queue_init(&queue, SIZE), 0);
	assert_null(skstat_queue_front(&queue));
	assert_null(skstat_queue_room(&queue, SIZE + 8));
	for (int i = 0; i < ITEMS; i++) {
		size_t used = skstat_queue_used(&queue);

		if (chance_of(&chance, 2)) {
			bool fits = put(next);

			next += fits;
			/* Two ends that are too short each are all that it may waste. */
			if (!fits && used + 2 * length_of(next) < SIZE - 8 * 40)
				fail_msg("%zu of %d bytes are used, and %u do not fit", used, SIZE, length_of(next));
			assert_true(skstat_queue_used(&queue) <= SIZE);
		} else if (first < next) {
			assert_true(is_item(skstat_queue_front(&queue), first++));
			skstat_queue_pop(&queue);
		} else {
			assert_null(skstat_queue_front(&queue));
		}
	}
	skstat_queue_free(&queue);
}

static void *reader(void *failed)
{
	for (uint32_t number = 0; number < ITEMS;) {
		const struct skstat_queue_item *item = skstat_queue_front(&queue);

		if (!item) {
			sched_yield();
			continue;
		}
		if (!is_item(item, number++)) {
			*(bool *)failed = true;
			return NULL;
		}
		skstat_queue_pop(&queue);
	}
	return NULL;
}

static void by_two_threads(void **state)
{
	bool failed = false;
	pthread_t thread;

	(void)state;
	assert_int_equal(skstat_queue_init(&queue, SIZE), 0);
	assert_int_equal(pthread_create(&thread, NULL, reader, &failed), 0);
	for (uint32_t number = 0; number < ITEMS && !__atomic_load_n(&failed, __ATOMIC_RELAXED);)
		if (put(number))
			number++;
		else
			sched_yield();
	pthread_join(thread, NULL);
	assert_false(failed);
	assert_int_equal(skstat_queue_used(&queue), 0);
	skstat_queue_free(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(in_turns), cmocka_unit_test(by_two_threads) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("stream_queue", tests, NULL, NULL);
}
