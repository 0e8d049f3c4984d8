// SPDX-License-Identifier: GPL-2.0
/*
 * What the probes count, on /metrics: packets whose end is known, each once, under the right labels, in a namespace of
 * their own where nobody else loses any.
 */
#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <time.h>

#include "../lib/command.h"
#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/pair.h"
#include "suite.h"

#define NAME   "skstat-counted" /* of the namespace */
#define TIMES  25
#define CLOSED 7610 /* nobody has it */
#define FULL   7611
#define ABORT  7612
#define LOSSY  7613

#define DROPS	    "skstat_dropped_packets_total"
#define RETRANSMITS "skstat_tcp_retransmits_total"
#define RESETS	    "skstat_tcp_resets_total"

static struct ns home, place;
static struct exporter exporter;
static struct increase increase;
static struct wire wire;
static bool wired;

/* Namespaces are there before any exporter, which would see one between its making and its naming; and none goes. */
static int setup(void **state)
{
	(void)state;
	stage_set();
	home = ns_current();
	place = stage_ns_named(NAME);
	wired = wire_make(&wire);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (wired)
		wire_free(&wire);
	ns_close(&place);
	stage_ns_unname(NAME);
	stage_clear();
	return 0;
}

static int begin(void **state)
{
	(void)state;
	exporter_start(&exporter, "--source=netlink");
	exporter_follow(&exporter, &increase);
	ns_enter(&place);
	return 0;
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	module_require();
	if (exporter.pid)
		exporter_stop(&exporter);
	increase_free(&increase);
	return 0;
}

/* Lets the exporter see all that has happened. */
static void look(void)
{
	struct ns here = ns_current();

	ns_enter(&home);
	exporter_follow(&exporter, &increase);
	ns_enter(&here);
	ns_close(&here);
}

#define assert_grown(expected, ...)                                                                        \
	do {                                                                                               \
		double grown = increase_of(&increase, __VA_ARGS__);                                        \
		if (grown != (double)(expected)) {                                                         \
			increase_show();                                                                   \
			fail_msg("%g, not %g: " __VA_ARGS__, grown, (double)(expected));                   \
		}                                                                                          \
	} while (0)

static void no_step_back(void)
{
	if (increase.resets)
		fail_msg("%zu steps back, the last: %s", increase.resets, increase.reset);
}

/* What the probes of this exporter have counted, for people. */
static void increase_show(void)
{
	static const char *const names[] = { DROPS,  RETRANSMITS, RESETS, "skstat_socket_limits_hit_total",
					     "skstat_udp_receive_failures_total", "skstat_tcp_bad_checksums_total" };

	for (size_t i = 0; i < increase.count; i++) {
		const struct increase_row *row = &increase.row[i];
		char labels[512] = "";

		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
			if (strcmp(row->sample.name, names[n]) != 0 || !row->sum)
				continue;
			for (size_t l = 0; l < row->sample.labels; l++)
				snprintf(labels + strlen(labels), sizeof(labels) - strlen(labels), " %s=%s",
					 row->sample.label[l].name, row->sample.label[l].value);
			note("%s%s: %g", names[n], labels, row->sum);
		}
	}
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static void datagrams(uint16_t port, size_t count, size_t bytes)
{
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	const struct sockaddr_in to = loopback(port);
	static const char data[1024];

	must_be(bytes <= sizeof(data));
	for (size_t i = 0; i < count; i++)
		must(sendto(fd, data, bytes, 0, (const struct sockaddr *)&to, sizeof(to)));
	close(fd);
}

/* Whether this kernel says why it drops something. */
static bool has_reasons(void)
{
	for (size_t i = 0; i < increase.count; i++)
		if (!strcmp(increase.row[i].sample.name, DROPS) &&
		    *scrape_label(&increase.row[i].sample, "reason"))
			return true;
	return false;
}

/* In udp_rcv(), into which the compiler may put what it calls; or in that. */
static double udp_drops(const char *device)
{
	return increase_of(&increase, DROPS " function=__udp4_lib_rcv protocol=ipv4 netns=" NAME " device=%s",
			   device) +
	       increase_of(&increase, DROPS " function=udp_rcv protocol=ipv4 netns=" NAME " device=%s", device);
}

static void a_closed_port(void **state)
{
	(void)state;
	datagrams(CLOSED, TIMES, 100);
	look();
	if (udp_drops("lo") != TIMES)
		increase_show();
	assert_int_equal(udp_drops("lo"), TIMES);
	if (has_reasons())
		assert_grown(TIMES, DROPS " reason=NO_SOCKET device=lo netns=" NAME " protocol=ipv4");
	else
		note("this kernel does not say why");
	/* None of it goes twice, or into what is left over. */
	assert_grown(0, DROPS " reason=other");
	datagrams(CLOSED, TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), 2 * TIMES);
}

static void a_full_udp_socket(void **state)
{
	const struct sockaddr_in at = loopback(FULL);
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	uint32_t memory[SK_MEMINFO_VARS];
	socklen_t length = sizeof(memory);

	(void)state;
	pair_option(fd, SOL_SOCKET, SO_RCVBUF, 4096);
	must(bind(fd, (const struct sockaddr *)&at, sizeof(at)));
	datagrams(FULL, 10 * TIMES, 500);
	must(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length));
	must_be(memory[SK_MEMINFO_DROPS] > TIMES);
	look();
	assert_grown(memory[SK_MEMINFO_DROPS],
		     "skstat_udp_receive_failures_total error=ENOMEM family=ipv4 netns=" NAME " port=%d", FULL);
	assert_grown(memory[SK_MEMINFO_DROPS], "skstat_udp_receive_failures_total netns=" NAME);
	if (has_reasons())
		assert_grown(memory[SK_MEMINFO_DROPS], DROPS " reason=SOCKET_RCVBUFF netns=" NAME " device=lo");
	close(fd);
}

/* Who asks at a closed port gets a RST. */
static void ask(size_t times)
{
	const struct sockaddr_in closed = loopback(CLOSED);

	for (size_t i = 0; i < times; i++) {
		int fd = pair_socket(PAIR_V4);

		must_be(connect(fd, (const struct sockaddr *)&closed, sizeof(closed)) && errno == ECONNREFUSED);
		close(fd);
	}
}

/* And who closes with unread data, or without lingering, sends one. */
static void resets(void **state)
{
	const struct linger at_once = { .l_onoff = 1 };
	int listener = pair_listen_at(PAIR_V4, ABORT, 4);

	(void)state;
	ask(TIMES);
	for (size_t i = 0; i < TIMES; i++) {
		struct pair pair = pair_open(listener, PAIR_V4);

		must(setsockopt(pair.server, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
		close(pair.server);
		pair_await_state(pair.client, TCP_CLOSE);
		close(pair.client);
	}
	look();
	assert_grown(TIMES, RESETS " direction=received state=syn_sent netns=" NAME);
	assert_grown(TIMES, RESETS " direction=received state=established netns=" NAME);
	assert_grown(TIMES, RESETS " direction=sent state=close port=%d netns=" NAME, ABORT);
	assert_grown(2 * TIMES, RESETS " direction=received netns=" NAME);
	close(listener);
}

/* Segments to nobody, whose checksum is wrong: that is found out first. */
static void wrong_segments(size_t times)
{
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} segment = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			.tot_len = htons(sizeof(segment)), .saddr = htonl(INADDR_LOOPBACK),
			.daddr = htonl(INADDR_LOOPBACK) },
		.tcp = { .source = htons(7614), .dest = htons(CLOSED), .doff = 5, .ack = 1, .check = 0x1234 },
	};
	int fd = must(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
	const struct sockaddr_in to = loopback(0);

	for (size_t i = 0; i < times; i++)
		must(sendto(fd, &segment, sizeof(segment), 0, (const struct sockaddr *)&to, sizeof(to)));
	close(fd);
}

/* Whether this kernel has the probe; if not, its family is not there either. */
static bool has_checksums(void)
{
	struct scrape scrape;
	bool has;

	exporter_scrape(&exporter, &scrape);
	has = scrape_sum(&scrape, "skstat_probe_available probe=checksum") == 1;
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=checksum"), has);
	assert_true(has || !scrape_family(&scrape, "skstat_tcp_bad_checksums_total"));
	scrape_free(&scrape);
	return has;
}

static void bad_checksums(void **state)
{
	(void)state;
	wrong_segments(TIMES);
	look();
	if (!has_checksums())
		skip_because("this kernel has no tracepoint for it");
	assert_grown(TIMES, "skstat_tcp_bad_checksums_total device=lo netns=" NAME " family=ipv4");
	assert_grown(TIMES, "skstat_tcp_bad_checksums_total");
	assert_grown(0, RESETS " netns=" NAME);
}

/* Its counters stay under the old name, and what comes later is under the new one. */
static void a_device_is_renamed(void **state)
{
	(void)state;
	datagrams(CLOSED, TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), TIMES);
	must_be(command_run("ip -n " NAME " link set lo down"));
	must_be(command_run("ip -n " NAME " link set lo name ring0"));
	must_be(command_run("ip -n " NAME " link set ring0 up"));
	datagrams(CLOSED, TIMES, 100);
	datagrams(CLOSED, TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), TIMES);
	assert_int_equal(udp_drops("ring0"), 2 * TIMES);
	must_be(command_run("ip -n " NAME " link set ring0 down"));
	must_be(command_run("ip -n " NAME " link set ring0 name lo"));
	must_be(command_run("ip -n " NAME " link set lo up"));
	datagrams(CLOSED, TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), 2 * TIMES);
	assert_int_equal(udp_drops("ring0"), 2 * TIMES);
	no_step_back();
}

/* Sends until so many segments had to be sent again, and all came through. Returns how many there were. */
static uint32_t send_and_lose(struct pair pair, uint32_t enough)
{
	const size_t bytes = 50000;
	struct tcpinfo info;

	must_be(wire_set("netem delay 5ms loss 10%"));
	for (int left = 200; left; left--) {
		pair_write(pair.server, bytes);
		pair_read(pair.client, bytes);
		pair_info(pair.server, &info);
		if (info.total_retrans >= enough)
			break;
	}
	/* The last ACK may have been lost, and what it was for is sent again until one comes. */
	must_be(wire_set("netem"));
	for (int left = 1000; left && info.unacked; left--) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		pair_info(pair.server, &info);
	}
	must_be(info.total_retrans >= enough && !info.unacked);
	return info.total_retrans;
}

/* What is lost and sent again, by cause: all of what the kernel counts itself. */
static void losses(void **state)
{
	static const char *const causes[] = { "syn", "rto", "slow_start", "fast", "tlp", "other" };
	struct pair pair;
	uint32_t again;
	double sum = 0;
	int listener;

	(void)state;
	if (!wired)
		skip_because("this kernel has no veth, or no netem");
	ns_enter(&home);
	pair = wire_open(&wire, LOSSY, &listener);
	again = send_and_lose(pair, 5);
	look();
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		double of = increase_of(&increase, RETRANSMITS " cause=%s state=established netns=skstat-right port=%d",
					causes[i], LOSSY);

		note("%s: %g", causes[i], of);
		sum += of;
	}
	if (sum != again)
		increase_show();
	assert_int_equal(sum, again);
	assert_grown(again, RETRANSMITS " netns=skstat-right");
	assert_grown(again, "skstat_mib_tcp_retrans_segs_total netns=skstat-right");
	close(listener);
	pair_close(pair);
}

/* Loaded anew under the exporter: the same series go on, and none goes back. */
static void loaded_anew(void **state)
{
	struct scrape scrape;
	int err;

	(void)state;
	datagrams(CLOSED, TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), TIMES);
	for (int left = 1000; (err = module_unload()) == -EBUSY || err == -EAGAIN; left--) {
		must_be(left);
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	assert_int_equal(err, 0);
	module_require();
	/* Nobody sees what happens before the probe is held again. */
	look();
	datagrams(CLOSED, 2 * TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), 3 * TIMES);
	no_step_back();
	exporter_settle(&exporter, &scrape, &increase);
	assert_int_equal(scrape_sum(&scrape, "skstat_gaps_total"), 1);
	scrape_free(&scrape);
}

/* What an exporter finds is none of its counters. */
static void baseline(void **state)
{
	(void)state;
	datagrams(CLOSED, TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), TIMES);
	ns_enter(&home);
	exporter_stop(&exporter);
	increase_free(&increase);
	exporter_start(&exporter, "--source=netlink");
	exporter_follow(&exporter, &increase);
	ns_enter(&place);
	for (size_t i = 0; i < increase.count; i++)
		if (!strcmp(increase.row[i].sample.name, DROPS) &&
		    !strcmp(scrape_label(&increase.row[i].sample, "netns"), NAME))
			assert_true(increase.row[i].last == 0);
	datagrams(CLOSED, TIMES, 100);
	look();
	assert_int_equal(udp_drops("lo"), TIMES);
}

static void restart(const char *option)
{
	ns_enter(&home);
	exporter_stop(&exporter);
	increase_free(&increase);
	exporter_start(&exporter, "--source=netlink", option, "--no-journal");
	exporter_follow(&exporter, &increase);
	ns_enter(&place);
}

/* A probe that nobody wants is not held, and its family is not there; nor does any need the journal. */
static void flags(void **state)
{
	struct scrape scrape;

	(void)state;
	restart("--no-probe.drop");
	datagrams(CLOSED, TIMES, 100);
	ask(TIMES);
	exporter_settle(&exporter, &scrape, &increase);
	assert_null(scrape_family(&scrape, DROPS));
	assert_int_equal(scrape_sum(&scrape, RESETS " direction=received netns=" NAME), TIMES);
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_holders probe=drop"), 0);
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=drop"), 0);
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=life"), 0);
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_held probe=reset"), 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_probe_holders probe=reset"), 1);
	scrape_free(&scrape);
}

/* With room for one: the sum is the same. */
static void folding(void **state)
{
	struct scrape scrape;

	(void)state;
	restart("--probe.max-cells=1");
	datagrams(CLOSED, TIMES, 100);
	wrong_segments(TIMES);
	exporter_settle(&exporter, &scrape, &increase);
	assert_int_equal(scrape_sum(&scrape, "skstat_counts_series table=drop"), 1);
	assert_true(scrape_sum(&scrape, "skstat_counts_folded_cells_total table=drop") >= 1);
	assert_int_equal(scrape_count(&scrape, DROPS), 2);
	assert_int_equal(scrape_count(&scrape, DROPS " reason=other function=other device=other netns=other"), 1);
	assert_true(increase_of(&increase, DROPS) >= 2 * TIMES);
	scrape_free(&scrape);
}

/* The module's table is what INFO and the totals say of it. */
static void table(void **state)
{
	struct scrape scrape;

	(void)state;
	datagrams(CLOSED, TIMES, 100);
	exporter_settle(&exporter, &scrape, &increase);
	assert_true(scrape_sum(&scrape, "skstat_counts_table_places") >= 256);
	assert_true(scrape_sum(&scrape, "skstat_counts_table_cells") >= 1);
	assert_true(scrape_sum(&scrape, "skstat_counts_table_cells") <=
		    scrape_sum(&scrape, "skstat_counts_table_places"));
	assert_true(scrape_sum(&scrape, "skstat_counts_table_bytes") > 0);
	assert_true(scrape_sum(&scrape, "skstat_counts_read_seconds_total") > 0);
	assert_true(scrape_sum(&scrape, "skstat_probe_hits_total probe=drop") >= TIMES);
	assert_int_equal(scrape_sum(&scrape, "skstat_counts_reads_total result=failed"), 0);
	note("%g of %g places, %g bytes, %g s in %g readings", scrape_sum(&scrape, "skstat_counts_table_cells"),
	     scrape_sum(&scrape, "skstat_counts_table_places"), scrape_sum(&scrape, "skstat_counts_table_bytes"),
	     scrape_sum(&scrape, "skstat_counts_read_seconds_total"),
	     scrape_sum(&scrape, "skstat_counts_reads_total"));
	scrape_free(&scrape);
}

/* Without the module there is none of it. */
static void inet_diag(void **state)
{
	struct scrape scrape;

	(void)state;
	ns_enter(&home);
	exporter_stop(&exporter);
	increase_free(&increase);
	exporter_start(&exporter, "--source=inet_diag");
	exporter_settle(&exporter, &scrape, &increase);
	assert_null(scrape_family(&scrape, DROPS));
	assert_null(scrape_family(&scrape, RESETS));
	assert_null(scrape_family(&scrape, "skstat_counts_series"));
	assert_null(scrape_family(&scrape, "skstat_counts_table_places"));
	scrape_free(&scrape);
}

int suite_exporter_counters(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_closed_port), TEST(a_full_udp_socket),	TEST(resets),	TEST(bad_checksums),
		TEST(losses),	     TEST(a_device_is_renamed), TEST(baseline), TEST(loaded_anew),
		TEST(flags),	     TEST(folding),		TEST(table),	TEST(inet_diag),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("exporter_counters", tests, setup, teardown);
}
