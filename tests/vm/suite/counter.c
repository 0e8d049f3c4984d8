// SPDX-License-Identifier: GPL-2.0
/*
 * COUNTER's messages, as they come: cells, the names of what is in them, totals; what holds do to counts, what becomes
 * of a key for which there is no room, and what is refused. That each probe counts what it says is others' to test.
 */
#include <errno.h>
#include <inttypes.h>
#include <netlink/msg.h>
#include <time.h>

#include "../lib/ask.h"
#include "../lib/counter.h"
#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/provoke.h"
#include "../lib/traffic.h"
#include "suite.h"

#define PORTS	   400 /* more than 256 */
#define FIRST_PORT 7000 /* a service's: not within a new namespace's ip_local_port_range */

static struct counters counters;
static struct skstat_netlink *holder;
static struct ns home;

static void read_all(void)
{
	const char *wrong = counters_read(&counters);

	if (wrong)
		fail_msg("%s", wrong);
}

static void set(uint64_t hold, uint64_t release)
{
	struct skstat_error error;

	if (skstat_netlink_probe_set(holder, hold, release, &error))
		fail_msg("%s", error.text);
}

static uint64_t total(uint32_t attr)
{
	return counters.dump.total[attr];
}

static struct skstat_info info_now(void)
{
	struct skstat_error error;
	struct skstat_info info;

	assert_int_equal(skstat_netlink_info(holder, &info, &error), 0);
	return info;
}

/* The module anew, with these parameters, and connections to it. */
static void begin(const char *parameters)
{
	module_replace_with(module_path(), parameters);
	holder = dump_connect();
	counters_open(&counters);
}

static int begin_plainly(void **state)
{
	(void)state;
	begin("");
	return 0;
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	counters_close(&counters);
	skstat_netlink_close(holder);
	return 0;
}

static void nothing_before_the_first_hold(void **state)
{
	uint64_t memory;

	(void)state;
	read_all();
	assert_int_equal(counters.cells, 0);
	assert_int_equal(counters.dump.names, 0);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_PLACES), 0);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_MEMORY), 0);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_INSTANCE), info_now().instance);
	memory = info_now().memory;

	set(SKSTAT_PROBE_BIT(RESET), 0);
	read_all();
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_PLACES), 4096);
	assert_true(total(SKSTAT_COUNTER_TOTALS_MEMORY) >= 4096 * (sizeof(struct skstat_cell) + sizeof(uint64_t)));
	assert_true(info_now().memory >= memory + total(SKSTAT_COUNTER_TOTALS_MEMORY));
	assert_true(total(SKSTAT_COUNTER_TOTALS_NS) > 0);
}

/* RSTs that were received. */
static uint64_t received(void)
{
	uint64_t sum = 0;

	read_all();
	for (size_t i = 0; i < counters.cells; i++)
		if (counters.cell[i].table == SKSTAT_TABLE_RESET && counters.cell[i].key[0] == SKSTAT_RESET_RECEIVED)
			sum += counters.cell[i].count;
	return sum;
}

/* Held, not held, held again: the same cell goes on. */
static void counts_outlive_their_holder(void **state)
{
	uint64_t cells;

	(void)state;
	set(SKSTAT_PROBE_BIT(RESET), 0);
	provoke_resets(0, 10);
	assert_int_equal(received(), 10);
	cells = counters.cells;

	skstat_netlink_close(holder);
	holder = dump_connect();
	while (info_now().probe[SKSTAT_PROBE_RESET].holders)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	provoke_resets(0, 10);
	assert_int_equal(received(), 10);

	set(SKSTAT_PROBE_BIT(RESET), 0);
	provoke_resets(0, 10);
	assert_int_equal(received(), 20);
	assert_int_equal(counters.cells, cells);
}

/* The reader is held to it, too, while counts grow on all CPUs. */
static void counts_do_not_go_back(void **state)
{
	static struct traffic traffic;
	uint64_t connections = 0;

	(void)state;
	set(SKSTAT_PROBE_BIT(RESET) | SKSTAT_PROBE_BIT(DROP), 0);
	traffic_run(&traffic, 2);
	for (int i = 0; i < 50; i++) {
		traffic_await(&traffic, 2);
		read_all();
	}
	connections = traffic_stop(&traffic);
	traffic_clear(&traffic);
	assert_true(connections >= 100);
	assert_true(received() >= connections); /* each is aborted by its client */
	note("%" PRIu64 " connections, %zu cells", connections, counters.cells);
}

/* More keys than places: nothing is lost, and those that are in stay in. */
static void a_full_table_has_other(void **state)
{
	struct ns ns = ns_create();
	uint64_t first;

	(void)state;
	ns_enter(&ns);
	set(SKSTAT_PROBE_BIT(RESET), 0);
	provoke_resets(0, 1); /* what sends RSTs finds its place while there is room */
	assert_int_equal(received(), 1);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_PLACES), 256);
	assert_int_equal(counters_other(&counters, SKSTAT_TABLE_RESET), 0);

	provoke_resets(FIRST_PORT, PORTS);
	first = received();
	note("%" PRIu64 " keys, %" PRIu64 " under other", total(SKSTAT_COUNTER_TOTALS_USED),
	     counters_other(&counters, SKSTAT_TABLE_RESET));
	assert_int_equal(first + counters_other(&counters, SKSTAT_TABLE_RESET), 1 + PORTS);
	assert_true(total(SKSTAT_COUNTER_TOTALS_USED) > 256 * 3 / 4);
	assert_int_equal(counters_other(&counters, SKSTAT_TABLE_DROP), 0);

	provoke_resets(FIRST_PORT, PORTS);
	assert_int_equal(received(), 2 * first - 1);
	assert_int_equal(first - 1 + counters_other(&counters, SKSTAT_TABLE_RESET) / 2, PORTS);
	ns_close(&ns);
}

static int begin_small(void **state)
{
	(void)state;
	begin("counter_keys=256");
	return 0;
}

/* As many keys as there are ports: messages of several datagrams. */
static void a_long_dump(void **state)
{
	struct ns ns = ns_create();

	(void)state;
	ns_enter(&ns);
	set(SKSTAT_PROBE_BIT(RESET) | SKSTAT_PROBE_BIT(DROP), 0);
	for (int netns = 0; netns < 4; netns++) {
		struct ns more = ns_create();

		ns_enter(&more);
		provoke_resets(FIRST_PORT, 900);
		ns_close(&more);
	}
	assert_int_equal(received(), 3600);
	assert_true(total(SKSTAT_COUNTER_TOTALS_USED) >= 3600);
	assert_int_equal(counters_other(&counters, SKSTAT_TABLE_RESET), 0);
	assert_true(counters.dump.datagrams > 3600 * sizeof(struct skstat_cell) / 65536);
	note("%zu cells in %zu datagrams, %" PRIu64 " ns", counters.cells, counters.dump.datagrams,
	     total(SKSTAT_COUNTER_TOTALS_NS));
	ns_close(&ns);
}

static int begin_large(void **state)
{
	(void)state;
	begin("counter_keys=16384");
	return 0;
}

/* A parameter that is out of bounds is taken to the nearest bound, one in between to the next power of two. */
static void places_are_bounded(void **state)
{
	static const struct {
		const char *parameters;
		uint64_t places;
	} bounds[] = { { "counter_keys=0", 256 }, { "counter_keys=5000", 8192 }, { "counter_keys=4294967295", 65536 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++) {
		end(NULL);
		begin(bounds[i].parameters);
		set(SKSTAT_PROBE_BIT(RESET), 0);
		provoke_resets(0, 3);
		assert_int_equal(received(), 3);
		assert_int_equal(total(SKSTAT_COUNTER_TOTALS_PLACES), bounds[i].places);
	}
}

static void attribute_put(struct nl_msg *m)
{
	nla_put_u32(m, SKSTAT_COUNTER_TOTALS, 1);
}

static void what_is_refused(void **state)
{
	struct skstat_error error;

	(void)state;
	assert_int_equal(ask(holder, SKSTAT_CMD_COUNTER, SKSTAT_FAMILY_VERSION, NLM_F_DUMP, attribute_put, &error), -EINVAL);
	assert_int_equal(ask(holder, SKSTAT_CMD_COUNTER, SKSTAT_FAMILY_VERSION, 0, NULL, &error), -EOPNOTSUPP);
	assert_int_equal(ask(holder, SKSTAT_CMD_COUNTER, SKSTAT_FAMILY_VERSION + 1, NLM_F_DUMP, NULL, &error),
			 -EPROTONOSUPPORT);
	assert_non_null(strstr(error.text, "version"));
	ask_and_be_refused(become_nobody);
	ask_and_be_refused(become_container);
}

int suite_counter(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_before_the_first_hold, begin_plainly, end),
		cmocka_unit_test_setup_teardown(counts_outlive_their_holder, begin_plainly, end),
		cmocka_unit_test_setup_teardown(counts_do_not_go_back, begin_plainly, end),
		cmocka_unit_test_setup_teardown(a_full_table_has_other, begin_small, end),
		cmocka_unit_test_setup_teardown(a_long_dump, begin_large, end),
		cmocka_unit_test_setup_teardown(places_are_bounded, begin_plainly, end),
		cmocka_unit_test_setup_teardown(what_is_refused, begin_plainly, end),
	};
	int failed;

	(void)argc;
	(void)argv;
	home = ns_current();
	failed = cmocka_run_group_tests_name("counter", tests, NULL, NULL);
	ns_close(&home);
	return failed;
}
