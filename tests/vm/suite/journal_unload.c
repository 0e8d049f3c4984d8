// SPDX-License-Identifier: GPL-2.0
/*
 * journal_unload [TIMES]: the module is removed and comes back (200 times), under full traffic and with its journal held
 * and read. Whoever follows the journal as the exporter does goes on with the next one, and knows of the gap.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/pair.h"
#include "../lib/traffic.h"
#include "../lib/worker.h"
#include "source/source.h"
#include "source/channel.h"
#include "suite.h"

#define ALL ((1ull << __SKSTAT_PROBE_MAX) - 2) /* there is no probe 0 */
#define PATIENCE_NS 60000000000ull

static struct traffic traffic;
static struct crew *crew;
static pid_t sleeper;

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/* Opens a source; the module may be just about to go. NULL: not now. */
static struct skstat_source *source_open(void)
{
	struct skstat_error error;
	struct skstat_source *source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, NULL, &error);

	if (source && skstat_source_hold(source, ALL, NULL, &error)) {
		skstat_source_close(source);
		source = NULL;
	}
	return source;
}

/* Beside the test: holds and reads, whatever becomes of the module. What is read must hold together. */
static const char *follow(void *arg, uint64_t round)
{
	static struct skstat_source *source;
	struct skstat_counter_totals counters;
	struct skstat_journal_totals totals;
	static struct skstat_error error;
	int err, counting;

	(void)arg;
	(void)round;
	if (!source)
		source = source_open();
	nap();
	if (!source)
		return NULL;
	err = skstat_source_journal(source, NULL, NULL, &totals, &error);
	if (err == -EBADMSG)
		return error.text;
	counting = skstat_source_counter(source, NULL, &counters, &error);
	if (counting == -EBADMSG)
		return error.text;
	if (!counting && counters.used > counters.places)
		return "more counters than there is room for";
	if (!err && (totals.sent != totals.events + totals.skipped || totals.sent_lost != totals.lost))
		return "events and lost ones are not what the module says";
	return NULL;
}

/* Sleeps in accept(), where the kretprobe waits for its return, all the time. */
static void sleeper_start(void)
{
	fflush(NULL);
	sleeper = must(fork());
	if (sleeper)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	for (int listener = pair_listen_at(PAIR_V4, 7660, 1);;)
		close(must(accept(listener, NULL, NULL)));
}

/* One connection for it: it returns through what has become of the probe. */
static void sleeper_wake(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(7660),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = pair_socket(PAIR_V4);

	must(connect(fd, (struct sockaddr *)&address, sizeof(address)));
	close(fd);
}

static size_t times = 200, busy;

static void unload(void)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;
	int err;

	while ((err = module_unload()) == -EBUSY || err == -EAGAIN) {
		assert_true(skstat_channel_clock() < deadline);
		busy++;
		nap();
	}
	assert_int_equal(err, 0);
}

/* Until it has events of the instance that is loaded now. Returns how often it was told of a gap. */
static size_t events_await(struct skstat_source *source, uint64_t *events)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;
	struct skstat_journal_totals totals;
	struct skstat_error error;
	size_t gaps = 0;

	do {
		if (skstat_source_journal(source, NULL, NULL, &totals, &error))
			fail_msg("the journal could not be read: %s", error.text);
		assert_true(totals.complete);
		assert_int_equal(totals.sent, totals.events);
		gaps += totals.fresh;
		*events += totals.events;
		if (skstat_channel_clock() > deadline)
			fail_msg("no event comes");
	} while (!totals.events);
	return gaps;
}

static void under_full_traffic(void **state)
{
	uint64_t instance, events = 0, began = skstat_channel_clock();
	struct skstat_journal_totals totals;
	struct skstat_source *source;
	struct skstat_error error;

	(void)state;
	module_replace(module_path());
	traffic_run(&traffic, 2);
	sleeper_start();
	crew = crew_make();
	crew_add(crew, follow, NULL);
	crew_add(crew, follow, NULL);
	source = must_have(source_open());
	assert_int_equal(events_await(source, &events), 0);
	for (size_t i = 0; i < times && !crew->complaint[0]; i++) {
		instance = skstat_source_info(source)->instance;
		/* The sockets that hold are open, and the probes attached. */
		if (i % 4 == 0)
			sleeper_wake();
		unload();
		if (i % 4 == 1)
			sleeper_wake();
		/* Nothing to read: that is an error, and no more. */
		if (i % 4 == 2)
			assert_int_equal(skstat_source_journal(source, NULL, NULL, &totals, &error), -ENOENT);
		if (i % 4 == 3)
			traffic_await(&traffic, 1);
		assert_int_equal(module_load(module_path()), 0);
		assert_int_equal(events_await(source, &events), 1);
		assert_int_not_equal(skstat_source_info(source)->instance, instance);
	}
	note("%zu times in %.1f s, %zu times busy; %" PRIu64 " events, the others read %" PRIu64 " and %" PRIu64 " times",
	     times, (skstat_channel_clock() - began) / 1e9, busy, events, crew->rounds[0], crew->rounds[1]);
	if (crew->complaint[0])
		fail_msg("%s", crew->complaint);
	skstat_source_close(source);
	note("%" PRIu64 " connections", traffic_stop(&traffic));
}

static int end(void **state)
{
	(void)state;
	traffic_clear(&traffic);
	if (crew) {
		crew_dismiss(crew);
		crew_free(crew);
	}
	if (sleeper) {
		kill(sleeper, SIGKILL);
		waitpid(sleeper, NULL, 0);
	}
	module_replace(module_path());
	return 0;
}

int suite_journal_unload(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(under_full_traffic, end),
	};

	times = pair_scaled(argc ? strtoul(argv[0], NULL, 10) : times);
	return cmocka_run_group_tests_name("journal_unload", tests, NULL, NULL);
}
