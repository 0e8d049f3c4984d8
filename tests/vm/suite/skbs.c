// SPDX-License-Identifier: GPL-2.0
/*
 * How long packets live, on each way and to each end: as long as the test lets them. All of them are followed, not one
 * of sixteen.
 */
#include <netinet/in.h>
#include <poll.h>

#include "../lib/kernel.h"
#include "../lib/measuring.h"
#include "../lib/must.h"
#include "../lib/tun.h"
#include "suite.h"

#define PORT   7801
#define CLOSED 7899
#define COUNT  4

static struct hists_sum lived(uint64_t least, enum skstat_way way, enum skstat_end end)
{
	return hists_await(&measuring, least, SKSTAT_HISTOGRAM_SKB, "way=%d end=%d", way, end);
}

/* Out of a driver that takes its time. */
static void transmitted(void **state)
{
	int fd = tun_open(&counting.road, ROAD_CLIENT);
	uint64_t before = measuring_now(), after, least;

	(void)state;
	tun_send(&counting.road, ROAD_CLIENT, COUNT, 100);
	after = measuring_now();
	measuring_wait();
	least = measuring_now() - after;
	for (int i = 0; i < COUNT; i++)
		tun_take(fd);
	measuring_is(lived(COUNT, SKSTAT_WAY_TRANSMIT, SKSTAT_END_CONSUMED), SKSTAT_HISTOGRAM_SKB, COUNT, COUNT * least,
		     COUNT * (measuring_now() - before));
	close(fd);
}

/* In by a driver, to nobody; an ICMP goes out for each. */
static void received_and_dropped(void **state)
{
	int fd = tun_open(&counting.road, ROAD_SERVER);
	uint64_t before = measuring_now();

	(void)state;
	for (int i = 0; i < COUNT; i++)
		tun_give(fd, CLOSED, 100);
	measuring_is(lived(COUNT, SKSTAT_WAY_RECEIVE, SKSTAT_END_DROPPED), SKSTAT_HISTOGRAM_SKB, COUNT, COUNT,
		     COUNT * (measuring_now() - before));
	close(fd);
}

/* A UDP socket that is closed with a full queue. */
static void received_and_never_read(void **state)
{
	int fd = tun_open(&counting.road, ROAD_SERVER), to;
	uint64_t before = measuring_now();
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	(void)state;
	ns_enter(&counting.road.ns[ROAD_SERVER]);
	to = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	ns_enter(&counting.road.home);
	must(bind(to, (struct sockaddr *)&address, sizeof(address)));
	for (int i = 0; i < COUNT; i++)
		tun_give(fd, PORT, 100);
	measuring_wait();
	close(to);
	measuring_is(lived(COUNT, SKSTAT_WAY_RECEIVE, SKSTAT_END_DROPPED), SKSTAT_HISTOGRAM_SKB, COUNT,
		     COUNT * (uint64_t)MEASURING_WAIT, COUNT * (measuring_now() - before));
	close(fd);
}

/* Over veth it is one packet, from its sender on. Linux 7 does not say when it was read. */
static void datagram_that_is_read(void **state)
{
	int to = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	uint64_t before, expected = kernel_since(7, 0) ? 0 : COUNT;

	(void)state;
	/* neighbours are asked for */
	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 1, 100);
	must(recv(to, (char[1]){ 0 }, 1, MSG_TRUNC));
	hists_mark(&measuring);
	before = measuring_now();
	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, COUNT, 100);
	measuring_wait();
	for (int i = 0; i < COUNT; i++)
		must(recv(to, (char[1]){ 0 }, 1, MSG_TRUNC));
	measuring_is(lived(expected, SKSTAT_WAY_TRANSMIT, SKSTAT_END_CONSUMED), SKSTAT_HISTOGRAM_SKB, expected,
		     expected * MEASURING_WAIT * 9 / 10, COUNT * (measuring_now() - before));
	assert_int_equal(lived(0, SKSTAT_WAY_RECEIVE, SKSTAT_END_CONSUMED).count, 0);
	close(from);
	close(to);
}

static void datagram_to_nobody(void **state)
{
	int from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	uint64_t before = measuring_now();

	(void)state;
	counting_send(from, ROAD_SERVER, PAIR_V4, CLOSED, COUNT, 100);
	measuring_is(lived(COUNT, SKSTAT_WAY_TRANSMIT, SKSTAT_END_DROPPED), SKSTAT_HISTOGRAM_SKB, COUNT, COUNT,
		     COUNT * (measuring_now() - before));
	close(from);
}

/* The reader takes over from the segments, whose skbs TCP frees without a word; ACKs alone have no end. */
static void segment_that_is_read(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);
	struct pollfd there = { .fd = pair.server, .events = POLLIN };
	uint64_t least = 0, most = 0, before, after, reading;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		before = measuring_now();
		pair_write(pair.client, 1000);
		must_be(poll(&there, 1, 60000) == 1);
		after = measuring_now();
		measuring_wait();
		reading = measuring_now();
		pair_read(pair.server, 1000);
		least += reading - after;
		most += measuring_now() - before;
	}
	measuring_is(lived(COUNT, SKSTAT_WAY_TRANSMIT, SKSTAT_END_READ), SKSTAT_HISTOGRAM_SKB, COUNT, least, most);
	assert_int_equal(lived(0, SKSTAT_WAY_RECEIVE, SKSTAT_END_READ).count, 0);
	pair_close(pair);
}

/* Whatever else goes on, nobody's life is longer than the test. */
static void no_life_is_another_ones(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);
	uint64_t before = measuring_now();
	struct hists_sum sum;

	(void)state;
	for (int i = 0; i < 500; i++)
		pair_talk(pair, 1000, 3000);
	pair_close(pair);
	sum = hists_sum(&measuring, SKSTAT_HISTOGRAM_SKB, "way=%d end=%d", SKSTAT_WAY_TRANSMIT, SKSTAT_END_READ);
	note("%lu reads, %lu ns", sum.count, sum.sum);
	assert_true(sum.count >= 500 && sum.sum < 2 * (measuring_now() - before));
}

static void one_in_so_many(void **state)
{
	int from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	struct hists_sum sum;

	(void)state;
	counting_send(from, ROAD_SERVER, PAIR_V4, CLOSED, 1, 100);
	cells_await(&counting.cells, 1, SKSTAT_TABLE_DROP, "reason=NO_SOCKET protocol=2048");
	counting_mark();
	hists_mark(&measuring);
	/* no more at a time than a listener of errors bears */
	for (int i = 0; i < 1600; i += 100) {
		counting_send(from, ROAD_SERVER, PAIR_V4, CLOSED, 100, 100);
		cells_await(&counting.cells, i + 100, SKSTAT_TABLE_DROP, "device=road@%lu protocol=2048",
			    counting.netns[ROAD_SERVER]);
	}
	sum = lived(90, SKSTAT_WAY_TRANSMIT, SKSTAT_END_DROPPED);
	note("%lu of 1600", sum.count);
	assert_true(sum.count >= 50 && sum.count <= 210);
	close(from);
}

static int setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(SKB), "skb_sample=1");
	return 0;
}

static int setup_sampled(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(SKB), "");
	return 0;
}

#define skbs_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, counting_end)

int suite_skbs(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		skbs_test(transmitted),
		skbs_test(received_and_dropped),
		skbs_test(received_and_never_read),
		skbs_test(datagram_that_is_read),
		skbs_test(datagram_to_nobody),
		skbs_test(segment_that_is_read),
		skbs_test(no_life_is_another_ones),
	};
	const struct CMUnitTest sampled[] = {
		skbs_test(one_in_so_many),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("skbs", tests, setup, measuring_teardown) +
	       cmocka_run_group_tests_name("skbs, sampled", sampled, setup_sampled, measuring_teardown);
}
