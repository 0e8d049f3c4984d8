// SPDX-License-Identifier: GPL-2.0
/*
 * Packets and bytes by device and protocol: each that was sent, at both ends of its way, and as many as the kernel has.
 */
#include <netinet/in.h>

#include "../lib/measuring.h"
#include "../lib/must.h"
#include "../lib/packet.h"
#include "suite.h"

#define PORT	 7804
#define COUNT	 20
#define BYTES	 500
#define ETHERNET 14
#define ODD	 0x88b5 /* for experiments */

static void are(uint64_t count, enum skstat_table_id table, enum skstat_way way, enum road_end side, int ethertype,
		int transport)
{
	cells_are(&counting.cells, count, table, "way=%d device=road@%lu protocol=%d transport=%d", way,
		  counting.netns[side], ethertype, transport);
}

static void datagrams(enum pair_family family, int ethertype, uint64_t header)
{
	int to = counting_udp(ROAD_SERVER, family, PORT), from = counting_udp(ROAD_CLIENT, family, 0);
	uint64_t bytes = COUNT * (BYTES + 8 + header);

	counting_mark();
	counting_send(from, ROAD_SERVER, family, PORT, COUNT, BYTES);
	are(COUNT, SKSTAT_TABLE_PACKET, SKSTAT_WAY_TRANSMIT, ROAD_CLIENT, ethertype, IPPROTO_UDP);
	are(COUNT, SKSTAT_TABLE_PACKET, SKSTAT_WAY_RECEIVE, ROAD_SERVER, ethertype, IPPROTO_UDP);
	are(bytes + COUNT * ETHERNET, SKSTAT_TABLE_PACKET_BYTES, SKSTAT_WAY_TRANSMIT, ROAD_CLIENT, ethertype, IPPROTO_UDP);
	are(bytes, SKSTAT_TABLE_PACKET_BYTES, SKSTAT_WAY_RECEIVE, ROAD_SERVER, ethertype, IPPROTO_UDP);
	are(0, SKSTAT_TABLE_PACKET, SKSTAT_WAY_TRANSMIT, ROAD_SERVER, ethertype, IPPROTO_UDP);
	close(to);
	close(from);
}

static void of_ipv4(void **state)
{
	(void)state;
	datagrams(PAIR_V4, 0x0800, 20);
}

static void of_ipv6(void **state)
{
	(void)state;
	datagrams(PAIR_V6, 0x86dd, 40);
}

/* A header of IPv6 before UDP's: destination options that are padding. */
static void behind_an_extension(void **state)
{
	static const uint8_t padding[8] = { 0, 0, 1, 4 };
	int to = counting_udp(ROAD_SERVER, PAIR_V6, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V6, 0);

	(void)state;
	must(setsockopt(from, IPPROTO_IPV6, IPV6_DSTOPTS, padding, sizeof(padding)));
	counting_mark();
	counting_send(from, ROAD_SERVER, PAIR_V6, PORT, COUNT, BYTES);
	are(COUNT, SKSTAT_TABLE_PACKET, SKSTAT_WAY_RECEIVE, ROAD_SERVER, 0x86dd, IPPROTO_UDP);
	are((uint64_t)COUNT * (BYTES + 8 + 8 + 40), SKSTAT_TABLE_PACKET_BYTES, SKSTAT_WAY_RECEIVE, ROAD_SERVER, 0x86dd,
	    IPPROTO_UDP);
	assert_int_equal(counting_drain(to), COUNT);
	close(to);
	close(from);
}

/* What anybody can make up is one, and has no header of ours. */
static void made_up(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 5; i++)
		packet_send_frame(&counting.road, (uint16_t)(ODD + i));
	cells_are(&counting.cells, 5, SKSTAT_TABLE_PACKET, "way=%d device=road@%lu protocol=other transport=0",
		  SKSTAT_WAY_RECEIVE, counting.netns[ROAD_SERVER]);
}

static void of_tcp(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	pair_talk(pair, 100, 100);
	pair_close(pair);
	cells_await(&counting.cells, 6, SKSTAT_TABLE_PACKET, "way=%d device=road@%lu protocol=%d transport=%d",
		    SKSTAT_WAY_RECEIVE, counting.netns[ROAD_SERVER], 0x0800, IPPROTO_TCP);
	are(counting_kernel(ROAD_SERVER, "Tcp", "InSegs"), SKSTAT_TABLE_PACKET, SKSTAT_WAY_RECEIVE, ROAD_SERVER, 0x0800,
	    IPPROTO_TCP);
}

static int packets_setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(PACKET), NULL);
	return 0;
}

#define packets_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, counting_end)

int suite_packets(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		packets_test(of_ipv4), packets_test(of_ipv6), packets_test(behind_an_extension), packets_test(made_up),
		packets_test(of_tcp),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("packets", tests, packets_setup, measuring_teardown);
}
