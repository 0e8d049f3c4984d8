// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs, sent and received: each once, with the state that the socket was in, its port where it is a service's, the
 * namespace, and the reason where the kernel has them.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/counting.h"
#include "../lib/kernel.h"
#include "../lib/must.h"
#include "suite.h"

#define CLOSED 7899

static const enum pair_family families[] = { PAIR_V4, PAIR_V6 };

#define resets_are(count, format, ...) cells_are(&counting.cells, count, SKSTAT_TABLE_RESET, format, ##__VA_ARGS__)

static void sent(uint64_t count, enum road_end side, const char *reason, int state, uint16_t port)
{
	resets_are(count, "direction=%d reason=%s state=%d netns=%lu port=%u", SKSTAT_RESET_SENT, reason, state,
		   counting.netns[side], port);
}

static void received(uint64_t count, enum road_end side, int state, uint16_t port)
{
	resets_are(count, "direction=%d reason= state=%d netns=%lu port=%u", SKSTAT_RESET_RECEIVED, state,
		   counting.netns[side], port);
}

/* All that a side has sent, as the kernel has it. */
static void sent_are_all(enum road_end side)
{
	resets_are(counting_kernel(side, "Tcp", "OutRsts"), "direction=%d netns=%lu", SKSTAT_RESET_SENT,
		   counting.netns[side]);
}

static void linger(int fd)
{
	static const struct linger never = { .l_onoff = 1 };

	must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &never, sizeof(never)));
}

/* close() has gone to CLOSE before it sends. */
static void by_linger(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pair pair = counting_pair(families[i]);

		linger(pair.client);
		close(pair.client);
		pair_await_state(pair.server, TCP_CLOSE);
		close(pair.server);
	}
	sent(2, ROAD_CLIENT, "TCP_ABORT_ON_LINGER|TCP_DISCONNECT_WITH_DATA|TCP_STATE|NOT_SPECIFIED", TCP_CLOSE, 0);
	received(2, ROAD_SERVER, TCP_ESTABLISHED, COUNTING_PORT);
	sent_are_all(ROAD_CLIENT);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Tcp", "EstabResets"), 2);
}

static void by_unread_data(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	pair_write(pair.client, 100);
	must(recv(pair.server, (char[1]){ 0 }, 1, MSG_PEEK));
	close(pair.server);
	pair_await_state(pair.client, TCP_CLOSE);
	sent(1, ROAD_SERVER, "TCP_ABORT_ON_CLOSE", TCP_CLOSE, COUNTING_PORT);
	received(1, ROAD_CLIENT, TCP_ESTABLISHED, 0);
	sent_are_all(ROAD_SERVER);
	close(pair.client);
}

/* How many sockets of the server's side are in TIME_WAIT. */
static unsigned int time_waits(void)
{
	unsigned int count = 0;
	char line[256];
	FILE *file;

	ns_enter(&counting.road.ns[ROAD_SERVER]);
	file = must_have(fopen("/proc/thread-self/net/sockstat", "re"));
	ns_enter(&counting.road.home);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "TCP: inuse %*u orphan %*u tw %u", &count);
	fclose(file);
	return count;
}

/* Data for somebody who has closed, and is in TIME_WAIT (FIN_WAIT2): older kernels have it in OutRsts only. */
static void by_time_wait(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);
	unsigned int before = time_waits();

	(void)state;
	close(pair.server);
	pair_await_state(pair.client, TCP_CLOSE_WAIT);
	for (int i = 0; i < 1000 && time_waits() == before; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	pair_write(pair.client, 100);
	pair_await_state(pair.client, TCP_CLOSE);
	received(1, ROAD_CLIENT, TCP_CLOSE_WAIT, 0);
	sent(kernel_since(6, 11) ? 1 : 0, ROAD_SERVER, "TCP_TIMEWAIT_SOCKET", TCP_TIME_WAIT, COUNTING_PORT);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Tcp", "OutRsts"), 1);
	close(pair.client);
}

/* A port that the kernel might have chosen for a client is nobody's, whoever has it. */
static void port_within_the_range(void **state)
{
	struct pair pair;

	(void)state;
	road_sysctl(&counting.road, ROAD_SERVER, "net/ipv4/ip_local_port_range", "7000 60999");
	pair = counting_pair(PAIR_V4);
	linger(pair.client);
	close(pair.client);
	pair_await_state(pair.server, TCP_CLOSE);
	received(1, ROAD_SERVER, TCP_ESTABLISHED, 0);
	received(0, ROAD_SERVER, TCP_ESTABLISHED, COUNTING_PORT);
	/* and as soon as it is none of these any more, it is a service's */
	road_sysctl(&counting.road, ROAD_SERVER, "net/ipv4/ip_local_port_range", "32768 60999");
	close(pair.server);
	pair = counting_pair(PAIR_V4);
	linger(pair.client);
	close(pair.client);
	received(1, ROAD_SERVER, TCP_ESTABLISHED, COUNTING_PORT);
	close(pair.server);
}

/* Nobody's: kernels that do not tell of these have them in OutRsts only. */
static void closed_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = road_socket(&counting.road, ROAD_CLIENT, families[i]);

		assert_int_equal(road_dial(fd, families[i], ROAD_SERVER, CLOSED), -ECONNREFUSED);
		close(fd);
	}
	received(2, ROAD_CLIENT, TCP_SYN_SENT, 0);
	sent(kernel_since(6, 11) ? 2 : 0, ROAD_SERVER, "NO_SOCKET", 0, 0);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Tcp", "OutRsts"), 2);
}

#define resets_test(name) cmocka_unit_test_setup_teardown(name, counting_begin, counting_end)

int suite_resets(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		resets_test(by_linger),
		resets_test(by_unread_data),
		resets_test(by_time_wait),
		resets_test(port_within_the_range),
		resets_test(closed_port),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("resets", tests, counting_setup, counting_teardown);
}
