// SPDX-License-Identifier: GPL-2.0
/* Publishing, taking and letting go; who frees what is the sanitizer's to see. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "snapshot/snapshot.h"

static struct skstat_families *make_set(double value)
{
	struct skstat_families *set = skstat_families_new();

	assert_non_null(set);
	skstat_series_add(set, skstat_family_add(set, SKSTAT_METRIC_GAUGE, "one", "", "One."), NULL, 0)->value = value;
	return set;
}

static bool is_published(const struct skstat_store *store)
{
	struct pollfd poll_fd = { .fd = skstat_store_fd(store), .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

static void latest(void **state)
{
	struct skstat_store *store = skstat_store_new();
	struct skstat_snapshot *first, *second, *again;

	(void)state;
	assert_non_null(store);
	assert_null(skstat_store_take(store));
	assert_false(is_published(store));
	assert_int_equal(skstat_store_publish(store, make_set(1), 100, 10, false), 0);
	assert_true(is_published(store));
	first = skstat_store_take(store);
	assert_int_equal(skstat_store_publish(store, make_set(2), 110, 10, true), 0);
	assert_true(is_published(store));
	second = skstat_store_take(store);
	again = skstat_store_take(store);
	assert_ptr_equal(second, again);

	/* Who has the first one keeps it. */
	assert_true(first->families->family->series->value == 1);
	assert_true(second->families->family->series->value == 2);
	assert_true(first->sequence == 1 && second->sequence == 2);
	assert_true(!first->ready && second->ready);
	assert_true(second->taken_ns == 110 && second->interval_ns == 10);

	skstat_snapshot_put(again);
	skstat_store_free(store);
	/* Beyond the store's end, too. */
	assert_true(first->families->family->series->value == 1);
	assert_true(second->families->family->series->value == 2);
	second->body[1][SKSTAT_FORMAT_TEXT][1].data = malloc(1);
	skstat_snapshot_put(first);
	skstat_snapshot_put(second);
	skstat_snapshot_put(NULL);
	skstat_store_free(NULL);
}

static void failed_set(void **state)
{
	struct skstat_store *store = skstat_store_new();
	struct skstat_families *set = make_set(1);
	struct skstat_snapshot *snapshot;

	(void)state;
	assert_non_null(store);
	set->failed = true;
	assert_int_equal(skstat_store_publish(store, set, 100, 10, true), -ENOMEM);
	assert_null(skstat_store_take(store));
	assert_false(is_published(store));

	/* The one before stays, and numbers have no gap. */
	assert_int_equal(skstat_store_publish(store, make_set(1), 100, 10, true), 0);
	set = make_set(2);
	set->failed = true;
	assert_int_equal(skstat_store_publish(store, set, 110, 10, true), -ENOMEM);
	assert_int_equal(skstat_store_publish(store, make_set(3), 120, 10, true), 0);
	snapshot = skstat_store_take(store);
	assert_true(snapshot->sequence == 2 && snapshot->taken_ns == 120);
	skstat_snapshot_put(snapshot);
	skstat_store_free(store);
}

static void stale(void **state)
{
	const uint64_t second = 1000000000;
	const struct skstat_snapshot snapshot = { .taken_ns = 1000, .interval_ns = second };
	const struct skstat_snapshot quick = { .taken_ns = 1000, .interval_ns = 100 };

	(void)state;
	assert_false(skstat_snapshot_stale(&snapshot, 0));
	assert_false(skstat_snapshot_stale(&snapshot, 1000));
	assert_false(skstat_snapshot_stale(&snapshot, 1000 + 3 * second));
	assert_true(skstat_snapshot_stale(&snapshot, 1001 + 3 * second));
	assert_true(skstat_snapshot_stale(&snapshot, UINT64_MAX));
	assert_false(skstat_snapshot_stale(&quick, 1000 + second));
	assert_true(skstat_snapshot_stale(&quick, 1001 + second));
}

static void clock_rises(void **state)
{
	uint64_t before = skstat_now_ns();

	(void)state;
	assert_true(before > 0);
	for (int i = 0; i < 1000; i++) {
		uint64_t now = skstat_now_ns();

		assert_true(now >= before);
		before = now;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latest),
		cmocka_unit_test(failed_set),
		cmocka_unit_test(stale),
		cmocka_unit_test(clock_rises),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
