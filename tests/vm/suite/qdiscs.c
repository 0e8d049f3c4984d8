// SPDX-License-Identifier: GPL-2.0
/*
 * How long packets are in a queueing discipline that delays them for a known time, by device and kind.
 */
#include <linux/net_tstamp.h>
#include <time.h>

#include "../lib/measuring.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT  7801
#define COUNT 8
#define BYTES 1000
#define WIRE  (BYTES + 8 + 20 + 14) /* with headers */
#define RATE  100000		    /* bytes a second of the token bucket */
#define BURST 2000

static int to, from;
static uint64_t sending; /* ns that the last send_and_receive() took to send */

static void require(void)
{
	if (!hists_has(&measuring, SKSTAT_PROBE_BIT(QDISC)))
		skip_because("this kernel does not say when a packet goes into a queueing discipline");
}

static struct hists_sum delayed(const char *kind, enum road_end at, uint64_t count)
{
	return hists_await(&measuring, count, SKSTAT_HISTOGRAM_QDISC, "device=road@%lu qdisc=%s", counting.netns[at],
			   kind);
}

/* Sockets, and neighbours that know each other: then the discipline, at the client's end. */
static void begin(const char *rule)
{
	require();
	to = counting_udp(ROAD_SERVER, PAIR_V4, PORT);
	from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 1, BYTES);
	must(recv(to, (char[1]){ 0 }, 1, MSG_TRUNC));
	if (!road_run(&counting.road, ROAD_CLIENT, "tc qdisc replace dev road root %s", rule))
		skip_because("no such queueing discipline in this kernel");
	hists_mark(&measuring);
}

static void end(void)
{
	must_be(road_run(&counting.road, ROAD_CLIENT, "tc qdisc del dev road root"));
	close(to);
	close(from);
}

/* All at once. How long it took until each had come, added up. */
static uint64_t send_and_receive(void)
{
	uint64_t before = measuring_now(), sum = 0;

	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, COUNT, BYTES);
	sending = measuring_now() - before;
	for (int i = 0; i < COUNT; i++) {
		must(recv(to, (char[1]){ 0 }, 1, MSG_TRUNC));
		sum += measuring_now() - before;
	}
	return sum;
}

/* The discipline's time begins with the packet, ours when it is in: a millisecond is more than lies between. */
static void netem(void **state)
{
	struct hists_sum sum;
	uint64_t most;

	(void)state;
	begin("netem delay 50ms");
	most = send_and_receive();
	sum = delayed("netem", ROAD_CLIENT, COUNT);
	measuring_is(sum, SKSTAT_HISTOGRAM_QDISC, COUNT, COUNT * 49000000ULL, most);
	assert_int_equal(hists_between(&sum, SKSTAT_HISTOGRAM_QDISC, 49e6, 1e10), COUNT);
	assert_int_equal(hists_sum(&measuring, SKSTAT_HISTOGRAM_QDISC, "device=road").count, COUNT);
	end();
}

/* The first are let go as they come; each of the others, when there are tokens for all before it and itself. */
static void token_bucket(void **state)
{
	uint64_t least = 0, most;

	(void)state;
	begin("tbf rate 800kbit burst 2000 limit 100000");
	most = send_and_receive();
	/* Each goes when there are tokens for it and all before it, however long it took to send them. */
	for (uint64_t n = 1; n <= COUNT; n++) {
		uint64_t goes = n * WIRE > BURST ? (n * WIRE - BURST) * 1000000000ULL / RATE : 0;

		least += goes > sending ? goes - sending : 0;
	}
	measuring_is(delayed("tbf", ROAD_CLIENT, COUNT), SKSTAT_HISTOGRAM_QDISC, COUNT, least - least / 100, most);
	end();
}

/* A packet says itself when it wants to be sent. */
static void send_at(uint64_t when)
{
	char control[CMSG_SPACE(sizeof(when))] = { 0 };
	struct sockaddr_storage address;
	struct iovec payload = { .iov_base = (char[BYTES]){ 0 }, .iov_len = BYTES };
	struct msghdr message = {
		.msg_name = &address,
		.msg_namelen = road_address(&address, PAIR_V4, ROAD_SERVER, PORT),
		.msg_iov = &payload,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_TXTIME;
	header->cmsg_len = CMSG_LEN(sizeof(when));
	memcpy(CMSG_DATA(header), &when, sizeof(when));
	must(sendmsg(from, &message, 0));
}

static void fair_queue(void **state)
{
	const struct sock_txtime clock = { .clockid = CLOCK_MONOTONIC };
	uint64_t least = 0, most = 0, before, when, after;

	(void)state;
	begin("fq");
	must(setsockopt(from, SOL_SOCKET, SO_TXTIME, &clock, sizeof(clock)));
	for (int i = 0; i < COUNT; i++) {
		before = measuring_now();
		when = before + MEASURING_WAIT;
		send_at(when);
		after = measuring_now();
		must(recv(to, (char[1]){ 0 }, 1, MSG_TRUNC));
		least += after < when ? when - after : 0;
		most += measuring_now() - before;
	}
	measuring_is(delayed("fq", ROAD_CLIENT, COUNT), SKSTAT_HISTOGRAM_QDISC, COUNT, least, most);
	end();
}

/* Two devices of one name. */
static void each_device(void **state)
{
	int answer;

	(void)state;
	begin("netem delay 20ms");
	answer = counting_udp(ROAD_CLIENT, PAIR_V4, PORT);
	must_be(road_run(&counting.road, ROAD_SERVER, "tc qdisc replace dev road root netem delay 60ms"));
	send_and_receive();
	counting_send(to, ROAD_CLIENT, PAIR_V4, PORT, 2, BYTES);
	for (int i = 0; i < 2; i++)
		must(recv(answer, (char[1]){ 0 }, 1, MSG_TRUNC));
	measuring_is(delayed("netem", ROAD_SERVER, 2), SKSTAT_HISTOGRAM_QDISC, 2, 2 * 59000000ULL, ~0ULL);
	measuring_is(delayed("netem", ROAD_CLIENT, COUNT), SKSTAT_HISTOGRAM_QDISC, COUNT, COUNT * 19000000ULL, ~0ULL);
	must_be(road_run(&counting.road, ROAD_SERVER, "tc qdisc del dev road root"));
	close(answer);
	end();
}

/* Two kinds of one device, by turns. */
static void each_kind(void **state)
{
	struct hists_sum sum;
	uint64_t most;

	(void)state;
	begin("netem delay 20ms");
	send_and_receive();
	measuring_is(delayed("netem", ROAD_CLIENT, COUNT), SKSTAT_HISTOGRAM_QDISC, COUNT, COUNT * 19000000ULL, ~0ULL);
	must_be(road_run(&counting.road, ROAD_CLIENT,
			 "tc qdisc replace dev road root tbf rate 800mbit burst 20000 limit 100000"));
	most = send_and_receive();
	measuring_is(delayed("tbf", ROAD_CLIENT, COUNT), SKSTAT_HISTOGRAM_QDISC, COUNT, 0, most);
	assert_int_equal(hists_sum(&measuring, SKSTAT_HISTOGRAM_QDISC, "device=road qdisc=netem").count, COUNT);
	must_be(road_run(&counting.road, ROAD_CLIENT, "tc qdisc replace dev road root netem delay 20ms"));
	send_and_receive();
	sum = delayed("netem", ROAD_CLIENT, 2 * COUNT);
	measuring_is(sum, SKSTAT_HISTOGRAM_QDISC, 2 * COUNT, 2 * COUNT * 19000000ULL, ~0ULL);
	assert_int_equal(hists_sum(&measuring, SKSTAT_HISTOGRAM_QDISC, "device=road").count, 3 * COUNT);
	end();
}

/* veth has none, until it is given one. */
static void none(void **state)
{
	(void)state;
	require();
	to = counting_udp(ROAD_SERVER, PAIR_V4, PORT);
	from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	send_and_receive();
	close(to);
	close(from);
	assert_int_equal(hists_sum(&measuring, SKSTAT_HISTOGRAM_QDISC, "device=road").count, 0);
}

static int setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(QDISC), NULL);
	measuring_quiet();
	return 0;
}

#define qdiscs_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, counting_end)

int suite_qdiscs(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		qdiscs_test(netem), qdiscs_test(token_bucket), qdiscs_test(fair_queue),
		qdiscs_test(each_device), qdiscs_test(each_kind), qdiscs_test(none),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("qdiscs", tests, setup, measuring_teardown);
}
