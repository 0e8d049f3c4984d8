// SPDX-License-Identifier: GPL-2.0
/*
 * connect() of UDP sockets: each is counted, with what came of it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "../lib/counting.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT 7801

static struct cells connects;

static int udp(int family)
{
	int fd;

	ns_enter(&counting.road.ns[ROAD_CLIENT]);
	fd = must(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	ns_enter(&counting.road.home);
	return fd;
}

static void connects_are(uint64_t count, int error, int family, uint16_t port)
{
	cells_are(&connects, count, SKSTAT_TABLE_UDP_CONNECT, "error=%d family=%d netns=%lu remote_port=%u", error, family,
		  counting.netns[ROAD_CLIENT], port);
}

static uint64_t all(void)
{
	return cells_sum(&connects, SKSTAT_TABLE_UDP_CONNECT, "netns=%lu", counting.netns[ROAD_CLIENT]);
}

static void succeeds(void **state)
{
	static const enum pair_family families[] = { PAIR_V4, PAIR_V6, PAIR_MAPPED };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int fd = udp(families[i] == PAIR_V4 ? AF_INET : AF_INET6);

		for (int n = 0; n < 3; n++)
			assert_int_equal(road_dial(fd, families[i], ROAD_SERVER, (uint16_t)(PORT + n)), 0);
		close(fd);
	}
	for (uint16_t n = 0; n < 3; n++) {
		connects_are(1, 0, AF_INET, PORT + n);
		connects_are(2, 0, AF_INET6, PORT + n);
	}
	assert_int_equal(all(), 9);
}

static int dial(int fd, const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	must_be(inet_pton(AF_INET, address, &to.sin_addr) == 1);
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
}

static void fails(void **state)
{
	int fd = udp(AF_INET);

	(void)state;
	for (int n = 0; n < 2; n++)
		assert_int_equal(dial(fd, "192.0.2.1"), ENETUNREACH);
	assert_int_equal(dial(fd, "10.7.255.255"), EACCES); /* to all: that wants to be asked for */
	close(fd);
	connects_are(2, ENETUNREACH, AF_INET, PORT);
	connects_are(1, EACCES, AF_INET, PORT);
	assert_int_equal(all(), 3);
}

/* TCP's connect() is another, and raw sockets are not UDP; to let go of the peer is no connect. */
static void others(void **state)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int fd = udp(AF_INET), raw;

	(void)state;
	ns_enter(&counting.road.ns[ROAD_CLIENT]);
	raw = must(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP));
	ns_enter(&counting.road.home);
	assert_int_equal(dial(raw, "10.7.2.2"), 0);
	must(connect(fd, &nobody, sizeof(nobody)));
	pair_close(counting_pair(PAIR_V4));
	close(raw);
	close(fd);
	assert_int_equal(all(), 0);
}

static void nothing_missed(void **state)
{
	struct skstat_error error;
	struct skstat_info info;
	int fd = udp(AF_INET);

	(void)state;
	for (int n = 0; n < 2000; n++)
		must_be(!dial(fd, "10.7.2.2"));
	close(fd);
	connects_are(2000, 0, AF_INET, PORT);
	assert_int_equal(skstat_netlink_info(connects.reader, &info, &error), 0);
	assert_int_equal(info.probe[SKSTAT_PROBE_UDP_CONNECT].missed, 0);
}

static int setup(void **state)
{
	counting_setup(state);
	cells_open(&connects, SKSTAT_PROBE_BIT(UDP_CONNECT));
	return 0;
}

static int teardown(void **state)
{
	cells_close(&connects);
	return counting_teardown(state);
}

static int begin(void **state)
{
	counting_begin(state);
	cells_mark(&connects);
	return 0;
}

#define connects_test(name) cmocka_unit_test_setup_teardown(name, begin, counting_end)

int suite_udp_connects(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		connects_test(succeeds),
		connects_test(fails),
		connects_test(others),
		connects_test(nothing_missed),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("udp_connects", tests, setup, teardown);
}
