// SPDX-License-Identifier: GPL-2.0
/*
 * HIST's messages, as they come: histograms, the names of what is in their keys, totals; what holds do to them, what
 * becomes of a key for which there is no room, and what is refused. That each probe measures what it says is others' to
 * test.
 */
#include <errno.h>
#include <netlink/msg.h>

#include "../lib/ask.h"
#include "../lib/command.h"
#include "../lib/dump.h"
#include "../lib/histograms.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/traffic.h"
#include "suite.h"

#define DEVICES 40 /* pairs, each of which sends something as it goes up */

static struct histograms histograms;
static struct skstat_netlink *holder;
static struct ns home;

static void read_all(void)
{
	const char *wrong = histograms_read(&histograms);

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
	return histograms.dump.total[attr];
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
	histograms_open(&histograms);
}

static int begin_plainly(void **state)
{
	(void)state;
	begin("");
	return 0;
}

static int begin_small(void **state)
{
	(void)state;
	begin("histogram_keys=1");
	return 0;
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	histograms_close(&histograms);
	skstat_netlink_close(holder);
	return 0;
}

static uint64_t established(void)
{
	uint64_t count = 0;

	read_all();
	for (size_t i = 0; i < histograms.count; i++)
		if (histograms.hist[i].histogram == SKSTAT_HISTOGRAM_STATE && histograms.hist[i].key[0] == 1)
			count += histogram_count(&histograms.hist[i]);
	return count;
}

static void connections(size_t count)
{
	struct traffic traffic = { 0 };

	traffic_prepare(&traffic, 1);
	traffic_once(&traffic, count);
	traffic_stop(&traffic);
}

static void nothing_before_the_first_hold(void **state)
{
	uint64_t memory;

	(void)state;
	read_all();
	assert_int_equal(histograms.count, 0);
	assert_int_equal(histograms.dump.names, 0);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_PLACES), 0);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_MEMORY), 0);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_INSTANCE), info_now().instance);
	memory = info_now().memory;

	set(SKSTAT_PROBE_BIT(SIZE), 0);
	read_all();
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_PLACES), 128);
	assert_true(total(SKSTAT_COUNTER_TOTALS_MEMORY) >= 128 * SKSTAT_HISTOGRAM_BUCKETS * sizeof(uint64_t));
	assert_true(info_now().memory >= memory + total(SKSTAT_COUNTER_TOTALS_MEMORY));
	assert_true(total(SKSTAT_COUNTER_TOTALS_NS) > 0);
}

/* What pairs need is there while they are held, and no longer. */
static void pairs_memory(void **state)
{
	uint64_t memory;

	(void)state;
	set(SKSTAT_PROBE_BIT(SIZE), 0);
	memory = info_now().memory;
	set(SKSTAT_PROBE_BIT(STATE), 0);
	assert_true(info_now().memory >= memory + 65536 * (sizeof(void *) + 2 * sizeof(uint64_t)));
	set(0, SKSTAT_PROBE_BIT(STATE));
	assert_int_equal(info_now().memory, memory);
}

static void they_outlive_their_holder(void **state)
{
	uint64_t before;

	(void)state;
	set(SKSTAT_PROBE_BIT(STATE), 0);
	connections(10);
	before = established();
	assert_int_equal(before, 20);
	set(0, SKSTAT_PROBE_BIT(STATE));
	connections(10);
	assert_int_equal(established(), before);
	set(SKSTAT_PROBE_BIT(STATE), 0);
	connections(10);
	assert_int_equal(established(), before + 20);
}

/* Each of two readers gets all of it: reading takes nothing away. */
static void two_readers(void **state)
{
	struct histograms other;
	const char *wrong;

	(void)state;
	set(SKSTAT_PROBE_BIT(STATE), 0);
	connections(10);
	histograms_open(&other);
	read_all();
	wrong = histograms_read(&other);
	if (wrong)
		fail_msg("%s", wrong);
	assert_int_equal(other.count, histograms.count);
	assert_true(other.count > 0);
	assert_memory_equal(other.hist, histograms.hist, other.count * sizeof(*other.hist));
	histograms_close(&other);
}

/* Under traffic on all CPUs, no dump shows what was not so: the reader compares each with the one before. */
static void nothing_goes_back(void **state)
{
	struct traffic traffic = { 0 };

	(void)state;
	set(SKSTAT_PROBE_BIT(STATE) | SKSTAT_PROBE_BIT(SIZE), 0);
	traffic_run(&traffic, 2);
	for (int i = 0; i < 50; i++) {
		traffic_await(&traffic, 1);
		read_all();
	}
	traffic_stop(&traffic);
	traffic_clear(&traffic);
}

static void no_room_is_other(void **state)
{
	struct ns ns = ns_create();

	(void)state;
	set(SKSTAT_PROBE_BIT(SIZE), 0);
	ns_enter(&ns);
	for (int i = 0; i < DEVICES; i++) {
		must_be(command_run_with("ip link add a%d type veth peer name b%d", i, i));
		must_be(command_run_with("ip link set a%d up", i));
		must_be(command_run_with("ip link set b%d up", i));
	}
	ns_enter(&home);
	read_all();
	note("%lu of %lu keys, %lu others", total(SKSTAT_COUNTER_TOTALS_USED), total(SKSTAT_COUNTER_TOTALS_PLACES),
	     histograms_count(&histograms, SKSTAT_HISTOGRAM_SIZE, true));
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_PLACES), 32);
	assert_int_equal(total(SKSTAT_COUNTER_TOTALS_USED), 32);
	assert_true(histograms_count(&histograms, SKSTAT_HISTOGRAM_SIZE, true) > 0);
	ns_close(&ns);
}

static void attribute_put(struct nl_msg *m)
{
	nla_put_u32(m, SKSTAT_HIST_TOTALS, 1);
}

static void what_is_refused(void **state)
{
	struct skstat_error error;

	(void)state;
	assert_int_equal(ask(holder, SKSTAT_CMD_HIST, SKSTAT_FAMILY_VERSION, NLM_F_DUMP, attribute_put, &error), -EINVAL);
	assert_int_equal(ask(holder, SKSTAT_CMD_HIST, SKSTAT_FAMILY_VERSION, 0, NULL, &error), -EOPNOTSUPP);
	assert_int_equal(ask(holder, SKSTAT_CMD_HIST, SKSTAT_FAMILY_VERSION + 1, NLM_F_DUMP, NULL, &error),
			 -EPROTONOSUPPORT);
	assert_non_null(strstr(error.text, "version"));
}

int suite_hist(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_before_the_first_hold, begin_plainly, end),
		cmocka_unit_test_setup_teardown(pairs_memory, begin_plainly, end),
		cmocka_unit_test_setup_teardown(they_outlive_their_holder, begin_plainly, end),
		cmocka_unit_test_setup_teardown(two_readers, begin_plainly, end),
		cmocka_unit_test_setup_teardown(nothing_goes_back, begin_plainly, end),
		cmocka_unit_test_setup_teardown(no_room_is_other, begin_small, end),
		cmocka_unit_test_setup_teardown(what_is_refused, begin_plainly, end),
	};
	int failed;

	(void)argc;
	(void)argv;
	home = ns_current();
	failed = cmocka_run_group_tests_name("hist", tests, NULL, NULL);
	ns_close(&home);
	return failed;
}
