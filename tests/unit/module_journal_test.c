// SPDX-License-Identifier: GPL-2.0
/* The module's journal as a source: what is held, by which instance, and where the cursor is when that changes. */
#include "module_fakes.h"

#define PROBES (SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(ACCEPT) | SKSTAT_PROBE_BIT(SYNACK))
#define HELD   (SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(SYNACK)) /* what the kernel has of these */

static struct {
	uint64_t last; /* event: they come in the order of their numbers, none twice */
	int answer;
} reader;

static int event_read(const struct skstat_sample *sample, void *arg)
{
	assert_ptr_equal(arg, &reader);
	assert_int_equal(sample->kind, SKSTAT_KIND_CLOSED);
	assert_true(sample->event.event_sequence > reader.last);
	reader.last = sample->event.event_sequence;
	return reader.answer;
}

static struct skstat_journal_totals journal_stopping(struct skstat_source *source, int answer, int expected)
{
	struct skstat_journal_totals totals;
	struct skstat_error error;

	reader.answer = answer;
	assert_int_equal(skstat_source_journal(source, event_read, &reader, &totals, &error), expected);
	assert_int_equal(error.text[0] != '\0', expected < 0);
	assert_int_equal(totals.complete, expected == 0);
	return totals;
}

static struct skstat_journal_totals journal(struct skstat_source *source, int expected)
{
	return journal_stopping(source, 0, expected);
}

static void hold(struct skstat_source *source, uint64_t probes, int expected, uint64_t expected_held)
{
	struct skstat_error error;
	uint64_t held;

	assert_int_equal(skstat_source_hold(source, probes, &held, &error), expected);
	assert_int_equal(held, expected_held);
	assert_int_equal(error.text[0] != '\0', expected < 0);
}

static int mib_pass(const struct skstat_mib *mib, void *arg)
{
	(void)arg;
	assert_int_equal(mib->netns, 1);
	return 0;
}

static struct skstat_source *open_source(void)
{
	struct skstat_source *source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, NULL, NULL);

	assert_non_null(source);
	reader.last = 0;
	return source;
}

static void close_source(struct skstat_source *source)
{
	skstat_source_close(source);
	assert_false(fake.requests.open || fake.holder.open);
}

/* What was before is not read; then everything is, once. */
static void reads(void **state)
{
	struct skstat_journal_totals totals;
	struct skstat_source *source;

	(void)state;
	load(7);
	source = open_source();
	assert_true(skstat_source_info(source)->journal);
	journal(source, -EINVAL);
	hold(source, PROBES, 0, HELD);
	assert_int_equal(fake.holder.held, HELD);
	totals = journal(source, 0);
	assert_int_equal(totals.events, 0);
	assert_false(totals.fresh);
	fake.head += 3;
	assert_int_equal(journal(source, 0).events, 3);
	fake.head += 3;
	assert_int_equal(journal_stopping(source, 1, 1).events, 1);
	assert_int_equal(journal(source, 0).events, 2);
	assert_int_equal(journal(source, 0).events, 0);
	close_source(source);
}

static void bells(void **state)
{
	struct skstat_source *source;

	(void)state;
	load(7);
	source = open_source();
	assert_int_equal(skstat_source_bell(source), -1);
	assert_int_equal(skstat_source_bell_take(source), 0);
	skstat_source_set_timeout(source, 5);
	hold(source, PROBES, 0, HELD);
	assert_int_equal(fake.holder.timeout_ns, 5);
	skstat_source_set_timeout(source, 6);
	assert_int_equal(fake.holder.timeout_ns, 6);
	assert_int_equal(fake.requests.timeout_ns, 6);
	assert_int_equal(skstat_source_bell(source), 4);
	fake.holder.bells = 2;
	assert_int_equal(skstat_source_bell_take(source), 2);
	assert_int_equal(skstat_source_bell_take(source), 0);
	close_source(source);
}

/* More, fewer, none: over the same socket, and without a gap. */
static void other_probes(void **state)
{
	struct skstat_journal_totals totals;
	struct skstat_source *source;

	(void)state;
	load(7);
	source = open_source();
	hold(source, PROBES, 0, HELD);
	fake.head++;
	hold(source, PROBES | SKSTAT_PROBE_BIT(READER), 0, HELD | SKSTAT_PROBE_BIT(READER));
	fake.head++;
	hold(source, SKSTAT_PROBE_BIT(LIFE), 0, SKSTAT_PROBE_BIT(LIFE));
	assert_int_equal(fake.holder.held, SKSTAT_PROBE_BIT(LIFE));
	totals = journal(source, 0);
	assert_int_equal(totals.events, 2);
	assert_false(totals.fresh);
	assert_int_equal(fake.tails, 1);

	hold(source, 0, 0, 0);
	assert_false(fake.holder.open);
	assert_int_equal(skstat_source_bell(source), -1);
	journal(source, -EINVAL);
	/* Held anew, of one's own will: no gap that anybody would have to be told of. */
	fake.head += 10;
	hold(source, PROBES, 0, HELD);
	totals = journal(source, 0);
	assert_int_equal(totals.events, 0);
	assert_false(totals.fresh);
	close_source(source);
}

/* Loaded anew: whichever call sees it first, the next reading holds again, begins at the tail and says so, once. */
static void loaded_anew(void **state)
{
	struct skstat_journal_totals totals;
	struct skstat_source *source;
	struct skstat_info info;

	(void)state;
	for (int before = 0; before < 3; before++) {
		load(7);
		source = open_source();
		hold(source, PROBES, 0, HELD);
		fake.instance = 8;
		fake.head = 800;
		if (before == 1)
			assert_int_equal(skstat_source_module_info(source, &info, NULL), 0);
		if (before == 2)
			hold(source, PROBES, 0, HELD);
		totals = journal(source, 0);
		assert_true(totals.fresh);
		assert_int_equal(totals.events, 0);
		assert_int_equal(skstat_source_info(source)->instance, 8);
		assert_int_equal(fake.holder.connected, 8);
		assert_int_equal(fake.holder.held, HELD);
		fake.head += 2;
		totals = journal(source, 0);
		assert_false(totals.fresh);
		assert_int_equal(totals.events, 2);
		assert_int_equal(fake.tails, 2);
		close_source(source);
	}
}

/* Another one comes at the worst moments: between hold and cursor, and under the same family number. */
static void anew_in_between(void **state)
{
	struct skstat_source *source;

	(void)state;
	load(7);
	source = open_source();
	fake.after_hold = 8;
	hold(source, PROBES, 0, HELD);
	assert_int_equal(fake.holder.connected, 8);
	assert_false(journal(source, 0).fresh);

	fake.instance = fake.requests.connected = 9;
	assert_true(journal(source, 0).fresh);
	assert_int_equal(skstat_source_info(source)->instance, 9);
	assert_int_equal(fake.holder.connected, 9);
	assert_int_equal(fake.holder.held, HELD);

	/* The one that holds was lost, and is the first to meet the new one. */
	fake.holder.connected = 0;
	fake.instance = 10;
	hold(source, PROBES, 0, HELD);
	assert_int_equal(fake.holder.connected, 10);
	assert_int_equal(skstat_source_info(source)->instance, 10);
	assert_true(journal(source, 0).fresh);
	close_source(source);
}

static void gone_and_back(void **state)
{
	struct skstat_source *source;

	(void)state;
	load(7);
	source = open_source();
	hold(source, PROBES, 0, HELD);
	fake.instance = 0;
	journal(source, -ENOENT);
	journal(source, -ENOENT);
	fake.instance = 8;
	assert_true(journal(source, 0).fresh);
	assert_false(journal(source, 0).fresh);
	close_source(source);
}

/* The socket of requests may go at any time: the hold does not go with it, nor the cursor. */
static void requests_time_out(void **state)
{
	struct skstat_journal_totals totals;
	struct skstat_source *source;

	(void)state;
	load(7);
	source = open_source();
	hold(source, PROBES, 0, HELD);
	fake.head += 3;
	fake.journal_err = -ETIMEDOUT;
	journal(source, -ETIMEDOUT);
	fake.journal_err = 0;
	totals = journal(source, 0);
	assert_int_equal(totals.events, 3);
	assert_false(totals.fresh);
	assert_int_equal(fake.probe_sets, 1);
	close_source(source);
}

/* The one that holds went: what there is is read, but in between there may have been more. */
static void holder_is_lost(void **state)
{
	struct skstat_journal_totals totals;
	struct skstat_source *source;

	(void)state;
	load(7);
	source = open_source();
	hold(source, PROBES, 0, HELD);
	fake.holder.connected = 0;
	assert_int_equal(skstat_source_bell(source), -1);
	fake.head += 2;
	totals = journal(source, 0);
	assert_int_equal(totals.events, 2);
	assert_true(totals.fresh);
	assert_int_equal(fake.holder.held, HELD);
	assert_int_equal(fake.tails, 1);
	/* In asking for others: what was held before is so again with the next reading. */
	fake.probe_err = -ETIMEDOUT;
	hold(source, SKSTAT_PROBE_BIT(LIFE), -ETIMEDOUT, 0);
	fake.probe_err = 0;
	assert_true(journal(source, 0).fresh);
	assert_int_equal(fake.holder.held, HELD);
	close_source(source);
}

/* An older module, or a kernel without the tracepoints; and one that says it can, and cannot. All else goes on. */
static void no_journal(void **state)
{
	struct skstat_source *source;

	(void)state;
	for (int claims = 0; claims < 2; claims++) {
		load(7);
		if (claims)
			fake.probe_err = -EOPNOTSUPP;
		else
			fake.available = 0;
		source = open_source();
		assert_int_equal(skstat_source_info(source)->journal, claims);
		hold(source, PROBES, -EOPNOTSUPP, 0);
		assert_int_equal(fake.probe_sets, claims ? 2 : 0);
		assert_false(skstat_source_info(source)->journal);
		assert_false(fake.holder.open);
		assert_int_equal(skstat_source_mib(source, mib_pass, NULL, NULL), 0);
		close_source(source);
	}
}

static int cell_pass(const struct skstat_cell *cell, void *arg)
{
	(void)arg;
	return cell->table != SKSTAT_TABLE_DROP;
}

static int name_pass(const struct skstat_counter_name *name, void *arg)
{
	(void)arg;
	return name->id != 1;
}

static void counter(struct skstat_source *source, int expected)
{
	const struct skstat_counter_reader counters = { .cell = cell_pass, .name = name_pass };
	struct skstat_counter_totals totals;
	struct skstat_error error;

	assert_int_equal(skstat_source_counter(source, &counters, &totals, &error), expected);
	assert_int_equal(totals.complete, expected == 0);
}

/* Probes that only count need no journal, neither here nor of the kernel. */
static void counters_alone(void **state)
{
	const uint64_t drop = SKSTAT_PROBE_BIT(DROP);
	struct skstat_source *source;

	(void)state;
	load(7);
	fake.available = drop | SKSTAT_PROBE_BIT(SYNACK);
	source = open_source();
	assert_false(skstat_source_info(source)->journal);
	/* With `life`, which this kernel does not have, or without. */
	hold(source, drop | SKSTAT_PROBE_BIT(LIFE), 0, drop);
	journal(source, -EOPNOTSUPP);
	counter(source, 0);
	hold(source, drop | SKSTAT_PROBE_BIT(UDP), 0, drop);
	assert_int_equal(fake.holder.held, drop);
	journal(source, -EINVAL);
	assert_int_equal(fake.tails, 0);
	assert_int_equal(fake.probe_sets, 2);
	counter(source, 0);
	counter(source, 0);
	assert_int_equal(fake.probe_sets, 2);
	hold(source, SKSTAT_PROBE_BIT(UDP), -EOPNOTSUPP, drop);
	close_source(source);
}

/* They are held again by whoever reads first, of another instance and after the socket that held was lost. */
static void counters_hold_again(void **state)
{
	struct skstat_source *source;

	(void)state;
	load(7);
	fake.available |= SKSTAT_PROBE_BIT(DROP);
	source = open_source();
	hold(source, SKSTAT_PROBE_BIT(DROP), 0, SKSTAT_PROBE_BIT(DROP));
	fake.instance = 8;
	counter(source, 0);
	assert_int_equal(fake.holder.connected, 8);
	assert_int_equal(fake.holder.held, SKSTAT_PROBE_BIT(DROP));
	fake.holder.connected = 0;
	counter(source, 0);
	assert_int_equal(fake.holder.connected, 8);
	assert_int_equal(fake.tails, 0);

	/* And the journal finds them held, or holds all. */
	hold(source, PROBES | SKSTAT_PROBE_BIT(DROP), 0, HELD | SKSTAT_PROBE_BIT(DROP));
	assert_int_equal(fake.tails, 1);
	assert_false(journal(source, 0).fresh);
	fake.instance = 9;
	counter(source, 0);
	assert_int_equal(fake.holder.held, HELD | SKSTAT_PROBE_BIT(DROP));
	assert_true(journal(source, 0).fresh);
	/* Who lets the journal go keeps the counters. */
	hold(source, SKSTAT_PROBE_BIT(DROP), 0, SKSTAT_PROBE_BIT(DROP));
	assert_int_equal(fake.holder.held, SKSTAT_PROBE_BIT(DROP));
	journal(source, -EINVAL);
	hold(source, PROBES, 0, HELD);
	assert_int_equal(fake.tails, 3);
	assert_false(journal(source, 0).fresh);
	close_source(source);
}

static void no_memory(void **state)
{
	struct skstat_source *source;

	(void)state;
	load(7);
	fake.tail_err = -ENOMEM;
	source = open_source();
	hold(source, PROBES, -ENOMEM, 0);
	assert_false(fake.holder.open);
	journal(source, -EINVAL);
	fake.tail_err = 0;
	hold(source, PROBES, 0, HELD);
	assert_false(journal(source, 0).fresh);
	close_source(source);
}

/* One that cannot be attached costs that one; only `life` is indispensable. */
static void some_cannot_be_attached(void **state)
{
	struct skstat_source *source;

	(void)state;
	load(7);
	fake.unattachable = SKSTAT_PROBE_BIT(SYNACK);
	source = open_source();
	hold(source, PROBES | SKSTAT_PROBE_BIT(READER), 0, SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(READER));
	journal(source, 0);
	fake.unattachable = SKSTAT_PROBE_BIT(READER);
	hold(source, PROBES | SKSTAT_PROBE_BIT(READER), 0, HELD | SKSTAT_PROBE_BIT(READER));
	/* What is not wanted any more goes all the same. */
	hold(source, SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(READER), 0,
	     SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(READER));
	assert_int_equal(fake.holder.held, SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(READER));
	hold(source, 0, 0, 0);
	fake.unattachable = SKSTAT_PROBE_BIT(LIFE);
	hold(source, PROBES, -ENOMEM, 0);
	assert_false(fake.holder.open);
	assert_true(skstat_source_info(source)->journal);
	close_source(source);
}

static void module_info(void **state)
{
	struct skstat_source *source;
	struct skstat_info info;

	(void)state;
	load(7);
	source = open_source();
	assert_int_equal(skstat_source_module_info(source, &info, NULL), 0);
	assert_int_equal(info.instance, 7);
	fake.instance = 8;
	assert_int_equal(skstat_source_module_info(source, &info, NULL), 0);
	assert_int_equal(info.instance, 8);
	fake.instance = 0;
	assert_int_equal(skstat_source_module_info(source, &info, NULL), -ENOENT);
	close_source(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),	     cmocka_unit_test(bells),
		cmocka_unit_test(other_probes),	     cmocka_unit_test(loaded_anew),
		cmocka_unit_test(anew_in_between),   cmocka_unit_test(gone_and_back),
		cmocka_unit_test(requests_time_out), cmocka_unit_test(holder_is_lost),
		cmocka_unit_test(no_journal),	     cmocka_unit_test(no_memory),
		cmocka_unit_test(module_info),	     cmocka_unit_test(some_cannot_be_attached),
		cmocka_unit_test(counters_alone),    cmocka_unit_test(counters_hold_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("module journal", tests, NULL, NULL);
}
