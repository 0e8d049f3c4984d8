// SPDX-License-Identifier: GPL-2.0
/* How long polls took, as a histogram. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/poll_time.h"

#define SECOND 1000000000ull

static void count_doc(const struct skstat_family_doc *doc, void *arg)
{
	assert_string_equal(doc->name, "skstat_poll_duration_seconds");
	assert_string_equal(doc->labels, "kind");
	++*(int *)arg;
}

static void poll_times(void **state)
{
	struct skstat_families *set = skstat_families_new();
	const struct skstat_distribution *delta, *full;
	struct skstat_poll_time time = { 0 };
	const struct skstat_family *family;
	uint64_t sum = 0;
	int docs = 0;

	(void)state;
	skstat_poll_time_add(&time, true, 0);
	skstat_poll_time_add(&time, true, 500000); /* on the edge: below it */
	skstat_poll_time_add(&time, true, 500001);
	skstat_poll_time_add(&time, true, 10 * SECOND);
	skstat_poll_time_add(&time, true, 3600 * SECOND);
	skstat_poll_time_add(&time, false, 2 * SECOND);
	skstat_poll_time_families(&time, set);
	family = skstat_family_find(set, "skstat_poll_duration_seconds");
	assert_non_null(family);
	assert_int_equal(family->type, SKSTAT_METRIC_HISTOGRAM);
	assert_int_equal(family->count, 2);
	assert_string_equal(family->series[0].label->value, "delta");
	assert_string_equal(family->series[1].label->value, "full");
	delta = &family->series[0].distribution;
	full = &family->series[1].distribution;
	assert_int_equal(full->edges, SKSTAT_POLL_TIME_EDGES);
	for (size_t i = 0; i <= full->edges; i++)
		sum += full->count[i];
	assert_int_equal(sum, 5);
	assert_int_equal(full->count[0], 2);
	assert_int_equal(full->count[1], 1);
	assert_int_equal(full->count[full->edges - 1], 1);
	assert_int_equal(full->count[full->edges], 1);
	assert_true(full->sum > 3610.001 && full->sum < 3610.0011);
	assert_true(delta->sum > 1.999 && delta->sum < 2.001);
	for (size_t i = 1; i < full->edges; i++)
		assert_true(full->edge[i] > full->edge[i - 1]);
	/* A copy: what comes later does not move it. */
	skstat_poll_time_add(&time, true, 0);
	assert_int_equal(full->count[0], 2);
	set->failed = true;
	skstat_poll_time_families(&time, set);
	skstat_families_free(set);
	skstat_poll_time_document(count_doc, &docs);
	assert_int_equal(docs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(poll_times),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("poll_time", tests, NULL, NULL);
}
