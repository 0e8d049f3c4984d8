// SPDX-License-Identifier: GPL-2.0
/* The words of events: every enumerator has one, all are different, and they fit for labels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/event_name.h"

static void names_check(const char *(*name)(uint32_t kind), uint32_t max)
{
	assert_null(name(0));
	assert_null(name(max));
	assert_null(name(UINT32_MAX));
	for (uint32_t i = 1; i < max; i++) {
		assert_non_null(name(i));
		assert_int_equal(strspn(name(i), "abcdefghijklmnopqrstuvwxyz_"), strlen(name(i)));
		for (uint32_t j = 1; j < i; j++)
			assert_string_not_equal(name(i), name(j));
	}
}

static void names(void **state)
{
	(void)state;
	names_check(skstat_open_name, __SKSTAT_OPEN_MAX);
	names_check(skstat_fail_name, __SKSTAT_FAIL_MAX);
	names_check(skstat_close_name, __SKSTAT_CLOSE_MAX);
	assert_string_equal(skstat_open_name(SKSTAT_OPEN_SYNCOOKIE), "syncookie");
	assert_string_equal(skstat_fail_name(SKSTAT_FAIL_UNREACHABLE), "unreachable");
	assert_string_equal(skstat_close_name(SKSTAT_CLOSE_RESET_RECEIVED), "reset_received");
	assert_string_equal(skstat_close_name(SKSTAT_CLOSE_ABORT), "abort");
}

static void by_record(void **state)
{
	(void)state;
	assert_string_equal(skstat_event_kind_name(SKSTAT_KIND_OPENED, SKSTAT_OPEN_FAST_OPEN), "fast_open");
	assert_string_equal(skstat_event_kind_name(SKSTAT_KIND_FAILED, SKSTAT_FAIL_TIMED_OUT), "timed_out");
	assert_string_equal(skstat_event_kind_name(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_TIMEOUT), "timeout");
	assert_string_equal(skstat_event_kind_name(SKSTAT_KIND_LISTEN_STOPPED, 0), "none");
	assert_string_equal(skstat_event_direction_name(SKSTAT_EVENT_IN), "in");
	assert_string_equal(skstat_event_direction_name(0), "unknown");
	assert_null(skstat_event_direction_name(3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(by_record),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("event name", tests, NULL, NULL);
}
