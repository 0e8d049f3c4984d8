// SPDX-License-Identifier: GPL-2.0
/*
 * The journal as the exporter has it: held by a socket of its own, through timeouts, a module that is loaded anew, and
 * bells that nobody heard.
 */
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/pair.h"
#include "source/channel.h"
#include "source/source.h"
#include "suite.h"

#define PROBES (SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(FIRST_BYTE) | SKSTAT_PROBE_BIT(READER))

/* Of every connection over loopback: both ends open, and both close. */
#define EVENTS 4

#define PATIENCE_NS 20000000000ull

static int listener;

struct reader {
	struct skstat_source *source;
	uint64_t events, lost;
	bool fresh; /* at the last reading */
};

static int pass(const struct skstat_sample *sample, void *arg)
{
	(void)arg;
	assert_true(skstat_kind_is_event(sample->kind));
	return 0;
}

static void read_journal(struct reader *reader)
{
	struct skstat_journal_totals totals;
	struct skstat_error error = { 0 };

	if (skstat_source_journal(reader->source, pass, NULL, &totals, &error))
		fail_msg("the journal: %s", error.text);
	assert_true(totals.complete);
	assert_int_equal(totals.sent, totals.events);
	assert_int_equal(totals.sent_lost, totals.lost);
	reader->events += totals.events;
	reader->lost += totals.lost;
	reader->fresh = totals.fresh;
}

static void open_reader(struct reader *reader)
{
	struct skstat_error error = { 0 };
	uint64_t held;

	memset(reader, 0, sizeof(*reader));
	reader->source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, NULL, &error);
	if (!reader->source || skstat_source_hold(reader->source, PROBES, &held, &error))
		fail_msg("the journal is not held: %s", error.text);
	assert_int_equal(held, PROBES);
	assert_true(skstat_source_bell(reader->source) >= 0);
}

static struct skstat_info info(const struct reader *reader)
{
	struct skstat_info info;
	struct skstat_error error = { 0 };

	if (skstat_source_module_info(reader->source, &info, &error))
		fail_msg("INFO: %s", error.text);
	return info;
}

/* The last segment of a close may be on its way when close() returns: reads until so many came in all. */
static void await_events(struct reader *reader, uint64_t count)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;

	while (reader->events + reader->lost < count && skstat_channel_clock() < deadline)
		read_journal(reader);
	assert_true(reader->events + reader->lost >= count);
}

static void connections(unsigned int count)
{
	while (count--)
		pair_close(pair_open(listener, PAIR_V4));
}

static int setup(void **state)
{
	(void)state;
	module_replace(module_path());
	listener = pair_listen(PAIR_V4, 128);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(listener);
	return 0;
}

/* A request that takes too long closes its socket; the probes stay, and no event is missing. */
static void timeouts_drop_nothing(void **state)
{
	struct skstat_error error;
	struct reader reader;
	int bell;

	(void)state;
	open_reader(&reader);
	bell = skstat_source_bell(reader.source);
	for (int i = 0; i < 3; i++) {
		skstat_source_set_timeout(reader.source, 1);
		assert_int_equal(skstat_source_sock(reader.source, NULL, pass, NULL, NULL, &error), -ETIMEDOUT);
		assert_int_equal(skstat_source_journal(reader.source, pass, NULL, NULL, &error), -ETIMEDOUT);
		connections(10);
		skstat_source_set_timeout(reader.source, 0);
		read_journal(&reader);
		assert_false(reader.fresh);
	}
	await_events(&reader, 3 * 10 * EVENTS);
	assert_int_equal(reader.events, 3 * 10 * EVENTS);
	assert_int_equal(reader.lost, 0);
	assert_int_equal(skstat_source_bell(reader.source), bell);
	assert_int_equal(info(&reader).probe[SKSTAT_PROBE_LIFE].holders, 1);
	skstat_source_close(reader.source);
}

/* It can be removed while it is held; the next one is held again, and the gap is told, once. */
static void loaded_anew(void **state)
{
	struct skstat_error error;
	struct reader reader;
	uint64_t instance;

	(void)state;
	open_reader(&reader);
	for (int i = 0; i < 3; i++) {
		connections(5);
		await_events(&reader, 5 * EVENTS);
		instance = skstat_source_info(reader.source)->instance;
		assert_int_equal(module_unload(), 0);
		if (i == 1)
			assert_int_equal(skstat_source_journal(reader.source, pass, NULL, NULL, &error), -ENOENT);
		connections(5);
		module_require();
		connections(5);
		read_journal(&reader);
		assert_true(reader.fresh);
		assert_true(skstat_source_info(reader.source)->instance != instance);
		reader.events = 0;
		connections(5);
		await_events(&reader, 5 * EVENTS);
		assert_false(reader.fresh);
		assert_int_equal(info(&reader).probe[SKSTAT_PROBE_LIFE].holders, 1);
		assert_int_equal(info(&reader).probe[SKSTAT_PROBE_READER].holders, 1);
		reader.events = 0;
	}
	skstat_source_close(reader.source);
}

static bool rings(const struct reader *reader)
{
	struct pollfd fd = { .fd = skstat_source_bell(reader->source), .events = POLLIN };

	return must(poll(&fd, 1, 0)) > 0;
}

/* More bells than the socket holds: it is readable, one call makes it quiet, and of events + lost none is missing. */
static void bells_that_nobody_heard(void **state)
{
	const int small = 1;
	struct reader reader;
	uint64_t written, rung = 0;

	(void)state;
	module_replace_with(module_path(), "journal_events=512");
	open_reader(&reader);
	pair_option(skstat_source_bell(reader.source), SOL_SOCKET, SO_RCVBUF, small);
	written = info(&reader).journal_written;
	assert_false(rings(&reader));
	for (int i = 0; i < 12; i++)
		connections(info(&reader).journal_events / EVENTS / 2);
	assert_true(rings(&reader));
	rung = skstat_source_bell_take(reader.source);
	assert_true(rung > 0);
	assert_false(rings(&reader));
	await_events(&reader, 6 * (uint64_t)info(&reader).journal_events);
	assert_false(reader.fresh);
	assert_true(reader.lost > 0);
	assert_int_equal(reader.events + reader.lost, info(&reader).journal_written - written);
	note("%llu events read, %llu lost, %llu bells rung, %llu taken", (unsigned long long)reader.events,
	     (unsigned long long)reader.lost, (unsigned long long)info(&reader).doorbells, (unsigned long long)rung);

	/* It still holds, and rings again. */
	reader.events = reader.lost = 0;
	connections(info(&reader).journal_events);
	assert_true(rings(&reader));
	read_journal(&reader);
	assert_true(reader.events > 0);
	skstat_source_close(reader.source);
	module_replace(module_path());
}

/* Nobody else asks: closed, and a moment later nothing is attached. */
static void closed(void **state)
{
	struct skstat_netlink *netlink = dump_connect();
	struct reader reader;
	struct skstat_error error;
	struct skstat_info said;
	uint64_t hits, deadline;

	(void)state;
	open_reader(&reader);
	connections(1);
	skstat_source_close(reader.source);
	deadline = skstat_channel_clock() + PATIENCE_NS;
	do {
		assert_int_equal(skstat_netlink_info(netlink, &said, &error), 0);
		assert_true(skstat_channel_clock() < deadline);
	} while (said.probe[SKSTAT_PROBE_LIFE].holders);
	/* It is off the list at once, and detached by a work soon after. */
	do {
		hits = said.probe[SKSTAT_PROBE_LIFE].hits;
		connections(1);
		assert_int_equal(skstat_netlink_info(netlink, &said, &error), 0);
		assert_true(skstat_channel_clock() < deadline);
	} while (said.probe[SKSTAT_PROBE_LIFE].hits != hits);
	skstat_netlink_close(netlink);
}

int suite_journal_source(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timeouts_drop_nothing),
		cmocka_unit_test(loaded_anew),
		cmocka_unit_test(bells_that_nobody_heard),
		cmocka_unit_test(closed),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("journal source", tests, setup, teardown);
}
