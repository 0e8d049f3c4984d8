// SPDX-License-Identifier: GPL-2.0
/*
 * How long drivers have packets: one that the test is itself, for as long as it likes; one that is done at once; and
 * those that are no drivers. And what becomes of packets for which there is no room.
 */
#include "../lib/measuring.h"
#include "../lib/must.h"
#include "../lib/tun.h"
#include "suite.h"

#define PORT 7801
#define FEW  64	 /* pair_places at least */
#define MANY 400 /* below a tun's queue length */
#define STRAY 20 /* packets that nobody asked for: neighbours, multicast */

static struct hists_sum transmitted(uint64_t least, const char *device)
{
	return hists_await(&measuring, least, SKSTAT_HISTOGRAM_TRANSMIT, "device=%s@%lu", device,
			   counting.netns[ROAD_CLIENT]);
}

static void read_late(void **state)
{
	int fd = tun_open(&counting.road, ROAD_CLIENT);
	uint64_t least = 0, most = 0, before, after, taking;
	struct hists_sum sum;

	(void)state;
	for (int i = 0; i < 4; i++) {
		before = measuring_now();
		tun_send(&counting.road, ROAD_CLIENT, 1, 100);
		after = measuring_now();
		measuring_wait();
		taking = measuring_now();
		tun_take(fd);
		least += taking - after;
		most += measuring_now() - before;
	}
	sum = transmitted(4, TUN_NAME);
	measuring_is(sum, SKSTAT_HISTOGRAM_TRANSMIT, 4, least, most);
	/* each of them: a busy machine makes them longer, nothing makes them shorter */
	assert_int_equal(hists_between(&sum, SKSTAT_HISTOGRAM_TRANSMIT, MEASURING_WAIT, 1e10), 4);
	close(fd);
}

/* What the driver drops, it is done with as well: the device goes, with what is in its queue. */
static void never_read(void **state)
{
	int fd = tun_open(&counting.road, ROAD_CLIENT);
	uint64_t before = measuring_now(), after, waited;
	struct hists_sum sum;

	(void)state;
	tun_send(&counting.road, ROAD_CLIENT, 3, 100);
	after = measuring_now();
	measuring_wait();
	waited = measuring_now() - after;
	close(fd);
	sum = transmitted(3, TUN_NAME);
	measuring_is(sum, SKSTAT_HISTOGRAM_TRANSMIT, 3, 3 * waited, 3 * (measuring_now() - before));
}

static void sent_at_once(void **state)
{
	uint64_t before, took;

	(void)state;
	must_be(road_run(&counting.road, ROAD_CLIENT, "ip link add blank type dummy"));
	ns_enter(&counting.road.ns[ROAD_CLIENT]);
	ns_sysctl("net/ipv6/conf/blank/disable_ipv6", "1");
	ns_enter(&counting.road.home);
	must_be(road_run(&counting.road, ROAD_CLIENT, "ip addr add 10.9.0.1/16 dev blank"));
	must_be(road_run(&counting.road, ROAD_CLIENT, "ip link set blank up"));
	before = measuring_now();
	tun_send(&counting.road, ROAD_CLIENT, 20, 500);
	took = measuring_now() - before;
	measuring_is(transmitted(20, "blank"), SKSTAT_HISTOGRAM_TRANSMIT, 20, 20, took);
	must_be(road_run(&counting.road, ROAD_CLIENT, "ip link del blank"));
}

/* Whose driver hands packets to the receiving side: lo, and veth. TCP frees what it has received without a word. */
static void no_driver(void **state)
{
	int to = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	for (int i = 0; i < 20; i++) {
		pair_write(pair.client, 1000);
		pair_read(pair.server, 1000);
		counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 1, 100);
		must(recv(to, (char[1]){ 0 }, 1, MSG_TRUNC));
		counting_send(from, ROAD_CLIENT, PAIR_V4, 7899, 1, 100); /* over lo, to nobody */
	}
	pair_close(pair);
	close(from);
	close(to);
	assert_int_equal(hists_sum(&measuring, SKSTAT_HISTOGRAM_TRANSMIT, "device=road|lo").count, 0);
}

/*
 * Each packet that finds no room is one that was missed, and the others are measured. Packets of other devices that are
 * on their way just then are missed as well.
 */
static void no_room(void **state)
{
	int fd = tun_open(&counting.road, ROAD_CLIENT);
	struct skstat_error error;
	struct skstat_info before, now;
	uint64_t missed, measured;

	(void)state;
	assert_int_equal(skstat_netlink_info(measuring.reader, &before, &error), 0);
	tun_send(&counting.road, ROAD_CLIENT, MANY, 100);
	assert_int_equal(skstat_netlink_info(measuring.reader, &now, &error), 0);
	missed = now.probe[SKSTAT_PROBE_TRANSMIT].missed - before.probe[SKSTAT_PROBE_TRANSMIT].missed;
	note("%lu of %d found no room", missed, MANY);
	assert_true(missed >= MANY - FEW);
	for (int i = 0; i < MANY; i++)
		tun_take(fd);
	measured = transmitted(missed < MANY ? MANY - missed : 1, TUN_NAME).count;
	assert_in_range(measured + missed, MANY, MANY + STRAY);
	assert_in_range(measured, 1, FEW);
	close(fd);
}

static int setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(TRANSMIT), NULL);
	return 0;
}

static int setup_small(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(TRANSMIT), "pair_places=1");
	return 0;
}

#define transmits_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, counting_end)

int suite_transmits(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		transmits_test(read_late),
		transmits_test(never_read),
		transmits_test(sent_at_once),
		transmits_test(no_driver),
	};
	const struct CMUnitTest small[] = {
		transmits_test(no_room),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("transmits", tests, setup, measuring_teardown) +
	       cmocka_run_group_tests_name("transmits, little room", small, setup_small, measuring_teardown);
}
