// SPDX-License-Identifier: GPL-2.0
/*
 * A dump that was given a budget ends by it, says so, and its totals hold all the same.
 */
#include <netinet/tcp.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/population.h"
#include "suite.h"

static struct population population;
static struct skstat_netlink *netlink;

static int setup(void **state)
{
	(void)state;
	module_require();
	pair_many_files();
	netlink = dump_connect();
	population_pairs(&population, PAIR_V4, pair_scaled(1000));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	population_free(&population);
	skstat_netlink_close(netlink);
	return 0;
}

static void sockets_run_out(void **state)
{
	const struct skstat_query few = { .has = SKSTAT_HAS(MAX_SOCKETS), .max_sockets = 10 };
	struct dump all, part;

	(void)state;
	dump_take(&all, netlink, NULL);
	dump_take(&part, netlink, &few);
	assert_true(part.totals.partial);
	assert_true(part.totals.visited >= 10);
	assert_true(part.totals.visited < all.totals.visited);
	assert_false(all.totals.partial);
	for (size_t i = 0; i < part.count; i++)
		assert_non_null(dump_find(&all, part.sample[i].identity.cookie));
	dump_free(&all);
	dump_free(&part);
}

/* What is filtered was visited, and is paid for. */
static void filtered_sockets_count(void **state)
{
	const struct skstat_query none = {
		.has = SKSTAT_HAS(MAX_SOCKETS) | SKSTAT_HAS(STATES), .max_sockets = 10, .states = 1 << TCP_CLOSE,
	};
	struct dump part;

	(void)state;
	dump_take(&part, netlink, &none);
	assert_true(part.totals.partial);
	assert_int_equal(part.totals.emitted, 0);
	dump_free(&part);
}

static void time_runs_out(void **state)
{
	const struct skstat_query short_of = { .has = SKSTAT_HAS(MAX_NS), .max_ns = 1 };
	struct dump part;

	(void)state;
	dump_take(&part, netlink, &short_of);
	assert_true(part.totals.partial);
	assert_true(part.totals.visited < population.count);
	dump_free(&part);
}

static void plenty_is_no_limit(void **state)
{
	const struct skstat_query plenty = {
		.has = SKSTAT_HAS(MAX_SOCKETS) | SKSTAT_HAS(MAX_NS),
		.max_sockets = UINT32_MAX, .max_ns = UINT64_MAX,
	};
	struct dump dump;

	(void)state;
	dump_take(&dump, netlink, &plenty);
	assert_false(dump.totals.partial);
	assert_true(dump.totals.emitted >= population.count);
	dump_free(&dump);
}

int suite_budget(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_run_out),
		cmocka_unit_test(filtered_sockets_count),
		cmocka_unit_test(time_runs_out),
		cmocka_unit_test(plenty_is_no_limit),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("budget", tests, setup, teardown);
}
