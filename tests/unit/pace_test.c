// SPDX-License-Identifier: GPL-2.0
/* How far apart polls are for what they cost: one step by tables, and where many lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/pace.h"

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 5 % of one CPU. */
static const struct skstat_pace_config five = { .interval_ns = SECOND, .full_interval_ns = 10 * SECOND,
						.budget_ns = 50 * MS };

static void next(void **state)
{
	static const struct {
		uint64_t interval, cpu, next; /* ms */
	} steps[] = {
		/* within the budget, as often as asked for */
		{ 1000, 0, 1000 },
		{ 1000, 10, 1000 },
		{ 1000, 50, 1000 },
		/* above it: what it takes and a sixteenth, twofold at the most */
		{ 1000, 51, 1083 },
		{ 1000, 80, 1700 },
		{ 1000, 200, 2000 },
		{ 1000, 1000000, 2000 },
		{ 2000, 200, 4000 },
		{ 4000, 200, 4000 },
		{ 4000, 201, 4271 },
		/* up to a minute */
		{ 40000, 2900, 60000 },
		{ 60000, 100000, 60000 },
		/* some room is none to speak of; more of it is taken, by a quarter at the most */
		{ 4000, 170, 4000 },
		{ 4000, 160, 4000 },
		{ 4000, 159, 3378 },
		{ 4000, 50, 3000 },
		{ 3000, 50, 2250 },
		{ 1200, 50, 1200 },
		{ 1200, 40, 1000 },
		{ 60000, 0, 45000 },
		{ 1001, 1, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		uint64_t after = skstat_pace_next(&five, steps[i].interval * MS, steps[i].cpu * MS);

		if (after / MS != steps[i].next)
			fail_msg("%zu: %zu ms after %zu", i, (size_t)(after / MS), (size_t)steps[i].interval);
	}
}

/* Who asks for less than once a minute gets that, and no less. */
static void long_intervals(void **state)
{
	const struct skstat_pace_config seldom = { .interval_ns = 600 * SECOND, .full_interval_ns = 600 * SECOND,
						   .budget_ns = 1 };

	(void)state;
	assert_true(skstat_pace_next(&seldom, 600 * SECOND, UINT64_MAX) == 600 * SECOND);
	assert_true(skstat_pace_next(&seldom, 600 * SECOND, 0) == 600 * SECOND);
}

/* Polls for so long, of which a full one and a delta take that much CPU time. The part of a CPU, in thousandths. */
static uint64_t run(struct skstat_pace *pace, uint64_t seconds, uint64_t full_ns, uint64_t delta_ns)
{
	uint64_t now = 0, last = 0, cpu = 0;

	do {
		bool full = !now || now - last >= pace->config.full_interval_ns;

		if (full)
			last = now;
		cpu += full ? full_ns : delta_ns;
		(void)skstat_pace_take(pace, full ? full_ns : delta_ns, full);
		now += pace->interval_ns;
	} while (now < seconds * SECOND);
	return cpu / (now / 1000);
}

/* Where it leads: to the budget and not below four fifths of it, and it stays there. */
static void settles(void **state)
{
	static const struct {
		uint64_t full, delta; /* ms */
	} costs[] = { { 100, 100 }, { 1000, 30 }, { 700, 5 }, { 1500, 200 }, { 300, 60 }, { 2500, 1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(costs); i++) {
		struct skstat_pace pace;
		uint64_t used;

		skstat_pace_init(&pace, &five);
		(void)run(&pace, 1200, costs[i].full * MS, costs[i].delta * MS);
		used = run(&pace, 12000, costs[i].full * MS, costs[i].delta * MS);
		if (used > 51 || used < 38 || pace.short_of)
			fail_msg("%zu: %zu thousandths, by %zu ms", i, (size_t)used, (size_t)(pace.interval_ns / MS));
	}
}

/* What costs little is polled as often as asked for, and so is what costs little again. */
static void recovers(void **state)
{
	struct skstat_pace pace;

	(void)state;
	skstat_pace_init(&pace, &five);
	(void)run(&pace, 600, 100 * MS, 20 * MS);
	assert_true(pace.interval_ns == SECOND && !pace.short_of);
	(void)run(&pace, 600, 9000 * MS, 9000 * MS);
	assert_true(pace.interval_ns == SKSTAT_PACE_TOP_NS && pace.short_of);
	(void)run(&pace, 600, 100 * MS, 20 * MS);
	assert_true(pace.interval_ns == SECOND && !pace.short_of);
}

/* A full poll that costs ten times a delta is looked at together with the deltas. */
static void windows(void **state)
{
	struct skstat_pace pace;
	int changes = 0;

	(void)state;
	skstat_pace_init(&pace, &five);
	for (int poll = 0; poll < 300; poll++)
		changes += skstat_pace_take(&pace, (poll % 10 == 9 ? 200 : 20) * MS, poll % 10 == 9);
	assert_int_equal(changes, 0);
	assert_true(pace.interval_ns == SECOND);

	/* It does not wait for the full one if there is no doubt. */
	for (int poll = 0; poll < 3; poll++)
		assert_false(skstat_pace_take(&pace, 300 * MS, false));
	assert_true(skstat_pace_take(&pace, 300 * MS, false));
	assert_true(pace.interval_ns == 2 * SECOND);

	/* Nor for longer than a minute. */
	pace.config.full_interval_ns = 3600 * SECOND;
	pace.interval_ns = SECOND;
	for (int poll = 0; poll < 59; poll++)
		assert_false(skstat_pace_take(&pace, 60 * MS, false));
	assert_true(skstat_pace_take(&pace, 60 * MS, false));
}

static void no_budget(void **state)
{
	const struct skstat_pace_config free_of = { .interval_ns = SECOND, .full_interval_ns = SECOND };
	struct skstat_pace pace;

	(void)state;
	skstat_pace_init(&pace, &free_of);
	for (int poll = 0; poll < 100; poll++)
		assert_false(skstat_pace_take(&pace, 1000 * SECOND, true));
	assert_true(pace.interval_ns == SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next),	    cmocka_unit_test(long_intervals), cmocka_unit_test(settles),
		cmocka_unit_test(recovers), cmocka_unit_test(windows),	      cmocka_unit_test(no_budget),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
