// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that had no room, UDP's failures, and bad checksums: as many as the kernel has counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/counting.h"
#include "../lib/kernel.h"
#include "../lib/must.h"
#include "../lib/packet.h"
#include "suite.h"

#define PORT 7802

static char memory_before[2][64];

/* The limits of all namespaces' memory, in pages, and back. */
static void memory_limit(const char *name, char *before, const char *limit)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = must(open(path, O_RDONLY | O_CLOEXEC));
	length = must(read(fd, before, 63));
	before[length] = '\0';
	close(fd);
	must_be(ns_sysctl(name, limit));
}

static int limits_end(void **state)
{
	ns_enter(&counting.road.home);
	if (*memory_before[0])
		must_be(ns_sysctl("net/ipv4/udp_mem", memory_before[0]));
	if (*memory_before[1])
		must_be(ns_sysctl("net/ipv4/tcp_mem", memory_before[1]));
	memset(memory_before, 0, sizeof(memory_before));
	return counting_end(state);
}

static uint64_t limit_sum(enum skstat_limit limit, int protocol, enum road_end side, uint16_t port)
{
	return cells_sum(&counting.cells, SKSTAT_TABLE_LIMIT, "limit=%d transport=%d netns=%lu port=%u", limit, protocol,
			 counting.netns[side], port);
}

/* A ping socket, which reads none of the answers. */
static void full_ping_socket(void **state)
{
	struct { struct icmphdr header; char payload[1000]; } message = { .header = { .type = ICMP_ECHO } };
	struct sockaddr_storage to;
	socklen_t length = road_address(&to, PAIR_V4, ROAD_SERVER, 0);
	uint32_t drops;
	int fd;

	(void)state;
	road_sysctl(&counting.road, ROAD_CLIENT, "net/ipv4/ping_group_range", "0 65535");
	ns_enter(&counting.road.ns[ROAD_CLIENT]);
	fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP));
	ns_enter(&counting.road.home);
	pair_option(fd, SOL_SOCKET, SO_RCVBUF, 1);
	for (int i = 0; i < 50; i++)
		must(sendto(fd, &message, sizeof(message), 0, (struct sockaddr *)&to, length));
	for (int i = 0; i < 1000 && counting_kernel(ROAD_CLIENT, "Icmp", "InEchoReps") < 50; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	/* The last of them may be on its way into the queue. */
	for (size_t taken = 0; (taken += counting_drain(fd)) + (drops = counting_socket_drops(fd)) < 50;)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	assert_in_range(drops, 1, 49);
	cells_are(&counting.cells, drops, SKSTAT_TABLE_LIMIT, "limit=%d transport=%d netns=%lu port=0",
		  SKSTAT_LIMIT_RECEIVE_QUEUE, IPPROTO_ICMP, counting.netns[ROAD_CLIENT]);
	cells_are(&counting.cells, drops, SKSTAT_TABLE_DROP,
		  "reason=SOCKET_RCVBUFF function=ping_rcv|ping_queue_rcv_skb|__ping_queue_rcv_skb port=0");
	close(fd);
}

static void udp_fails(enum pair_family family, int error, uint64_t count)
{
	int is = family == PAIR_V4 ? AF_INET : AF_INET6;

	cells_are(&counting.cells, count, SKSTAT_TABLE_UDP, "error=%d family=%d netns=%lu port=%u", error, is,
		  counting.netns[ROAD_SERVER], PORT);
}

static void full_udp_socket(void **state)
{
	static const enum pair_family families[] = { PAIR_V4, PAIR_V6 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = counting_udp(ROAD_SERVER, families[i], PORT), from = counting_udp(ROAD_CLIENT, families[i], 0);

		pair_option(fd, SOL_SOCKET, SO_RCVBUF, 1);
		counting_deliver(from, ROAD_SERVER, families[i], PORT, 60, 500);
		cells_await(&counting.cells, counting_socket_drops(fd), SKSTAT_TABLE_DROP, "reason=SOCKET_RCVBUFF");
		assert_in_range(counting_socket_drops(fd), 1, 59);
		/* until 6.1 or so the tracepoint was for IPv4 only */
		udp_fails(families[i], ENOMEM, families[i] == PAIR_V4 || kernel_since(6, 12) ? counting_socket_drops(fd) : 0);
		close(fd);
		close(from);
	}
}

/* udp_mem is looked at for every so many pages of a CPU: it takes some thousand datagrams. */
static void no_memory_for_udp(void **state)
{
	int fd = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	uint64_t limits;

	(void)state;
	pair_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20);
	memory_limit("net/ipv4/udp_mem", memory_before[0], "0 0 0");
	counting_deliver(from, ROAD_SERVER, PAIR_V4, PORT, 6000, 1000);
	limits = cells_await(&counting.cells, 1, SKSTAT_TABLE_LIMIT, "limit=%d transport=%d netns=%lu port=%u",
			     SKSTAT_LIMIT_RECEIVE, IPPROTO_UDP, counting.netns[ROAD_SERVER], PORT);
	note("%lu times no memory", limits);
	assert_true(limits > 0);
	/* by 7.2 these datagrams do not pass the tracepoint of failures any more */
	udp_fails(PAIR_V4, ENOBUFS, kernel_since(7, 0) ? 0 : limits);
	if (kernel_since(5, 17))
		assert_int_equal(counting_kernel(ROAD_SERVER, "Udp", "MemErrors"), limits);
	cells_are(&counting.cells, limits, SKSTAT_TABLE_DROP, "reason=PROTO_MEM function=" COUNTING_UDP_QUEUE " port=%u",
		  counting_receiver(PORT));
	close(fd);
	close(from);
}

static void no_memory_for_tcp(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);
	uint64_t sending, receiving;

	(void)state;
	pair_option(pair.client, SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20);
	pair_option(pair.server, SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20);
	memory_limit("net/ipv4/tcp_mem", memory_before[1], "1 1 1");
	pair_nonblock(pair.client);
	for (int i = 0; i < 2000 && !limit_sum(SKSTAT_LIMIT_SEND, IPPROTO_TCP, ROAD_CLIENT, 0); i++)
		send(pair.client, (char[16384]){ 0 }, 16384, 0);
	sending = limit_sum(SKSTAT_LIMIT_SEND, IPPROTO_TCP, ROAD_CLIENT, 0);
	receiving = limit_sum(SKSTAT_LIMIT_RECEIVE, IPPROTO_TCP, ROAD_SERVER, COUNTING_PORT);
	note("no memory: %lu times to send, %lu times to receive", sending, receiving);
	assert_true(sending + receiving > 0);
	pair_close(pair);
}

static void checksums(enum pair_family family, size_t bytes, const char *device)
{
	for (int i = 0; i < 5; i++)
		packet_send_spoilt(&counting.road, family, IPPROTO_TCP, PORT, bytes);
	cells_are(&counting.cells, 5, SKSTAT_TABLE_CHECKSUM, "device=%s family=%d", device,
		  family == PAIR_V4 ? AF_INET : AF_INET6);
}

static void bad_checksums(void **state)
{
	int listener = road_socket(&counting.road, ROAD_SERVER, PAIR_V4);
	char device[32];

	(void)state;
	if (!kernel_since(6, 1))
		skip_because("this kernel does not tell of checksums");
	snprintf(device, sizeof(device), "road@%lu", counting.netns[ROAD_SERVER]);
	checksums(PAIR_V4, 10, device);
	checksums(PAIR_V6, 10, device);
	/* nobody sums these up before somebody wants them, and then it is not said where they are from */
	road_listen(listener, PAIR_V4, ROAD_SERVER, PORT, 8);
	checksums(PAIR_V4, 700, "");
	assert_int_equal(counting_kernel(ROAD_SERVER, "Tcp", "InCsumErrors"), 15);
	assert_int_equal(cells_sum(&counting.cells, SKSTAT_TABLE_CHECKSUM, "%s", ""), 15);
	close(listener);
}

#define limits_test(name) cmocka_unit_test_setup_teardown(name, counting_begin, limits_end)

int suite_limits(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		limits_test(full_ping_socket),
		limits_test(full_udp_socket),
		limits_test(no_memory_for_udp),
		limits_test(no_memory_for_tcp),
		limits_test(bad_checksums),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("limits", tests, counting_setup, counting_teardown);
}
