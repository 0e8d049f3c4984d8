// SPDX-License-Identifier: GPL-2.0
/* The journal in the collector: held before the walk, read behind it and when the bell rings, never a poll's end. */
#include "collect/kit.h"
#include "snapshot/feed.h"

#define LIFE SKSTAT_PROBE_BIT(LIFE)
#define FIRST_BYTE SKSTAT_PROBE_BIT(FIRST_BYTE)
#define READER SKSTAT_PROBE_BIT(READER)
#define ACCEPT SKSTAT_PROBE_BIT(ACCEPT)
#define SYNACK SKSTAT_PROBE_BIT(SYNACK)

static void journal_defaults(void)
{
	defaults();
	config.journal = true;
}

static void start(const struct step *step, size_t count)
{
	journal_defaults();
	poller_new(step, count, "netlink");
	log_start();
}

static void not_wanted(void **state)
{
	(void)state;
	start(NULL, 0);
	poller_stop();
	config.journal = false;
	poller_new(NULL, 0, "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	assert_false(last_poll.journal);
	assert_int_equal(skstat_poller_bell(poller), -1);
	assert_int_equal(skstat_poller_probes(poller), 0);
	assert_int_equal(skstat_self_get(&self, journal_held), 0);
	poller_stop();
}

/* Probes, walk, events, the model's end: in this order, at every poll. Held once. */
static void order(void **state)
{
	static const struct step steps_[] = {
		{ .events = 1 },
		{ .events = 3, .unknown = 4 },
		{ 0 },
		{ .events = 1, .empty = true },
		{ .partial = true, .events = 1 },
	};
	uint64_t since;

	(void)state;
	start(steps_, COUNT(steps_));
	assert_int_equal(skstat_poller_bell(poller), -1);
	poll_is("hold full begin:full:1 journal event heard end:2 mib", 0);
	assert_true(last_poll.journal && last_poll.journal_ns <= last_poll.now_ns + SECOND);
	since = last_poll.journal_ns;
	poll_is("delta:101 begin:delta:1 journal event event event heard end:2 mib", 0);
	poll_is("delta:102 begin:delta:1 journal heard end:2 mib", 0);
	poll_is("delta:103 begin:delta:1 journal event heard end:0 mib", 0);
	poll_is("delta:104 begin:delta:1 journal event heard partial:2 mib", 0);
	assert_true(last_poll.journal && last_poll.journal_ns == since);
	assert_true(skstat_poller_bell(poller) >= 0);
	assert_int_equal(skstat_self_get(&self, journal_held), 1);
	assert_int_equal(skstat_self_get(&self, journal_events), 6);
	assert_int_equal(skstat_self_get(&self, journal_unknown), 4);
	assert_int_equal(skstat_self_get(&self, journal_lost), 0);
	assert_int_equal(skstat_self_get(&self, journal_reads), 5);
	assert_int_equal(skstat_self_get(&self, journal_failures), 0);
	assert_int_equal(skstat_self_get(&self, journal_ns), 45);
	assert_string_equal(logged(), "");
	poller_stop();
}

/* Attaching may take longer than a poll, and has its time. All other requests have theirs. */
static void time_for_a_hold(void **state)
{
	(void)state;
	start(NULL, 0);
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	assert_true(hold_timeout == 10 * SECOND && last_timeout == SECOND);
	poller_stop();
	config.poll_timeout_ns = 20 * SECOND;
	poller_new(NULL, 0, "netlink");
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	assert_true(hold_timeout == 20 * SECOND && last_timeout == 20 * SECOND);
	poller_stop();
	logged();
}

static void probes_of_the_config(void **state)
{
	(void)state;
	start(NULL, 0);
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	assert_true(last_probes == (LIFE | SYNACK | FIRST_BYTE | READER));
	assert_true(skstat_poller_probes(poller) == last_probes);
	poller_stop();
	config.journal_first_byte = config.journal_reader = false;
	poller_new(NULL, 0, "netlink");
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	assert_true(last_probes == (LIFE | SYNACK));
	poller_stop();
	config.journal_accept = true;
	poller_new(NULL, 0, "netlink");
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	assert_true(last_probes == (LIFE | SYNACK | ACCEPT));
	poller_stop();
	logged();
}

/* Without what this kernel does not have, and not at all without `life`. */
static void probes_of_the_kernel(void **state)
{
	static const struct step some[] = { { .unavailable = READER | SYNACK } };
	static const struct step all[] = { { .unavailable = LIFE } };

	(void)state;
	start(some, COUNT(some));
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	assert_true(last_poll.journal);
	assert_true(skstat_poller_probes(poller) == (LIFE | FIRST_BYTE));
	assert_string_equal(logged(), "info polls go without the probes that are not there: reader, synack|");
	poller_stop();

	start(all, COUNT(all));
	poll_is("hold full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_false(last_poll.journal);
	assert_int_equal(skstat_poller_bell(poller), -1);
	assert_int_equal(skstat_self_get(&self, journal_held), 0);
	assert_string_equal(logged(), "warn what happens to connections between two polls is not seen, for the journal "
				      "cannot be held: this kernel does not have the probe it is made of|");
	poller_stop();
}

/* An old module, or no permission: said once, and asked again of another module only. */
static void refused_for_good(void **state)
{
	static const int errors[] = { -EOPNOTSUPP, -EPERM, -EACCES };

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		const struct step steps_[] = {
			{ .hold_err = errors[i], .text = "no such thing" },
			{ 0 },
			{ .err = -ENOENT },
			{ .hold_err = errors[i], .text = "no such thing" },
			{ .instance = 2 },
		};

		start(steps_, COUNT(steps_));
		poll_is("hold full begin:full:1 end:2 mib", 0);
		assert_false(last_poll.journal || result.unread);
		poll_is("delta:101 begin:delta:1 end:2 mib", 0);
		poll_is("delta:102 begin:delta:1 cut:0 close", -ENOENT);
		poll_is("open:netlink hold full begin:full:1 end:2 mib", 0);
		assert_string_equal(logged(), "warn what happens to connections between two polls is not seen, for the "
					      "journal cannot be held: no such thing|");
		log_start();
		poll_is("delta:103 hold full begin:full:2 journal heard end:2 mib", 0);
		assert_true(last_poll.journal);
		assert_string_equal(logged(), "info the journal is held, after 2 that failed|");
		poller_stop();
	}
}

/* Anything else may be better at the next poll. */
static void refused_for_now(void **state)
{
	static const struct step steps_[] = { { .hold_err = -ENOMEM }, { .hold_err = -ETIMEDOUT, .text = "slow" } };

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 end:2 mib", 0);
	poll_is("hold delta:101 begin:delta:1 end:2 mib", 0);
	assert_false(last_poll.journal);
	poll_is("hold delta:102 begin:delta:1 journal heard end:2 mib", 0);
	assert_true(last_poll.journal);
	poll_is("delta:103 begin:delta:1 journal heard end:2 mib", 0);
	assert_string_equal(logged(), "warn what happens to connections between two polls is not seen, for the journal "
				      "cannot be held: it failed|"
				      "warn what happens to connections between two polls is not seen, for the journal "
				      "cannot be held: slow|"
				      "info the journal is held, after 2 that failed|");
	poller_stop();
}

/* The rings fill up while walks fail. But not of a module that is gone, or another one. */
static void walk_fails(void **state)
{
	static const struct step steps_[] = {
		{ .err = -ETIMEDOUT, .after = 1, .events = 2 },
		{ .err = -EBADMSG, .events = 1 },
		{ 0 },
		{ .totals_instance = 2 },
		{ .instance = 2 },
		{ .err = -ENODEV, .events = 1 },
		{ .events = 1 },
	};
	uint64_t since;

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 journal event event heard cut:1", -ETIMEDOUT);
	since = last_poll.journal_ns;
	poll_is("full begin:full:1 journal event heard cut:0", -EBADMSG);
	poll_is("full begin:full:1 journal heard end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 cut:2", -ESTALE);
	poll_is("full begin:full:2 journal heard end:2 mib", 0);
	poll_is("hold delta:103 begin:delta:2 cut:0 close", -ENODEV);
	assert_int_equal(skstat_self_get(&self, journal_held), 0);
	assert_int_equal(skstat_poller_bell(poller), -1);
	answer_is("", false);
	poll_is("open:netlink hold full begin:full:2 journal event heard end:2 mib", 0);
	/* What began since then is still not baseline. */
	assert_true(last_poll.journal_ns == since);
	assert_int_equal(skstat_self_get(&self, journal_held), 1);
	logged();
	poller_stop();
}

/* A part of the poll that failed: counted and said, and the rest of it is good. */
static void reading_fails(void **state)
{
	static const struct step steps_[] = {
		{ .events = 2, .journal_err = -ETIMEDOUT, .text = "slow" },
		{ .journal_err = -ETIMEDOUT, .text = "slow" },
		{ .journal_err = -EBADMSG, .text = "bad" },
		{ .cut = true },
		{ .lost = 5 },
	};

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 journal event event end:2 mib", 0);
	assert_true(result.unread && last_poll.journal);
	poll_is("delta:101 begin:delta:1 journal end:2 mib", 0);
	poll_is("delta:102 begin:delta:1 journal end:2 mib", 0);
	poll_is("delta:103 begin:delta:1 journal end:2 mib", 0);
	assert_true(result.unread);
	poll_is("delta:104 begin:delta:1 journal lost:5 heard end:2 mib", 0);
	assert_false(result.unread);
	assert_int_equal(skstat_self_get(&self, polls_unread), 4);
	assert_int_equal(skstat_self_get(&self, polls_failed) + skstat_self_get(&self, polls_timeout), 0);
	assert_int_equal(skstat_self_get(&self, journal_failures), 4);
	assert_int_equal(skstat_self_get(&self, journal_reads), 1);
	assert_int_equal(skstat_self_get(&self, journal_events), 2);
	assert_int_equal(skstat_self_get(&self, journal_lost), 5);
	assert_string_equal(logged(), "error the journal cannot be read: slow|error the journal cannot be read: bad|"
				      "error the journal cannot be read: the journal ended without its totals|"
				      "info the journal can be read again, after 4 that failed|");
	poller_stop();
}

/* What is lost is told to the model, and counted to the last one. */
static void losses(void **state)
{
	static const struct step steps_[] = {
		{ .events = 1, .lost = 7 },
		{ .lost = 2, .fresh = true },
		{ .fresh = true },
		{ .events = 3, .event_err = -ENOMEM }, /* the first of three */
		{ .lost = 4, .journal_err = -EBADMSG },
	};

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 journal event lost:7 heard end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 journal lost:2,fresh heard end:2 mib", 0);
	poll_is("delta:102 begin:delta:1 journal lost:0,fresh heard end:2 mib", 0);
	poll_is("delta:103 begin:delta:1 journal event event event lost:1 heard end:2 mib", 0);
	poll_is("delta:104 begin:delta:1 journal lost:4 end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, journal_lost), 14);
	assert_int_equal(skstat_self_get(&self, journal_events), 4);
	logged();
	poller_stop();
}

/* The module was loaded anew: its journal is held before its sockets are walked. */
static void another_instance(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .instance = 2 },
		{ .events = 1, .fresh = true },
		{ 0 },
	};

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	poll_is("delta:101 hold full begin:full:2 journal event lost:0,fresh heard end:2 mib", 0);
	poll_is("delta:102 begin:delta:2 journal heard end:2 mib", 0);
	assert_string_equal(logged(), "");
	poller_stop();
}

/* Events of a module that the model was not told of name namespaces that it would take for others. */
static void another_instance_in_the_journal(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .journal_instance = 2, .events = 3, .fresh = true },
		{ 0 },
		{ .info = true, .info_instance = 3 },
	};

	(void)state;
	start(steps_, COUNT(steps_));
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 journal lost:3,fresh heard end:2", -ESTALE);
	assert_string_equal(error.text, "the module was loaded anew during the poll");
	poll_is("hold full begin:full:2 journal heard end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, journal_lost), 3);
	/* Nor may its names of counters be shown by what another one has. */
	poll_is("delta:103 begin:delta:2 journal heard end:2 mib", -ESTALE);
	poll_is("hold full begin:full:3 journal heard end:2 mib", 0);
	logged();
	poller_stop();
}

static struct step between;

static void set_between(void)
{
	now = between;
}

/* The bell: the journal, and nothing but it. */
static void answers(void **state)
{
	static const struct step steps_[] = { { 0 }, { 0 } };

	(void)state;
	start(steps_, COUNT(steps_));
	answer_is("bell", false);
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);

	bell_ring();
	bell_ring();
	between = (struct step){ .events = 2, .lost = 1 };
	set_between();
	answer_is("bell journal event event lost:1 heard", true);
	assert_int_equal(skstat_self_get(&self, journal_bells), 2);
	assert_int_equal(skstat_self_get(&self, journal_events), 2);
	assert_int_equal(skstat_self_get(&self, journal_lost), 1);
	assert_int_equal(skstat_self_get(&self, stage_receive_ns), 3000);
	assert_int_equal(skstat_self_get(&self, polls_full), 1);

	/* Somebody else's events, or none: a bell is enough, and so is an event without one. */
	bell_ring();
	answer_is("bell journal heard", true);
	between = (struct step){ .events = 1 };
	set_between();
	answer_is("bell journal event heard", true);
	answer_is("bell journal heard", false);
	between = (struct step){ .unknown = 1 };
	set_between();
	answer_is("bell journal heard", true);

	bell_ring();
	between = (struct step){ .journal_err = -ETIMEDOUT };
	set_between();
	answer_is("bell journal", false);
	assert_int_equal(skstat_self_get(&self, journal_failures), 1);
	assert_int_equal(skstat_self_get(&self, polls_unread), 0);

	/* Loaded anew between two polls. */
	bell_ring();
	between = (struct step){ .journal_instance = 2, .events = 2, .fresh = true };
	set_between();
	answer_is("bell journal lost:2,fresh heard", true);
	poll_is("hold delta:101 full begin:full:2 journal heard end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, journal_lost), 3);
	assert_string_equal(logged(), "error the journal cannot be read: it failed|"
				      "info the journal can be read again, after 1 that failed|");
	poller_stop();
}

/* What the module said of its cost stands while it says nothing. */
static void cost_of_the_module(void **state)
{
	static const struct step steps_[] = { { .info = true }, { 0 }, { .info = true }, { .err = -EBADMSG } };

	(void)state;
	start(steps_, COUNT(steps_));
	assert_null(skstat_poller_module(poller));
	poll_is("hold full begin:full:1 journal heard end:2 mib", 0);
	assert_non_null(skstat_poller_module(poller));
	assert_int_equal(skstat_poller_module(poller)->memory, 4096);
	poll_is("delta:101 begin:delta:1 journal heard end:2 mib", 0);
	assert_int_equal(skstat_poller_module(poller)->memory, 4096);
	poll_is("delta:102 begin:delta:1 journal heard end:2 mib", 0);
	assert_non_null(skstat_poller_module(poller));
	poll_is("delta:103 begin:delta:1 journal heard cut:0", -EBADMSG);
	assert_int_equal(skstat_poller_module(poller)->memory, 4096);
	logged();
	poller_stop();
}

/* Loaded anew it counts from 0, and what is shown goes on. */
static void cost_of_modules(void **state)
{
	static const struct step steps_[] = {
		{ .info = true, .written = 10 },
		{ .info = true, .written = 25 },
		{ .instance = 2 },
		{ .info = true, .written = 4 },
		{ .info = true, .written = 40 },
	};
	static const uint64_t shown[] = { 10, 25, 29, 65 };

	(void)state;
	start(steps_, COUNT(steps_));
	for (size_t i = 0; i < COUNT(shown); i++) {
		assert_int_equal(skstat_poller_poll(poller, due += SECOND, &result, &error), 0);
		assert_true(skstat_poller_module(poller)->journal_written == shown[i]);
		assert_int_equal(skstat_poller_module(poller)->memory, 4096);
	}
	logged();
	poller_stop();
}

/* --- in the loop */

static void journal_fast(uint64_t loops)
{
	fast(loops);
	config.journal = true;
	config.poll_full_interval_ns = 3600 * SECOND;
}

static void published_once_a_poll(void **state)
{
	static const struct step steps_[] = { { .info = true, .events = 1 } };

	(void)state;
	journal_fast(1);
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_string_equal(said, "hold full begin:full:1 journal event heard end:2 mib "
				  "self:netlink:why module:4096:0x2e publish\nclose ");
	skstat_store_free(store);

	/* --once is no different. */
	journal_fast(0);
	config.once = true;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_string_equal(said, "hold full begin:full:1 journal event heard end:2 mib "
				  "self:netlink:why module:4096:0x2e publish\nclose ");
	assert_string_equal(logged(), "");
	skstat_store_free(store);
}

static unsigned int count_of(const char *word)
{
	unsigned int count = 0;

	for (const char *next = said; (next = strstr(next, word)); next++)
		count++;
	return count;
}

/* Rung during the second poll: answered before the third one, and without a snapshot of it. */
static void bell_between_polls(void **state)
{
	static const struct step steps_[] = { { 0 }, { .act = bell_ring }, { 0 } };

	(void)state;
	journal_fast(COUNT(steps_));
	config.poll_interval_ns = 50000000;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_string_equal(said, "hold full begin:full:1 journal heard end:2 mib self:netlink:why publish\n"
				  "delta:101 begin:delta:1 journal heard end:2 mib self:netlink:why publish\n"
				  "bell journal heard "
				  "delta:102 begin:delta:1 journal heard end:2 mib self:netlink:why publish\nclose ");
	assert_int_equal(skstat_self_get(&self, journal_bells), 1);
	skstat_store_free(store);
}

static void replace_and_ring(void)
{
	bell_replace();
	bell_ring();
}

/* The source has closed its descriptor, and opened another one that got the same number. */
static void another_bell(void **state)
{
	static const struct step steps_[] = { { .act = NULL }, { .act = replace_and_ring }, { 0 } };

	(void)state;
	journal_fast(COUNT(steps_));
	config.poll_interval_ns = 50000000;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(count_of("bell "), 1);
	skstat_store_free(store);
}

/* Gone with its source, and there again with the next one. */
static void bell_goes_and_comes(void **state)
{
	static const struct step steps_[] = { { 0 }, { .err = -ENOENT }, { 0 }, { .act = bell_ring }, { 0 } };

	(void)state;
	journal_fast(COUNT(steps_));
	config.poll_interval_ns = 50000000;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(count_of("bell "), 1);
	assert_int_equal(count_of("hold "), 2);
	skstat_store_free(store);
}

static void ring_for_ever(void)
{
	bell_stuck = true;
	bell_ring();
}

/* It rings and rings, and nothing comes: once a poll is enough. */
static void stuck_bell(void **state)
{
	static const struct step steps_[] = { { 0 }, { .act = ring_for_ever }, { 0 }, { 0 }, { 0 } };

	(void)state;
	journal_fast(COUNT(steps_));
	config.poll_interval_ns = 50000000;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(count_of("publish"), 5);
	assert_true(count_of("bell ") >= 1 && count_of("bell ") <= 4);
	skstat_store_free(store);
}

/* Who else listens gets the events in the same reading, and what was lost behind them. */
static void feed_of_events(void **state)
{
	static const struct step steps_[] = { { .events = 1 }, { .events = 2, .lost = 3 }, { .fresh = true } };
	struct skstat_feed *feed = skstat_feed_new();
	struct skstat_feed_listener *listener;
	struct skstat_feed_item item;

	(void)state;
	start(steps_, COUNT(steps_));
	assert_non_null(feed);
	skstat_poller_feed(poller, feed);
	poll_is("hold full begin:full:1 journal event heard end:2 mib", 0);
	listener = skstat_feed_listen(feed, &error);
	assert_non_null(listener);
	assert_int_equal(skstat_poller_poll(poller, due, &result, &error), 0);
	/* It was woken. */
	assert_true(skstat_feed_wait(listener, 0));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_EVENT);
		assert_int_equal(item.sample.kind, SKSTAT_KIND_OPENED);
	}
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_LOST);
	assert_true(item.lost == 3 && !item.fresh);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_NOTHING);
	assert_int_equal(skstat_poller_poll(poller, due, &result, &error), 0);
	assert_int_equal(skstat_feed_next(listener, &item), SKSTAT_FEED_LOST);
	assert_true(item.fresh);
	skstat_feed_leave(listener);
	poller_stop();
	skstat_feed_free(feed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_wanted),
		cmocka_unit_test(order),
		cmocka_unit_test(feed_of_events),
		cmocka_unit_test(time_for_a_hold),
		cmocka_unit_test(probes_of_the_config),
		cmocka_unit_test(probes_of_the_kernel),
		cmocka_unit_test(refused_for_good),
		cmocka_unit_test(refused_for_now),
		cmocka_unit_test(walk_fails),
		cmocka_unit_test(reading_fails),
		cmocka_unit_test(losses),
		cmocka_unit_test(another_instance),
		cmocka_unit_test(another_instance_in_the_journal),
		cmocka_unit_test(answers),
		cmocka_unit_test(cost_of_the_module),
		cmocka_unit_test(cost_of_modules),
		cmocka_unit_test(published_once_a_poll),
		cmocka_unit_test(bell_between_polls),
		cmocka_unit_test(another_bell),
		cmocka_unit_test(bell_goes_and_comes),
		cmocka_unit_test(stuck_bell),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collect_journal", tests, log_take, NULL);
}
