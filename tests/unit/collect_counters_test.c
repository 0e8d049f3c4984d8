// SPDX-License-Identifier: GPL-2.0
/* The probes' counters in the collector: which probes are held for them, when they are read, and what of a failure. */
#include "collect/kit.h"

#define DROP	   SKSTAT_PROBE_BIT(DROP)	 /* 40 */
#define RETRANSMIT SKSTAT_PROBE_BIT(RETRANSMIT) /* 80 */
#define LIFE	   SKSTAT_PROBE_BIT(LIFE)
#define READ	   "counters name cell cell counted "

/* Drops and retransmits; no journal. */
static void counter_defaults(void)
{
	defaults();
	config.probe[SKSTAT_PROBE_DROP] = config.probe[SKSTAT_PROBE_RETRANSMIT] = true;
}

static void start(const struct step *step, size_t count)
{
	counter_defaults();
	poller_new(step, count, "netlink");
	log_start();
}

static void not_wanted(void **state)
{
	(void)state;
	defaults();
	poller_new(NULL, 0, "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	assert_null(skstat_poller_counters(poller));
	poller_stop();
}

/* Held before the walk, read behind the journal, at every poll; and no journal is needed. */
static void order(void **state)
{
	static const struct step steps_[] = { { .events = 1, .info = true }, { .info = true }, { 0 } };

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 count:c0 " READ "end:2 mib", 0);
	assert_true(last_probes == (DROP | RETRANSMIT));
	assert_false(last_poll.journal || result.uncounted);
	assert_int_equal(skstat_poller_bell(poller), -1);
	assert_int_equal(skstat_self_get(&self, journal_held), 0);
	assert_true(skstat_poller_probes(poller) == (DROP | RETRANSMIT));
	assert_int_equal(skstat_poller_counters(poller)->used, 2);
	poll_is("delta:101 begin:delta:1 count:c0 " READ "end:2 mib", 0);
	/* The module does not tell of itself: what it has told stands, and so does its table. */
	poll_is("delta:102 begin:delta:1 count:c0 " READ "end:2 mib", 0);
	assert_non_null(skstat_poller_counters(poller));
	assert_int_equal(skstat_self_get(&self, counter_reads), 3);
	assert_int_equal(skstat_self_get(&self, counter_failures), 0);
	assert_int_equal(skstat_self_get(&self, counter_ns), 33);
	assert_string_equal(logged(), "");
	poller_stop();

	config.journal = true;
	poller_new(NULL, 0, "netlink");
	poll_is("hold full begin:full:1 journal heard count:c0 " READ "end:2 mib", 0);
	assert_true(last_probes & LIFE && last_probes & DROP);
	answer_is("bell journal heard", false);
	poller_stop();
}

/* Whatever of them the kernel has: with a journal, or without. */
static void probes_of_the_kernel(void **state)
{
	static const struct step some[] = { { .unavailable = DROP }, { .err = -ENOENT }, { .unavailable = DROP } };
	static const struct step none[] = { { .unavailable = DROP | RETRANSMIT } };
	static const struct step no_life[] = { { .unavailable = LIFE } };

	(void)state;
	start(some, COUNT(some));
	poll_is("hold full begin:full:1 count:80 " READ "end:2 mib", 0);
	/* Another source, and the same kernel: there is nothing to tell. */
	poll_is("delta:101 begin:delta:1 cut:0 close", -ENOENT);
	poll_is("open:netlink hold full begin:full:1 count:80 " READ "end:2 mib", 0);
	assert_string_equal(logged(), "info polls go without the probes that are not there: drop|");
	poller_stop();
	start(none, COUNT(none));
	poll_is("hold full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_string_equal(logged(), "info polls go without the probes that are not there: drop, retransmit|");
	poller_stop();
	counter_defaults();
	config.journal = true;
	poller_new(no_life, COUNT(no_life), "netlink");
	log_start();
	poll_is("hold full begin:full:1 count:c0 " READ "end:2 mib", 0);
	assert_false(last_poll.journal);
	assert_non_null(strstr(logged(), "warn what happens to connections between two polls is not seen"));
	poller_stop();
}

static void refused(void **state)
{
	static const struct step steps_[] = { { .hold_err = -EPERM, .text = "not you" }, { 0 }, { .instance = 2 } };

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_string_equal(logged(), "warn drops, retransmits and the like are not counted, for the probes cannot be "
				      "held: not you|");
	log_start();
	poll_is("delta:102 hold full begin:full:2 count:c0 " READ "end:2 mib", 0);
	assert_string_equal(logged(), "info the probes are held, after 1 that failed|");
	poller_stop();
}

/* A part of the poll that failed: counted and said, and the rest of it is good. Nothing that came counts. */
static void reading_fails(void **state)
{
	static const struct step steps_[] = {
		{ .counter_err = -ETIMEDOUT, .text = "slow", .info = true },
		{ .counter_err = -ETIMEDOUT, .text = "slow" },
		{ .cell_err = -ENOMEM },
		{ 0 },
	};

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 count:c0 counters name cell uncounted end:2 mib", 0);
	assert_true(result.uncounted && !result.unread);
	assert_null(skstat_poller_counters(poller));
	poll_is("delta:101 begin:delta:1 count:c0 counters name cell uncounted end:2 mib", 0);
	/* The model has no memory: what follows is not handed to it. */
	poll_is("delta:102 begin:delta:1 count:c0 counters name cell uncounted end:2 mib", 0);
	poll_is("delta:103 begin:delta:1 count:c0 " READ "end:2 mib", 0);
	assert_false(result.uncounted);
	assert_int_equal(skstat_self_get(&self, polls_uncounted), 3);
	assert_int_equal(skstat_self_get(&self, polls_failed) + skstat_self_get(&self, polls_timeout), 0);
	assert_int_equal(skstat_self_get(&self, counter_failures), 3);
	assert_int_equal(skstat_self_get(&self, counter_reads), 1);
	assert_string_equal(logged(), "error what the probes count cannot be read: slow|"
				      "error what the probes count cannot be read: no memory for what the probes have "
				      "counted|info what the probes count can be read again, after 3 that failed|");
	poller_stop();
}

/* A walk that failed shows nothing: its counters wait. */
static void walk_fails(void **state)
{
	static const struct step steps_[] = { { .err = -ETIMEDOUT, .after = 1 } };

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 cut:1", -ETIMEDOUT);
	poll_is("full begin:full:1 count:c0 " READ "end:2 mib", 0);
	poller_stop();
	logged();
}

/* An older module: said once, and asked again of another one. */
static void does_not_count(void **state)
{
	static const struct step steps_[] = {
		{ .counter_err = -EOPNOTSUPP, .text = "no such command" },
		{ 0 },
		{ .instance = 2 },
		{ .info = true }, /* that poll's second walk */
		{ .instance = 3 },
		{ .info = true, .counter_err = -EOPNOTSUPP },
	};

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 count:c0 counters name cell uncounted end:2 mib", 0);
	assert_false(result.uncounted);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_string_equal(logged(), "warn the probes count, but it cannot be read: no such command|");
	poll_is("delta:102 hold full begin:full:2 count:c0 " READ "end:2 mib", 0);
	assert_non_null(skstat_poller_counters(poller));
	log_start();
	poll_is("delta:103 hold full begin:full:3 count:c0 counters name cell uncounted end:2 mib", 0);
	assert_null(skstat_poller_counters(poller));
	assert_string_equal(logged(), "warn the probes count, but it cannot be read: it failed|");
	assert_int_equal(skstat_self_get(&self, counter_failures), 0);
	poller_stop();
}

/* Cells of a module that the model was not told of are none of its cells. */
static void another_instance(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .counter_instance = 2 },
		{ 0 },
		{ .counter_totals_instance = 3 },
		{ 0 },
	};

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 count:c0 " READ "end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 count:c0 counters uncounted end:2", -ESTALE);
	poll_is("hold full begin:full:2 count:c0 " READ "end:2 mib", 0);
	poll_is("delta:103 begin:delta:2 count:c0 counters name cell cell uncounted end:2 mib", 0);
	assert_true(result.uncounted);
	poll_is("delta:104 begin:delta:2 count:c0 " READ "end:2 mib", 0);
	logged();
	poller_stop();
}

/* What the flags say reaches the model. */
static void limit(void **state)
{
	(void)state;
	fast(1);
	config.probe_max_cells = 77;
	assert_int_equal(collect(NULL, 0), 0);
	skstat_store_free(store);
	assert_int_equal(last_config.cell_limit, 77);
	logged();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_wanted),	 cmocka_unit_test(order),
		cmocka_unit_test(refused),	 cmocka_unit_test(probes_of_the_kernel),
		cmocka_unit_test(reading_fails), cmocka_unit_test(walk_fails),
		cmocka_unit_test(limit),	 cmocka_unit_test(does_not_count),
		cmocka_unit_test(another_instance),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collect counters", tests, log_take, NULL);
}
