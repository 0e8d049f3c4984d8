// SPDX-License-Identifier: GPL-2.0
/*
 * Thousands of connections between two namespaces, each opened, used and closed at once, while somebody follows the
 * journal: all of it is there, to the byte. With rings that are too small on purpose, what is not there is counted.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

#include "../lib/crowd.h"
#include "../lib/dump.h"
#include "../lib/life.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "source/channel.h"
#include "suite.h"

#define PROBES                                                                                                 \
	(SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(FIRST_BYTE) | SKSTAT_PROBE_BIT(READER) | SKSTAT_PROBE_BIT(SYNACK))

static struct road road;
static struct crowd crowd;
static size_t connections = 10000; /* or as the command line says */

static int setup(void **state)
{
	(void)state;
	pair_many_files();
	module_require();
	must_be(road_make(&road, false));
	crowd_room(&road);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	road_free(&road);
	return 0;
}

/* One side of one connection. */
struct seen {
	uint64_t cookie;
	uint8_t opened, closed;
};

/* What the journal has told. */
struct account {
	struct seen *seen; /* by cookie: open addressing */
	size_t mask;
	struct side {
		uint64_t opened, closed;
		uint64_t sent, received; /* payload */
	} side[2]; /* by direction: in, out */
	uint64_t kinds[__SKSTAT_CLOSE_MAX];
	uint64_t events, lost, listens, other, readings, bells;
	uint64_t unexpected; /* not a handshake, failed, of an unknown direction, without what it must have */
};

static void account_make(struct account *account, size_t of)
{
	memset(account, 0, sizeof(*account));
	for (account->mask = 1023; account->mask < 4 * of; account->mask = 2 * account->mask + 1)
		;
	account->seen = must_have(calloc(account->mask + 1, sizeof(*account->seen)));
}

static struct seen *seen_of(struct account *account, uint64_t cookie)
{
	size_t at = cookie * 0x9e3779b97f4a7c15ull >> 32 & account->mask;

	while (account->seen[at].cookie && account->seen[at].cookie != cookie)
		at = (at + 1) & account->mask;
	account->seen[at].cookie = cookie;
	return &account->seen[at];
}

/* An event that is not as all of them must be. The first few are shown. */
static void odd(struct account *account, const struct skstat_sample *event)
{
	if (account->unexpected++ < 5)
		chronicle_show(event);
}

static void opened(struct account *account, struct side *side, const struct skstat_sample *event)
{
	side->opened++;
	seen_of(account, event->identity.cookie)->opened++;
	if (event->event.event_kind != SKSTAT_OPEN_HANDSHAKE || !life_has(event, SKSTAT_EVENT_HAS_CONNECT) ||
	    life_has(event, SKSTAT_EVENT_MISSED | SKSTAT_EVENT_OLD))
		odd(account, event);
}

static void closed(struct account *account, struct side *side, const struct skstat_sample *event)
{
	const uint32_t must_have = SKSTAT_EVENT_HAS_DURATION | SKSTAT_EVENT_HAS_FIRST_BYTE;

	side->closed++;
	seen_of(account, event->identity.cookie)->closed++;
	side->sent += event->traffic.bytes_sent - event->traffic.bytes_retrans;
	side->received += event->traffic.bytes_received - event->tcp.fin_received;
	if (event->event.event_kind < __SKSTAT_CLOSE_MAX)
		account->kinds[event->event.event_kind]++;
	if ((event->event.event_flags & must_have) != must_have || !event->owner.pid ||
	    life_has(event, SKSTAT_EVENT_MISSED | SKSTAT_EVENT_OLD))
		odd(account, event);
}

static int take(const struct skstat_sample *event, void *arg)
{
	struct account *account = arg;
	struct side *side;

	if (event->kind == SKSTAT_KIND_LISTEN_STARTED || event->kind == SKSTAT_KIND_LISTEN_STOPPED) {
		account->listens++;
		return 0;
	}
	if (event->event.event_direction != SKSTAT_EVENT_IN && event->event.event_direction != SKSTAT_EVENT_OUT) {
		odd(account, event);
		return 0;
	}
	side = &account->side[event->event.event_direction == SKSTAT_EVENT_OUT];
	if (event->kind == SKSTAT_KIND_OPENED)
		opened(account, side, event);
	else if (event->kind == SKSTAT_KIND_CLOSED)
		closed(account, side, event);
	else
		odd(account, event);
	return 0;
}

static void account_read(struct account *account, struct skstat_source *source)
{
	struct skstat_journal_totals totals;
	struct skstat_error error;

	account->bells += skstat_source_bell_take(source);
	if (skstat_source_journal(source, take, account, &totals, &error))
		fail_msg("the journal could not be read: %s", error.text);
	assert_true(totals.complete);
	assert_false(totals.fresh);
	account->events += totals.events;
	account->lost += totals.lost;
	account->readings++;
}

static uint64_t told(const struct account *account)
{
	return account->side[0].opened + account->side[1].opened + account->side[0].closed + account->side[1].closed;
}

static struct skstat_info info_of(struct skstat_source *source)
{
	struct skstat_info info;

	must_be(!skstat_source_module_info(source, &info, NULL));
	return info;
}

static void bell_await(struct skstat_source *source, int ms)
{
	struct pollfd bell = { .fd = skstat_source_bell(source), .events = POLLIN };

	must(poll(&bell, 1, ms));
}

static void all_of_them(void **state)
{
	size_t count = pair_scaled(connections);
	uint64_t began = skstat_channel_clock(), worked, sums[2] = { 0 }, patience;
	struct skstat_info before, after;
	struct account account;
	struct chronicle chronicle;

	(void)state;
	account_make(&account, count);
	chronicle_open(&chronicle, PROBES);
	before = info_of(chronicle.source);
	crowd_start(&crowd, &road, count);
	while (!crowd_ended(&crowd)) {
		bell_await(chronicle.source, 200);
		account_read(&account, chronicle.source);
	}
	worked = skstat_channel_clock();
	/* The last ones may still be acknowledging. */
	for (patience = worked + 20000000000ull; skstat_channel_clock() < patience && told(&account) < 4 * count;) {
		bell_await(chronicle.source, 10);
		account_read(&account, chronicle.source);
	}
	account_read(&account, chronicle.source);
	after = info_of(chronicle.source);
	note("%zu connections in %.1f s; %" PRIu64 " events, %" PRIu64 " lost, in %" PRIu64 " readings, %" PRIu64
	     " bells; %" PRIu64 " places of %" PRIu64 " in use",
	     count, (worked - began) / 1e9, account.events, account.lost, account.readings, account.bells,
	     after.conn_used, after.conn_places);
	note("in order %" PRIu64 " %" PRIu64 " %" PRIu64 ", aborted %" PRIu64 ", reset %" PRIu64,
	     account.kinds[SKSTAT_CLOSE_FIN_LOCAL], account.kinds[SKSTAT_CLOSE_FIN_REMOTE],
	     account.kinds[SKSTAT_CLOSE_FIN_BOTH], account.kinds[SKSTAT_CLOSE_ABORT],
	     account.kinds[SKSTAT_CLOSE_RESET_RECEIVED]);
	assert_int_equal(account.lost, 0);
	assert_int_equal(after.journal_dropped, before.journal_dropped);
	assert_int_equal(after.conn_misses, before.conn_misses);
	assert_int_equal(after.journal_written - before.journal_written, account.events);
	for (size_t i = 0; i < count; i++) {
		sums[0] += crowd_from_client(i);
		sums[1] += crowd_from_server(i);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(account.side[i].opened, count);
		assert_int_equal(account.side[i].closed, count);
		assert_int_equal(account.side[i].received, sums[i]);
		assert_int_equal(account.side[i].sent, sums[!i]);
	}
	for (size_t i = 0; i <= account.mask; i++) {
		assert_int_equal(account.seen[i].opened, account.seen[i].cookie != 0);
		assert_int_equal(account.seen[i].closed, account.seen[i].cookie != 0);
	}
	assert_int_equal(account.unexpected, 0);
	assert_int_equal(account.listens, 2 * CROWD_WORKERS);
	assert_int_equal(account.kinds[SKSTAT_CLOSE_ABORT], count / 2);
	assert_int_equal(account.kinds[SKSTAT_CLOSE_RESET_RECEIVED], count / 2);
	free(account.seen);
	chronicle_close(&chronicle);
}

/* Nobody can keep up with 64 places: what was not read was counted. */
static void some_of_them(void **state)
{
	size_t count = pair_scaled(5000);
	struct skstat_info info;
	struct account account;
	struct chronicle chronicle;
	uint64_t truth = 4 * count + 2 * CROWD_WORKERS;

	(void)state;
	module_replace_with(module_path(), "journal_events=64");
	account_make(&account, count);
	chronicle_open(&chronicle, PROBES);
	crowd_start(&crowd, &road, count);
	/* Read when the rings have been overwritten, however slow the guest is. */
	while (!crowd_ended(&crowd)) {
		poll(NULL, 0, 20);
		info = info_of(chronicle.source);
		if (info.journal_written < account.events + account.lost + 2ull * info.cpus * info.journal_events)
			continue;
		account_read(&account, chronicle.source);
	}
	do {
		bell_await(chronicle.source, 10);
		account_read(&account, chronicle.source);
		info = info_of(chronicle.source);
	} while (info.journal_written < truth);
	note("%" PRIu64 " events written, %" PRIu64 " read, %" PRIu64 " lost", info.journal_written, account.events,
	     account.lost);
	assert_int_equal(info.journal_events, 64);
	assert_int_equal(info.journal_written, truth);
	assert_int_equal(account.events + account.lost, truth);
	assert_true(account.lost > truth / 10);
	assert_true(account.events > 0);
	assert_int_equal(account.unexpected, 0);
	/* What was read was the truth, and what is missing is among the lost. */
	assert_int_equal(told(&account) + account.listens, account.events);
	for (size_t i = 0; i <= account.mask; i++)
		assert_true(account.seen[i].opened <= 1 && account.seen[i].closed <= 1);
	for (size_t i = 0; i < 2; i++)
		assert_in_range(count - account.side[i].closed, 0, account.lost);
	free(account.seen);
	chronicle_close(&chronicle);
	module_replace_with(module_path(), "");
}

int suite_journal_many(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them),
		cmocka_unit_test(some_of_them),
	};

	if (argc)
		connections = strtoul(argv[0], NULL, 10);
	return cmocka_run_group_tests_name("journal_many", tests, setup, teardown);
}
