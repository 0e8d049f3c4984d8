// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that are dropped, each for a reason that the test has made: counted as often as it happened, under the reason
 * and the function that it happened for, with the device or none, and with the port where the kernel tells the socket;
 * and as often as the kernel's own counters have it.
 */
#include <linux/filter.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/command.h"
#include "../lib/counting.h"
#include "../lib/must.h"
#include "../lib/nft.h"
#include "../lib/packet.h"
#include "suite.h"

#define PORT 7801 /* of a socket */
#define CLOSED 7899 /* of none */

#define TCP_RCV "tcp_v4_rcv|tcp_v6_rcv"
#define UDP_RCV "__udp4_lib_rcv|udp_rcv|__udp6_lib_rcv|udpv6_rcv"
#define RCVBUFF "reason=SOCKET_RCVBUFF function=" COUNTING_UDP_QUEUE
#define UDP_DESTRUCT "udp_destruct_common|udp_destruct_sock|udpv6_destruct_sock"
#define QDISC	     "kfree_skb_list|kfree_skb_list_reason|__dev_xmit_skb|__dev_queue_xmit|__tcf_kfree_skb_list"

static const enum pair_family families[] = { PAIR_V4, PAIR_V6 };

static int ethertype(enum pair_family family)
{
	return family == PAIR_V4 ? ETHERTYPE_IP : ETHERTYPE_IPV6;
}

#define drops_are(count, format, ...) cells_are(&counting.cells, count, SKSTAT_TABLE_DROP, format, ##__VA_ARGS__)
#define drops_sum(format, ...)	      cells_sum(&counting.cells, SKSTAT_TABLE_DROP, format, ##__VA_ARGS__)

/* On their way in, at the server's device, with nobody's port. */
static void dropped_at_server(uint64_t count, const char *reason, const char *functions, enum pair_family family,
			      uint16_t port)
{
	drops_are(count, "reason=%s function=%s device=road@%lu protocol=%d port=%u", reason, functions,
		  counting.netns[ROAD_SERVER], ethertype(family), port);
}

/* Nothing was counted of that, and also under another name. */
static void nothing_else_at_server(uint64_t count)
{
	assert_int_equal(drops_sum("device=road@%lu protocol=%d", counting.netns[ROAD_SERVER], ETHERTYPE_IP), count);
}

static void closed_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (int n = 0; n < 5; n++) {
			int fd = road_socket(&counting.road, ROAD_CLIENT, families[i]);

			assert_int_equal(road_dial(fd, families[i], ROAD_SERVER, CLOSED), -ECONNREFUSED);
			close(fd);
		}
		dropped_at_server(5, "NO_SOCKET", TCP_RCV, families[i], 0);
	}
	nothing_else_at_server(5);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Tcp", "OutRsts"), 10);
}

static void closed_udp_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = counting_udp(ROAD_CLIENT, families[i], 0);

		counting_send(fd, ROAD_SERVER, families[i], CLOSED, 3, 100);
		close(fd);
		dropped_at_server(3, "NO_SOCKET", UDP_RCV, families[i], 0);
	}
	nothing_else_at_server(3);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Udp", "NoPorts"), 3);
}

/* A short segment is summed up at once, whoever it is for. */
static void bad_tcp_checksum(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (int n = 0; n < 4; n++)
			packet_send_spoilt(&counting.road, families[i], IPPROTO_TCP, CLOSED, 10);
		dropped_at_server(4, "TCP_CSUM", TCP_RCV, families[i], 0);
	}
	nothing_else_at_server(4);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Tcp", "InCsumErrors"), 8);
}

/*
 * A long one when there is somebody to take it: then the segment has no device any more. Who listens is a service,
 * also on a port that else would be a client's.
 */
static void bad_tcp_checksum_for_somebody(void **state)
{
	int listener = road_socket(&counting.road, ROAD_SERVER, PAIR_V4);

	(void)state;
	road_listen(listener, PAIR_V4, ROAD_SERVER, PORT, 8);
	road_sysctl(&counting.road, ROAD_SERVER, "net/ipv4/ip_local_port_range", "7000 60999");
	for (int n = 0; n < 4; n++)
		packet_send_spoilt(&counting.road, PAIR_V4, IPPROTO_TCP, PORT, 500);
	drops_are(4, "reason=TCP_CSUM function=tcp_v4_do_rcv|tcp_v4_rcv device= protocol=%d port=%u", ETHERTYPE_IP,
		  counting_receiver(PORT));
	assert_int_equal(counting_kernel(ROAD_SERVER, "Tcp", "InCsumErrors"), 4);
	road_sysctl(&counting.road, ROAD_SERVER, "net/ipv4/ip_local_port_range", "32768 60999");
	close(listener);
}

static void bad_udp_checksum(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = counting_udp(ROAD_SERVER, families[i], PORT);

		for (int n = 0; n < 4; n++)
			packet_send_spoilt(&counting.road, families[i], IPPROTO_UDP, PORT, 10);
		dropped_at_server(4, "UDP_CSUM", UDP_RCV, families[i], 0);
		assert_int_equal(counting_drain(fd), 0);
		close(fd);
	}
	nothing_else_at_server(4);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Udp", "InCsumErrors"), 4);
}

/* A socket with a small buffer, and more for it than it takes; how many found no room. */
static size_t overfill(enum pair_family family, int fd)
{
	int from = counting_udp(ROAD_CLIENT, family, 0);
	size_t sent = 100;

	pair_option(fd, SOL_SOCKET, SO_RCVBUF, 1);
	counting_deliver(from, ROAD_SERVER, family, PORT, sent, 1000);
	close(from);
	drops_are(counting_socket_drops(fd), RCVBUFF " protocol=%d port=%u",
		  ethertype(family), counting_receiver(PORT));
	return counting_socket_drops(fd);
}

static void full_receive_queue(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = counting_udp(ROAD_SERVER, families[i], PORT);
		size_t dropped = overfill(families[i], fd), taken = counting_drain(fd);

		note("%zu taken, %zu dropped", taken, dropped);
		assert_true(taken > 0 && dropped > 0);
		assert_int_equal(taken + dropped, 100);
		/* Some kernels have put something else in the device's place by then. */
		assert_int_equal(drops_sum(RCVBUFF " device=road@%lu protocol=%d", counting.netns[ROAD_SERVER],
					   ethertype(families[i])) +
					 drops_sum(RCVBUFF " device= protocol=%d", ethertype(families[i])),
				 dropped);
		if (families[i] == PAIR_V4)
			assert_int_equal(counting_kernel(ROAD_SERVER, "Udp", "RcvbufErrors"), dropped);
		close(fd);
	}
}

/* In the queue there is something else where a skb has its device: to follow it would be the end. */
static void closed_with_a_full_queue(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = counting_udp(ROAD_SERVER, families[i], PORT);
		size_t dropped = overfill(families[i], fd);

		close(fd);
		drops_are(100 - dropped, "reason=NOT_SPECIFIED function=" UDP_DESTRUCT " device= protocol=%d port=0",
			  ethertype(families[i]));
	}
}

/* The like in TCP's queue of what came out of order, which is a tree. */
static void closed_with_a_hole(void **state)
{
	static const struct linger never = { .l_onoff = 1 };
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	pair_option(pair.client, IPPROTO_TCP, TCP_NODELAY, 1);
	pair_deafen_to(pair.server, 120, 170);
	pair_write(pair.client, 100);
	for (int i = 0; i < 8; i++)
		pair_write(pair.client, 1000);
	counting_await(pair.client, sacked, 1);
	must(setsockopt(pair.server, SOL_SOCKET, SO_LINGER, &never, sizeof(never)));
	close(pair.server);
	assert_true(cells_await(&counting.cells, 1, SKSTAT_TABLE_DROP, "function=skb_rbtree_purge") > 0);
	assert_int_equal(drops_sum("function=skb_rbtree_purge device= protocol=%d", ETHERTYPE_IP),
			 drops_sum("function=skb_rbtree_purge"));
	close(pair.client);
}

static void netfilter(void **state)
{
	int fd = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	bool there;

	(void)state;
	ns_enter(&counting.road.ns[ROAD_SERVER]);
	there = nft_drop_input();
	ns_enter(&counting.road.home);
	if (!there)
		skip_because("no nf_tables in this kernel");
	counting_send(fd, ROAD_SERVER, PAIR_V4, PORT, 7, 100);
	cells_await(&counting.cells, 7, SKSTAT_TABLE_DROP, "reason=NETFILTER_DROP");
	ns_enter(&counting.road.ns[ROAD_SERVER]);
	nft_drop_nothing();
	ns_enter(&counting.road.home);
	dropped_at_server(7, "NETFILTER_DROP", "nf_hook_slow|nft_do_chain", PAIR_V4, 0);
	nothing_else_at_server(7);
	/* came in, and not to anybody */
	assert_int_equal(counting_kernel(ROAD_SERVER, "Ip", "InReceives"), 7);
	assert_int_equal(counting_kernel(ROAD_SERVER, "Ip", "InDelivers"), 0);
	close(fd);
}

static void socket_filter(void **state)
{
	static struct sock_filter nothing = { BPF_RET | BPF_K, 0, 0, 0 };
	const struct sock_fprog program = { .len = 1, .filter = &nothing };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = counting_udp(ROAD_SERVER, families[i], PORT), from = counting_udp(ROAD_CLIENT, families[i], 0);

		must(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
		counting_send(from, ROAD_SERVER, families[i], PORT, 6, 100);
		dropped_at_server(6, "SOCKET_FILTER", COUNTING_UDP_QUEUE, families[i], counting_receiver(PORT));
		assert_int_equal(counting_socket_drops(fd), 6);
		close(from);
		close(fd);
	}
	nothing_else_at_server(6);
}

static void socket_filter_of_tcp(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	pair_deafen(pair.server);
	pair_write(pair.client, 100);
	/* It is said again and again. */
	cells_await(&counting.cells, 2, SKSTAT_TABLE_DROP, "reason=SOCKET_FILTER function=tcp_v4_rcv");
	pair_hear(pair.server);
	pair_read(pair.server, 100);
	dropped_at_server(counting_socket_drops(pair.server), "SOCKET_FILTER", "tcp_v4_rcv", PAIR_V4,
			  counting_receiver(COUNTING_PORT));
	assert_true(counting_socket_drops(pair.server) >= 2);
	pair_close(pair);
}

/* What tc says that the client's queueing discipline has dropped. */
static uint64_t qdisc_dropped(void)
{
	unsigned long dropped = 0;
	const char *at;
	char said[4096];

	ns_enter(&counting.road.ns[ROAD_CLIENT]);
	must_be(command_read("tc -s qdisc show dev road", said, sizeof(said)));
	ns_enter(&counting.road.home);
	at = must_have(strstr(said, "(dropped "));
	must_be(sscanf(at, "(dropped %lu", &dropped) == 1);
	return dropped;
}

static void overflow(const char *rule)
{
	int to = counting_udp(ROAD_SERVER, PAIR_V4, PORT), fd = counting_udp(ROAD_CLIENT, PAIR_V4, PORT);
	uint64_t discarded;

	/* so that it is known where to send to */
	counting_send(fd, ROAD_SERVER, PAIR_V4, PORT, 1, 1000);
	must(recv(to, (char[1]){ 0 }, 1, MSG_TRUNC));
	if (!road_run(&counting.road, ROAD_CLIENT, "tc qdisc replace dev road root %s", rule))
		skip_because("no such queueing discipline in this kernel");
	counting_mark();
	counting_send(fd, ROAD_SERVER, PAIR_V4, PORT, 40, 1000);
	discarded = counting_kernel(ROAD_CLIENT, "Ip", "OutDiscards");
	drops_are(discarded, "reason=QDISC_DROP function=" QDISC " device=road@%lu protocol=%d port=%u",
		  counting.netns[ROAD_CLIENT], ETHERTYPE_IP, PORT);
	note("%s: dropped %lu of 40", rule, discarded);
	assert_true(discarded > 10 && discarded < 40);
	/* IPv6 has something to say now and then, and is dropped, too. */
	assert_in_range(qdisc_dropped(), discarded, discarded + 10);
	/* What is left goes with it. */
	must_be(road_run(&counting.road, ROAD_CLIENT, "tc qdisc del dev road root"));
	drops_are(40 - counting_drain(to), "protocol=%d port=%u", ETHERTYPE_IP, PORT);
	close(fd);
	close(to);
}

static void full_qdisc(void **state)
{
	(void)state;
	overflow("netem limit 5 delay 250s");
}

static void full_token_bucket(void **state)
{
	(void)state;
	overflow("tbf rate 8kbit burst 2kb limit 5kb");
}

/* Anybody may send what he likes: it must not fill the tables. */
static void protocols_that_are_none(void **state)
{
	(void)state;
	for (uint16_t protocol = 0x7000; protocol < 0x7000 + 50; protocol++)
		packet_send_frame(&counting.road, protocol);
	drops_are(50, "reason=UNHANDLED_PROTO function=__netif_receive_skb_core device=road@%lu protocol=other port=0",
		  counting.netns[ROAD_SERVER]);
}

/* Queues that outlive the device by which all came that is in them. */
static void device_that_goes(void **state)
{
	int fd = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);

	(void)state;
	counting_deliver(from, ROAD_SERVER, PAIR_V4, PORT, 20, 100);
	must_be(road_run(&counting.road, ROAD_SERVER, "ip link del road"));
	close(from);
	close(fd);
	drops_are(20, "function=" UDP_DESTRUCT " device= protocol=%d", ETHERTYPE_IP);
}

#define drops_test(name) cmocka_unit_test_setup_teardown(name, counting_begin, counting_end)

int suite_drops(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		drops_test(closed_port),
		drops_test(closed_udp_port),
		drops_test(bad_tcp_checksum),
		drops_test(bad_tcp_checksum_for_somebody),
		drops_test(bad_udp_checksum),
		drops_test(full_receive_queue),
		drops_test(closed_with_a_full_queue),
		drops_test(closed_with_a_hole),
		drops_test(netfilter),
		drops_test(socket_filter),
		drops_test(socket_filter_of_tcp),
		drops_test(full_qdisc),
		drops_test(full_token_bucket),
		drops_test(protocols_that_are_none),
		drops_test(device_that_goes),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("drops", tests, counting_setup, counting_teardown);
}
