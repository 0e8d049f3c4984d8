// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of known length, where they pass: with the link-layer header and without, before GSO and behind it, before
 * GRO and behind it.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include "../lib/measuring.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT	 7803
#define HEADERS	 28 /* IPv4's and UDP's */
#define ETHERNET 14
#define MTU	 1500
#define MUCH	 60000
#define LENGTHS	 100

/* What a device leaves to the kernel, or does itself: ETHTOOL_S*. */
static void offload(enum road_end side, uint32_t what, bool on)
{
	struct ethtool_value value = { .cmd = what, .data = on };
	struct ifreq request = { .ifr_name = "road" };
	int fd = counting_udp(side, PAIR_V4, 0);

	request.ifr_data = (void *)&value;
	must(ioctl(fd, SIOCETHTOOL, &request));
	close(fd);
}

static int sizes_end(void **state)
{
	for (enum road_end side = ROAD_CLIENT; side <= ROAD_SERVER; side++) {
		offload(side, ETHTOOL_STSO, true);
		offload(side, ETHTOOL_SGSO, true);
		offload(side, ETHTOOL_SGRO, false);
	}
	return counting_end(state);
}

static struct hists_sum passed(enum skstat_point point, enum road_end side)
{
	return hists_sum(&measuring, SKSTAT_HISTOGRAM_SIZE, "point=%d device=road@%lu", point, counting.netns[side]);
}

/* How many were longer, by more than a bucket. */
static uint64_t longer(enum skstat_point point, enum road_end side, double than)
{
	struct hists_sum sum = passed(point, side);

	return hists_between(&sum, SKSTAT_HISTOGRAM_SIZE, than * 1.1, 1e9);
}

static void passed_so_many(enum skstat_point point, enum road_end side, uint64_t count, double bytes)
{
	struct hists_sum sum = passed(point, side);
	uint64_t is = hists_between(&sum, SKSTAT_HISTOGRAM_SIZE, bytes, bytes);

	if (is != count)
		hists_show(&measuring, SKSTAT_HISTOGRAM_SIZE);
	assert_int_equal(is, count);
}

/* 550 and 564 are in two buckets. */
static void datagrams(void **state)
{
	int to = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);

	(void)state;
	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 20, 550 - HEADERS);
	for (size_t came = 0; came < 20;)
		came += counting_drain(to);
	passed_so_many(SKSTAT_POINT_NET_DEV_QUEUE, ROAD_CLIENT, 20, 550 + ETHERNET);
	passed_so_many(SKSTAT_POINT_NET_DEV_XMIT, ROAD_CLIENT, 20, 550 + ETHERNET);
	passed_so_many(SKSTAT_POINT_NETIF_RECEIVE_SKB, ROAD_SERVER, 20, 550);
	passed_so_many(SKSTAT_POINT_NETIF_RECEIVE_SKB, ROAD_CLIENT, 0, 550);
	passed_so_many(SKSTAT_POINT_NET_DEV_XMIT, ROAD_SERVER, 0, 550);
	close(to);
	close(from);
}

/* More lengths than the module counts by themselves, each again and again: figures are as if it counted none so. */
static void again(void **state)
{
	int to = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	struct hists_sum sum = { 0 };
	uint64_t bytes, squares;

	(void)state;
	/* Somebody else's packet, a neighbour's question, may come in between. */
	for (int tries = 0; tries < 5 && sum.count != LENGTHS * 3; tries++) {
		hists_mark(&measuring);
		bytes = squares = 0;
		for (uint64_t i = 0; i < LENGTHS * 3; i++) {
			uint64_t length = 200 + i % LENGTHS * 7;

			counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 1, length - HEADERS - ETHERNET);
			while (!counting_drain(to))
				;
			bytes += length;
			squares += length * length;
		}
		sum = passed(SKSTAT_POINT_NET_DEV_XMIT, ROAD_CLIENT);
	}
	assert_int_equal(sum.count, LENGTHS * 3);
	assert_int_equal(sum.sum, bytes);
	assert_true(sum.squares == squares);
	close(to);
	close(from);
}

static uint64_t hits(void)
{
	struct skstat_info info;

	must_be(!skstat_netlink_info(measuring.reader, &info, NULL));
	return info.probe[SKSTAT_PROBE_SIZE].hits;
}

/* Each hit is one length, whichever way it was counted. */
static void each_hit_once(void **state)
{
	int to = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	uint64_t before, came = 0, counted = 0;

	(void)state;
	for (int tries = 0; tries < 5 && (!came || came != counted); tries++) {
		hists_mark(&measuring);
		before = hits();
		for (size_t i = 0; i < LENGTHS * 3; i++) {
			counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 1, i % 3 ? 99 : 500 + i);
			while (!counting_drain(to))
				;
		}
		came = hits() - before;
		counted = hists_sum(&measuring, SKSTAT_HISTOGRAM_SIZE, "%s", "").count;
	}
	assert_true(came >= LENGTHS * 3 * 3);
	assert_int_equal(came, counted);
	close(to);
	close(from);
}

/* What a device that does TSO gets is as long as TCP has made it. */
static void tso(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	hists_mark(&measuring);
	pair_talk(pair, MUCH, 0);
	assert_true(longer(SKSTAT_POINT_NET_DEV_QUEUE, ROAD_CLIENT, MTU + ETHERNET) > 0);
	assert_int_equal(longer(SKSTAT_POINT_NET_DEV_XMIT, ROAD_CLIENT, MTU + ETHERNET),
			 longer(SKSTAT_POINT_NET_DEV_QUEUE, ROAD_CLIENT, MTU + ETHERNET));
	assert_int_equal(longer(SKSTAT_POINT_NETIF_RECEIVE_SKB, ROAD_SERVER, MTU),
			 longer(SKSTAT_POINT_NET_DEV_XMIT, ROAD_CLIENT, MTU + ETHERNET));
	pair_close(pair);
}

/* Without, the kernel takes it to pieces in between. */
static void gso(void **state)
{
	struct hists_sum sum;
	struct pair pair;

	(void)state;
	offload(ROAD_CLIENT, ETHTOOL_STSO, false);
	pair = counting_pair(PAIR_V4);
	hists_mark(&measuring);
	pair_talk(pair, MUCH, 0);
	assert_true(longer(SKSTAT_POINT_NET_DEV_QUEUE, ROAD_CLIENT, MTU + ETHERNET) > 0);
	assert_int_equal(longer(SKSTAT_POINT_NET_DEV_XMIT, ROAD_CLIENT, MTU + ETHERNET), 0);
	sum = passed(SKSTAT_POINT_NET_DEV_XMIT, ROAD_CLIENT);
	assert_true(sum.sum > MUCH && sum.sum > passed(SKSTAT_POINT_NET_DEV_QUEUE, ROAD_CLIENT).sum);
	assert_true(hists_between(&sum, SKSTAT_HISTOGRAM_SIZE, MTU + ETHERNET, MTU + ETHERNET) >= MUCH / MTU);
	assert_int_equal(longer(SKSTAT_POINT_NETIF_RECEIVE_SKB, ROAD_SERVER, MTU), 0);
	pair_close(pair);
}

/* Without either, TCP does. */
static void neither(void **state)
{
	struct pair pair;

	(void)state;
	offload(ROAD_CLIENT, ETHTOOL_STSO, false);
	offload(ROAD_CLIENT, ETHTOOL_SGSO, false);
	pair = counting_pair(PAIR_V4);
	hists_mark(&measuring);
	pair_talk(pair, MUCH, 0);
	if (longer(SKSTAT_POINT_NET_DEV_QUEUE, ROAD_CLIENT, MTU + ETHERNET))
		note("TCP wants GSO whatever the device says");
	assert_int_equal(longer(SKSTAT_POINT_NET_DEV_XMIT, ROAD_CLIENT, MTU + ETHERNET), 0);
	assert_int_equal(longer(SKSTAT_POINT_NETIF_RECEIVE_SKB, ROAD_SERVER, MTU), 0);
	pair_close(pair);
}

/* veth has GRO since 5.13 or so: it puts together again what comes in pieces. */
static void gro(void **state)
{
	struct hists_sum before;
	struct pair pair;

	(void)state;
	offload(ROAD_CLIENT, ETHTOOL_STSO, false);
	offload(ROAD_SERVER, ETHTOOL_SGRO, true);
	pair = counting_pair(PAIR_V4);
	hists_mark(&measuring);
	pair_talk(pair, MUCH, 0);
	before = passed(SKSTAT_POINT_NAPI_GRO_RECEIVE, ROAD_SERVER);
	pair_close(pair);
	if (!before.count)
		skip_because("this kernel's veth has no GRO");
	assert_true(before.sum > MUCH);
	assert_int_equal(longer(SKSTAT_POINT_NAPI_GRO_RECEIVE, ROAD_SERVER, MTU), 0);
	assert_true(longer(SKSTAT_POINT_NETIF_RECEIVE_SKB, ROAD_SERVER, MTU) > 0);
}

static int sizes_setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(SIZE), NULL);
	return 0;
}

#define sizes_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, sizes_end)

int suite_sizes(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		sizes_test(datagrams), sizes_test(again),   sizes_test(each_hit_once), sizes_test(tso),
		sizes_test(gso),       sizes_test(neither), sizes_test(gro),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("sizes", tests, sizes_setup, measuring_teardown);
}
