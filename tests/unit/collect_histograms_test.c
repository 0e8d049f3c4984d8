// SPDX-License-Identifier: GPL-2.0
/* The probes' histograms in the collector: read behind the counters, each on its own. */
#include "collect/kit.h"

#define DROP  SKSTAT_PROBE_BIT(DROP)  /* 40 */
#define STATE SKSTAT_PROBE_BIT(STATE) /* 80000 */
#define COUNT_ "count:40 counters name cell cell counted "
#define MEASURE "measure:80000 histograms name hist hist measured "

static void start(const struct step *step, size_t count)
{
	defaults();
	config.probe[SKSTAT_PROBE_STATE] = true;
	poller_new(step, count, "netlink");
	log_start();
}

/* Held before the walk, read behind the counters, at every poll; and no other probe is needed. */
static void order(void **state)
{
	static const struct step steps_[] = { { .info = true }, { 0 } };

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 " MEASURE "end:2 mib", 0);
	assert_true(last_probes == STATE);
	assert_false(result.uncounted || result.unmeasured);
	assert_int_equal(skstat_poller_histograms(poller)->places, 128);
	assert_null(skstat_poller_counters(poller));
	poll_is("delta:101 begin:delta:1 " MEASURE "end:2 mib", 0);
	assert_non_null(skstat_poller_histograms(poller));
	assert_int_equal(skstat_self_get(&self, histogram_reads), 2);
	assert_int_equal(skstat_self_get(&self, histogram_ns), 26);
	assert_int_equal(skstat_self_get(&self, counter_reads), 0);
	poller_stop();

	config.probe[SKSTAT_PROBE_DROP] = true;
	poller_new(NULL, 0, "netlink");
	poll_is("hold full begin:full:1 " COUNT_ MEASURE "end:2 mib", 0);
	assert_true(last_probes == (STATE | DROP));
	poller_stop();
	assert_string_equal(logged(), "");
}

/* One that fails does not keep the other from being read. */
static void reading_fails(void **state)
{
	static const struct step steps_[] = {
		{ .read_hist_err = -ETIMEDOUT, .text = "slow" },
		{ .hist_err = -ENOMEM },
		{ .counter_err = -ETIMEDOUT, .text = "slow" },
	};

	(void)state;
	defaults();
	config.probe[SKSTAT_PROBE_STATE] = config.probe[SKSTAT_PROBE_DROP] = true;
	poller_new(steps_, COUNT(steps_), "netlink");
	log_start();
	poll_is("hold full begin:full:1 " COUNT_ "measure:80000 histograms name hist unmeasured end:2 mib", 0);
	assert_true(result.unmeasured && !result.uncounted);
	poll_is("delta:101 begin:delta:1 " COUNT_ "measure:80000 histograms name hist unmeasured end:2 mib", 0);
	poll_is("delta:102 begin:delta:1 count:40 counters name cell uncounted " MEASURE "end:2 mib", 0);
	assert_true(result.uncounted && !result.unmeasured);
	assert_int_equal(skstat_self_get(&self, polls_unmeasured), 2);
	assert_int_equal(skstat_self_get(&self, histogram_failures), 2);
	assert_int_equal(skstat_self_get(&self, histogram_reads), 1);
	assert_string_equal(logged(), "error what the probes measure cannot be read: slow|"
				      "error what the probes measure cannot be read: no memory for what the probes have "
				      "measured|error what the probes count cannot be read: slow|"
				      "info what the probes measure can be read again, after 2 that failed|");
	poller_stop();
}

/* An older module: said once. Another instance's are none of the model's. */
static void other_modules(void **state)
{
	static const struct step older[] = { { .read_hist_err = -EOPNOTSUPP, .text = "no such command" } };
	static const struct step anew[] = { { .hist_instance = 2 } };

	(void)state;
	start(older, COUNT(older));
	poll_is("hold full begin:full:1 measure:80000 histograms name hist unmeasured end:2 mib", 0);
	assert_false(result.unmeasured);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_string_equal(logged(), "warn the probes measure, but it cannot be read: no such command|");
	poller_stop();

	start(anew, COUNT(anew));
	poll_is("hold full begin:full:1 measure:80000 histograms unmeasured end:2", -ESTALE);
	poller_stop();
	logged();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(reading_fails),
		cmocka_unit_test(other_modules),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collect histograms", tests, log_take, NULL);
}
