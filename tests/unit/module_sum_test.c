// SPDX-License-Identifier: GPL-2.0
/* The module's counters over its instances: each of them, and no gauge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/module_sum.h"

/* The k-th instance says k + its own number of each figure. */
static struct skstat_info said(uint64_t instance, uint64_t k)
{
	struct skstat_info info = {
		.version = "1", .instance = instance, .abi = 1, .hz = 250, .cpus = 2, .namespaces = 3,
		.max_matches = 4, .memory = 5, .journal_events = 6, .conn_places = 7, .conn_used = 8,
		.walks = k + 1, .walk_sockets = k + 2, .walk_ns = k + 3, .journal_written = k + 4,
		.journal_dropped = k + 5, .doorbells = k + 6, .conn_misses = k + 7,
	};

	for (size_t id = 1; id < __SKSTAT_PROBE_MAX; id++)
		info.probe[id] = (struct skstat_info_probe){
			.known = true, .available = id & 1, .holders = (uint32_t)id,
			.hits = k + id + 8, .drops = k + id + 9, .samples = k + id + 10, .sample_ns = k + id + 11,
			.missed = k + id + 12,
		};
	return info;
}

/* As said of instances whose k add up to `sum`, of which there were so many. */
static void sum_is(const struct skstat_module_sum *sum, uint64_t k, uint64_t instances)
{
	struct skstat_info info, one = said(1, 0);

	skstat_module_sum_get(sum, &info);
	assert_string_equal(info.version, "1");
	assert_true(info.abi == 1 && info.hz == 250 && info.cpus == 2 && info.namespaces == 3 && info.max_matches == 4);
	assert_true(info.memory == 5 && info.journal_events == 6 && info.conn_places == 7 && info.conn_used == 8);
#define COUNTER(MEMBER) assert_true(info.MEMBER == k + instances * one.MEMBER);
	COUNTER(walks)
	COUNTER(walk_sockets)
	COUNTER(walk_ns)
	COUNTER(journal_written)
	COUNTER(journal_dropped)
	COUNTER(doorbells)
	COUNTER(conn_misses)
	for (size_t id = 1; id < __SKSTAT_PROBE_MAX; id++) {
		assert_true(info.probe[id].known && info.probe[id].available == (id & 1));
		assert_true(info.probe[id].holders == id);
		COUNTER(probe[id].hits)
		COUNTER(probe[id].drops)
		COUNTER(probe[id].samples)
		COUNTER(probe[id].sample_ns)
		COUNTER(probe[id].missed)
	}
#undef COUNTER
}

static void sums(void **state)
{
	struct skstat_module_sum sum = { 0 };
	struct skstat_info info;

	(void)state;
	info = said(11, 100);
	skstat_module_sum_take(&sum, &info);
	sum_is(&sum, 100, 1);
	info = said(11, 250);
	skstat_module_sum_take(&sum, &info);
	sum_is(&sum, 250, 1);
	info = said(12, 30);
	skstat_module_sum_take(&sum, &info);
	sum_is(&sum, 280, 2);
	info = said(12, 70);
	skstat_module_sum_take(&sum, &info);
	sum_is(&sum, 320, 2);
	info = said(13, 0);
	skstat_module_sum_take(&sum, &info);
	sum_is(&sum, 320, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("module_sum", tests, NULL, NULL);
}
