// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that no poll ever sees are on /metrics, each of them, to the byte; and the ledger finds what the kernel
 * counted on them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/crowd.h"
#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "source/channel.h"
#include "suite.h"

/* Of what the kernel counted; far away, what is lost and sent twice is answered by requests and TIME_WAITs as well. */
#define RESIDUAL_MAX 0.001
#define RESIDUAL_FAR 0.01
#define RESIDUAL_FEW 3.0 /* segments, where that is less than a few */
#define PATIENCE_NS 120000000000ull

static struct road road;
static size_t connections = 10000; /* or as the command line says */
static struct exporter exporter;
static struct increase increase;
static struct scrape last;

static int setup(void **state)
{
	(void)state;
	pair_many_files();
	stage_set();
	must_be(road_make(&road, false));
	crowd_room(&road);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	road_free(&road);
	stage_clear();
	return 0;
}

static int end(void **state)
{
	(void)state;
	scrape_free(&last);
	last = (struct scrape){ 0 };
	if (exporter.pid)
		exporter_stop(&exporter);
	increase_free(&increase);
	return 0;
}

static void follow(void)
{
	scrape_free(&last);
	exporter_settle(&exporter, &last, &increase);
}

/* Those that somebody left behind before may end now, too: nobody knows any more who opened them. */
static double closed(void)
{
	return increase_of(&increase, "skstat_tcp_closed_connections_total direction=out") +
	       increase_of(&increase, "skstat_tcp_closed_connections_total direction=in");
}

/* `count` connections, from first to last, of which a poll may see one in passing. */
static void crowd_pass(size_t count)
{
	struct crowd crowd;
	uint64_t began = skstat_channel_clock(), worked;

	crowd_start(&crowd, &road, count);
	while (!crowd_ended(&crowd))
		exporter_follow(&exporter, &increase);
	worked = skstat_channel_clock();
	/* The last segments, and those that have to be sent again. */
	do {
		follow();
	} while (closed() < 2.0 * count &&
		 skstat_channel_clock() < worked + PATIENCE_NS);
	follow();
	note("%zu connections in %.1f s, %zu scrapes, %g polls", count, (worked - began) / 1e9, increase.scrapes,
	     scrape_sum(&last, "skstat_polls_total"));
}

static void expect(double wanted, const char *series)
{
	double seen = increase_of(&increase, "%s", series);

	if (seen == wanted)
		return;
	for (size_t i = 0; i < last.samples; i++)
		if (last.sample[i].value > 0 && !strncmp(last.sample[i].name, series, strcspn(series, " ")))
			note("%s direction=%s kind=%s result=%s: %.17g", last.sample[i].name,
			     scrape_label(&last.sample[i], "direction"), scrape_label(&last.sample[i], "kind"),
			     scrape_label(&last.sample[i], "result"), last.sample[i].value);
	fail_msg("%s is %.17g, not %.17g", series, seen, wanted);
}

/* What /metrics must say of the crowd. */
static void crowd_check(size_t count)
{
	double client = 0, server = 0;

	for (size_t i = 0; i < count; i++) {
		client += crowd_from_client(i);
		server += crowd_from_server(i);
	}
	expect(count, "skstat_tcp_opened_connections_total direction=out kind=handshake");
	expect(count, "skstat_tcp_opened_connections_total direction=in kind=handshake");
	expect(2.0 * count, "skstat_tcp_opened_connections_total");
	expect(count, "skstat_tcp_closed_connections_total direction=out");
	expect(count, "skstat_tcp_closed_connections_total direction=in");
	expect(0, "skstat_tcp_failed_connections_total");
	expect(2.0 * count, "skstat_tcp_duration_seconds_count");
	/* sent_bytes counts what was sent again: the payload is what is left */
	expect(client + increase_of(&increase, "skstat_tcp_retransmitted_bytes_total direction=out"),
	       "skstat_tcp_sent_bytes_total direction=out");
	expect(server + increase_of(&increase, "skstat_tcp_retransmitted_bytes_total direction=in"),
	       "skstat_tcp_sent_bytes_total direction=in");
	expect(client, "skstat_tcp_received_bytes_total direction=in");
	expect(server, "skstat_tcp_received_bytes_total direction=out");
	expect(0, "skstat_journal_lost_events_total");
	/* Series of namespaces that earlier tests left may go, which looks like a step back: that is for `increase`. */
}

/* One line of the book of one namespace. */
static void line_check(const struct scrape_sample *kernel, double most)
{
	const char *netns = scrape_label(kernel, "netns"), *counter = scrape_label(kernel, "counter");
	double residual = scrape_sum(&last, "skstat_ledger_residual_segments netns=%s counter=%s", netns, counter);
	double coverage = scrape_sum(&last, "skstat_coverage_ratio netns=%s counter=%s", netns, counter);

	note("netns %s, %s: kernel %g, attributed %g, unattributed %g, residual %g, coverage %.6f", netns, counter,
	     kernel->value,
	     scrape_sum(&last, "skstat_ledger_attributed_segments_total netns=%s counter=%s", netns, counter),
	     scrape_sum(&last, "skstat_ledger_unattributed_segments_total netns=%s counter=%s", netns, counter), residual,
	     coverage);
	assert_true(fabs(residual) <= fmax(most * kernel->value, RESIDUAL_FEW));
	assert_true(fabs(coverage - 1) <= fmax(most, RESIDUAL_FEW / kernel->value));
}

/* Of every namespace in which so much was delivered. Returns how many there were. */
static size_t ledger_check(double delivered, double most)
{
	size_t books = 0;

	for (size_t i = 0; i < last.samples; i++) {
		const struct scrape_sample *sample = &last.sample[i];

		if (strcmp(sample->name, "skstat_ledger_kernel_segments_total") != 0 || !sample->value)
			continue;
		if (scrape_sum(&last, "skstat_ledger_kernel_segments_total counter=delivered netns=%s",
			       scrape_label(sample, "netns")) < delivered)
			continue;
		line_check(sample, most);
		books += !strcmp(scrape_label(sample, "counter"), "delivered");
	}
	return books;
}

/* Each is over long before the next poll: only the journal can tell of them. */
static void nothing_slips(void **state)
{
	size_t count = pair_scaled(connections);

	(void)state;
	exporter_start(&exporter, "--source=netlink", "--view.limit=100", "--poll.interval=1s",
		       "--poll.full-interval=2s");
	exporter_follow(&exporter, &increase);
	crowd_pass(count);
	crowd_check(count);
	assert_int_equal(ledger_check(count, RESIDUAL_MAX), 2);
}

/* The way is 20 ms long and loses every fiftieth segment: times are what they must be, retransmits the kernel's. */
static void far_away(void **state)
{
	/* The debug kernel, for which things are scaled, is slower than the way; and of few, few are lost, or none. */
	bool slow = pair_scaled(100) < 100;
	size_t count = slow ? 100 : 400;
	double connects;

	(void)state;
	if (!road_shape(&road, "netem delay 20ms loss 2%"))
		skip_because("this kernel has no netem");
	exporter_start(&exporter, "--source=netlink", "--view.limit=100", "--poll.interval=1s",
		       "--poll.full-interval=2s", "--view.all-histograms");
	exporter_follow(&exporter, &increase);
	crowd_pass(count);
	road_shape(&road, NULL);
	crowd_check(count);
	assert_int_equal(ledger_check(count, slow ? 3 * RESIDUAL_FAR : RESIDUAL_FAR), 2);

	connects = increase_of(&increase, "skstat_tcp_connect_seconds_count direction=out");
	assert_true(connects == count);
	/* Nobody is faster than the way there and back, and only losses and the emulation make it more than twice that. */
	expect(0, "skstat_tcp_connect_seconds_bucket direction=out le=0.02");
	if (!slow) {
		assert_true(increase_of(&increase, "skstat_tcp_connect_seconds_bucket direction=out le=0.1") >=
			    0.8 * connects);
		assert_true(increase_of(&increase, "skstat_tcp_connect_seconds_bucket direction=out le=0.5") < connects);
	}
	expect(0, "skstat_tcp_min_rtt_seconds_bucket direction=out le=0.02");
	assert_true(increase_of(&increase, "skstat_tcp_min_rtt_seconds_count direction=out") >= count);
}

int suite_unseen(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_slips, end),
		cmocka_unit_test_teardown(far_away, end),
	};

	if (argc)
		connections = strtoul(argv[0], NULL, 10);
	return cmocka_run_group_tests_name("unseen", tests, setup, teardown);
}
