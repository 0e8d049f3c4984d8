// SPDX-License-Identifier: GPL-2.0
/*
 * What the probes measure, on /metrics: connections that stay open for as long as the clock says around them, packets
 * and calls of known sizes. Sums and counts are held against that to the last byte, and each bucket edge against the
 * least and the most that it can have been.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/must.h"
#include "../lib/pair.h"
#include "suite.h"

#define NAME  "skstat-measured" /* of the namespace */
#define TIMES 20
#define PORT  7620
#define UDP   7621

#define STATES	    "skstat_tcp_state_duration_seconds"
#define SIZES	    "skstat_packet_size_bytes"
#define CALLS	    "skstat_socket_call_size_bytes"
#define HEADERS	    28 /* IPv4 and UDP */
#define LINK_HEADER 14

static struct ns home, place;
static struct exporter exporter;
static struct increase increase;

static int setup(void **state)
{
	(void)state;
	stage_set();
	home = ns_current();
	place = stage_ns_named(NAME);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ns_close(&place);
	stage_ns_unname(NAME);
	stage_clear();
	return 0;
}

static void start(const char *option)
{
	ns_enter(&home);
	exporter_start(&exporter, "--source=netlink", option);
	exporter_follow(&exporter, &increase);
	ns_enter(&place);
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	if (exporter.pid)
		exporter_stop(&exporter);
	increase_free(&increase);
	return 0;
}

/* Lets the exporter see all that has happened. */
static void look(void)
{
	ns_enter(&home);
	exporter_follow(&exporter, &increase);
	ns_enter(&place);
	if (increase.resets)
		fail_msg("%zu steps back, the last: %s", increase.resets, increase.reset);
}

static double count_of(const char *family, const char *labels)
{
	return increase_of(&increase, "%s_count %s", family, labels);
}

static double sum_of(const char *family, const char *labels)
{
	return increase_of(&increase, "%s_sum %s", family, labels);
}

/* What has grown of a family, for people. */
static void show(const char *family)
{
	for (size_t i = 0; i < increase.count; i++) {
		const struct increase_row *row = &increase.row[i];
		char labels[512] = "";

		if (strncmp(row->sample.name, family, strlen(family)) != 0 || !row->sum)
			continue;
		for (size_t l = 0; l < row->sample.labels; l++)
			snprintf(labels + strlen(labels), sizeof(labels) - strlen(labels), " %s=%s",
				 row->sample.label[l].name, row->sample.label[l].value);
		note("%s%s: %g", row->sample.name, labels, row->sum);
	}
}

/* Whether the running kernel has the probe, which the exporter was asked for. */
static bool has(const char *probe)
{
	struct scrape scrape;
	bool has;

	exporter_scrape(&exporter, &scrape);
	has = scrape_sum(&scrape, "skstat_probe_available probe=%s", probe) == 1;
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=%s", probe), has);
	scrape_free(&scrape);
	return has;
}

/* Every edge: below `least` there is nothing, and from `most` on all. `labels` choose one series' buckets. */
static void assert_buckets(const char *family, const char *label, const char *value, double count, double least,
			   double most)
{
	char name[128];
	size_t edges = 0;

	snprintf(name, sizeof(name), "%s_bucket", family);
	for (size_t i = 0; i < increase.count; i++) {
		const struct scrape_sample *sample = &increase.row[i].sample;
		double edge;

		if (strcmp(sample->name, name) != 0 || strcmp(scrape_label(sample, label), value) != 0)
			continue;
		edge = strtod(scrape_label(sample, "le"), NULL);
		edges++;
		if ((edge < least && increase.row[i].sum != 0) || (edge >= most && increase.row[i].sum != count)) {
			show(family);
			fail_msg("%g at or below %g, of %g from %g to %g", increase.row[i].sum, edge, count, least,
				 most);
		}
	}
	/* Powers of four over 32 octaves, and all. */
	assert_in_range(edges, 17, 18);
}

static double clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Connections, that stay open for a while; the least and the most that this can have been for one of them. */
static void stay(int listener, double *least, double *most)
{
	struct pair pair[TIMES];
	double first, opened, closing;

	first = clock_now();
	for (size_t i = 0; i < TIMES; i++)
		pair[i] = pair_open(listener, PAIR_V4);
	opened = clock_now();
	/* The time itself is what is measured. */
	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	closing = clock_now();
	for (size_t i = 0; i < TIMES; i++) {
		close(pair[i].client);
		pair_await_state(pair[i].server, TCP_CLOSE_WAIT);
		close(pair[i].server);
	}
	*least = closing - opened;
	*most = clock_now() - first;
}

static void states(void **state)
{
	static const char *const once[] = { "syn_sent", "fin_wait1", "fin_wait2", "close_wait", "last_ack" };
	double least, most;
	int listener;

	(void)state;
	start("--no-journal");
	listener = pair_listen_at(PAIR_V4, PORT, TIMES);
	stay(listener, &least, &most);
	look();
	note("from %g to %g s", least, most);
	if (count_of(STATES, "state=established") != 2 * TIMES)
		show(STATES);
	assert_int_equal(count_of(STATES, "state=established"), 2 * TIMES);
	assert_true(sum_of(STATES, "state=established") >= 2 * TIMES * least);
	assert_true(sum_of(STATES, "state=established") <= 2 * TIMES * most);
	assert_buckets(STATES, "state", "established", 2 * TIMES, least, most);
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		char labels[64];

		snprintf(labels, sizeof(labels), "state=%s", once[i]);
		if (count_of(STATES, labels) != TIMES)
			show(STATES);
		assert_int_equal(count_of(STATES, labels), TIMES);
		assert_buckets(STATES, "state", once[i], TIMES, 0, most);
	}
	/* What is closed is in no state. */
	assert_int_equal(count_of(STATES, "state=close"), 0);
	/* The listener is in its own until it ends. */
	assert_int_equal(count_of(STATES, "state=listen"), 0);
	close(listener);
	look();
	assert_int_equal(count_of(STATES, "state=listen"), 1);
	assert_true(sum_of(STATES, "state=listen") >= least);
}

/* What an exporter finds is none of its observations. */
static void baseline(void **state)
{
	double least, most;
	int listener;

	(void)state;
	start("--no-journal");
	listener = pair_listen_at(PAIR_V4, PORT, TIMES);
	stay(listener, &least, &most);
	look();
	assert_int_equal(count_of(STATES, "state=established"), 2 * TIMES);
	ns_enter(&home);
	exporter_stop(&exporter);
	increase_free(&increase);
	start("--no-journal");
	for (size_t i = 0; i < increase.count; i++)
		if (strcmp(increase.row[i].sample.name, STATES "_count") == 0)
			assert_true(increase.row[i].last == 0);
	stay(listener, &least, &most);
	look();
	assert_int_equal(count_of(STATES, "state=established"), 2 * TIMES);
	assert_true(sum_of(STATES, "state=established") <= 2 * TIMES * most);
	close(listener);
}

/* Datagrams of so many bytes, packet and header, to a socket that has room for them. */
static void packets(size_t bytes, size_t count)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(UDP), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int to = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	int from = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	static char data[2048];

	must_be(bytes - HEADERS <= sizeof(data));
	must(bind(to, (const struct sockaddr *)&at, sizeof(at)));
	for (size_t i = 0; i < count; i++) {
		must(sendto(from, data, bytes - HEADERS, 0, (const struct sockaddr *)&at, sizeof(at)));
		must(recv(to, data, sizeof(data), 0));
	}
	close(from);
	close(to);
}

#define AT(point) "point=" point " device=lo netns=" NAME

static void sizes(void **state)
{
	static const char *const sent[] = { AT("net_dev_queue"), AT("net_dev_xmit") };
	const char *received = AT("netif_receive_skb");

	(void)state;
	start("--probe.size");
	/* An edge, and what is one above it. */
	packets(256, TIMES);
	packets(257, TIMES);
	look();
	if (count_of(SIZES, received) != 2 * TIMES)
		show(SIZES);
	assert_int_equal(count_of(SIZES, received), 2 * TIMES);
	assert_int_equal(sum_of(SIZES, received), TIMES * (256 + 257));
	assert_int_equal(increase_of(&increase, SIZES "_bucket le=64 %s", received), 0);
	assert_int_equal(increase_of(&increase, SIZES "_bucket le=256 %s", received), TIMES);
	assert_int_equal(increase_of(&increase, SIZES "_bucket le=1024 %s", received), 2 * TIMES);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(count_of(SIZES, sent[i]), 2 * TIMES);
		assert_int_equal(sum_of(SIZES, sent[i]), TIMES * (256 + 257 + 2 * LINK_HEADER));
		assert_int_equal(increase_of(&increase, SIZES "_bucket le=256 %s", sent[i]), 0);
		assert_int_equal(increase_of(&increase, SIZES "_bucket le=1024 %s", sent[i]), 2 * TIMES);
	}
	/* No driver receives on lo. */
	assert_int_equal(count_of(SIZES, AT("napi_gro_receive")), 0);
}

/* By whichever probe this kernel can have. */
static void calls(void **state)
{
	const size_t payload = 256 - HEADERS;
	char labels[64];

	(void)state;
	start("--probe.call");
	if (!has("call")) {
		ns_enter(&home);
		exporter_stop(&exporter);
		increase_free(&increase);
		start("--probe.call_return");
		if (!has("call_return"))
			skip_because("this kernel has neither");
	}
	packets(256, TIMES);
	look();
	for (int way = 0; way < 2; way++) {
		snprintf(labels, sizeof(labels), "call=%s transport=udp family=ipv4", way ? "receive" : "send");
		if (count_of(CALLS, labels) != TIMES)
			show(CALLS);
		assert_int_equal(count_of(CALLS, labels), TIMES);
		assert_int_equal(sum_of(CALLS, labels), TIMES * payload);
		assert_int_equal(increase_of(&increase, CALLS "_bucket le=64 %s", labels), 0);
		assert_int_equal(increase_of(&increase, CALLS "_bucket le=256 %s", labels), TIMES);
	}
}

/* Held are those that are asked for; the rest of the families is not there. */
static void flags(void **state)
{
	struct scrape scrape;

	(void)state;
	start("--no-probe.state");
	exporter_scrape(&exporter, &scrape);
	assert_null(scrape_family(&scrape, STATES));
	assert_null(scrape_family(&scrape, SIZES));
	assert_null(scrape_family(&scrape, CALLS));
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=state"), 0);
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=size"), 0);
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=congestion"),
			 scrape_sum(&scrape, "skstat_probe_available probe=congestion"));
	assert_int_equal(scrape_count(&scrape, "skstat_histograms_series histogram=congestion"),
			 scrape_sum(&scrape, "skstat_probe_available probe=congestion"));
	scrape_free(&scrape);
}

/* With room for one: the sum is the same. */
static void folding(void **state)
{
	struct scrape scrape;
	double least, most;
	int listener;

	(void)state;
	start("--probe.max-cells=1");
	listener = pair_listen_at(PAIR_V4, PORT, TIMES);
	stay(listener, &least, &most);
	exporter_settle(&exporter, &scrape, &increase);
	assert_int_equal(scrape_sum(&scrape, "skstat_histograms_series histogram=state"), 1);
	assert_true(scrape_sum(&scrape, "skstat_histograms_folded_cells_total histogram=state") >= 1);
	assert_int_equal(scrape_count(&scrape, STATES "_count"), 2);
	assert_true(count_of(STATES, "") >= 7 * TIMES);
	assert_true(scrape_sum(&scrape, "skstat_histograms_table_cells") >= 6);
	assert_true(scrape_sum(&scrape, "skstat_histograms_table_bytes") > 0);
	assert_true(scrape_sum(&scrape, "skstat_histograms_read_seconds_total") > 0);
	assert_int_equal(scrape_sum(&scrape, "skstat_histograms_reads_total result=failed"), 0);
	note("%g of %g places, %g bytes, %g s in %g readings", scrape_sum(&scrape, "skstat_histograms_table_cells"),
	     scrape_sum(&scrape, "skstat_histograms_table_places"), scrape_sum(&scrape, "skstat_histograms_table_bytes"),
	     scrape_sum(&scrape, "skstat_histograms_read_seconds_total"),
	     scrape_sum(&scrape, "skstat_histograms_reads_total"));
	scrape_free(&scrape);
	close(listener);
}

int suite_exporter_hist(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_teardown(name, end)
	const struct CMUnitTest tests[] = {
		TEST(states), TEST(baseline), TEST(sizes), TEST(calls), TEST(flags), TEST(folding),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("exporter_hist", tests, setup, teardown);
}
