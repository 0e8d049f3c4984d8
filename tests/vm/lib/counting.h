/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites of probes that count stand on: a road between two namespaces, the probes held, and the kernel's own
 * counters beside theirs.
 */
#ifndef SKSTAT_TEST_COUNTING_H
#define SKSTAT_TEST_COUNTING_H

#include <stdint.h>
#include <time.h>

#include "cells.h"
#include "procnet.h"
#include "road.h"

/* A port that is a service's, of a side; others are within its ip_local_port_range. */
#define COUNTING_PORT 7800

/* The functions of all kernels that put a datagram into a socket's queue, or drop it. */
#define COUNTING_UDP_QUEUE                                                                                         \
	"udp_queue_rcv_one_skb|udp_queue_rcv_skb|udp_unicast_rcv_skb|__udp_queue_rcv_skb|__udp_enqueue_schedule_skb|" \
	"udpv6_queue_rcv_one_skb|udpv6_queue_rcv_skb|udp6_unicast_rcv_skb|__udpv6_queue_rcv_skb"

struct counting {
	struct road road;
	struct cells cells;
	uint64_t netns[2]; /* the module's ids of the sides */
	struct procnet before[2]; /* the kernel's counters, at the mark */
};

extern struct counting counting;

/* For a group of tests: the module, a road without a router, and all probes that count. And back. */
int counting_setup(void **state);
int counting_teardown(void **state);

/* Around each test: marks; takes away what road_shape() has set. */
int counting_begin(void **state);
int counting_end(void **state);

/* Marks anew, the kernel's counters as well. */
void counting_mark(void);

/* What a counter of the kernel's has grown by since the mark, at that side; 0 where the kernel has none such. */
uint64_t counting_kernel(enum road_end side, const char *table, const char *name);

/* A datagram socket of that side, bound to its address and `port` (0: any). */
int counting_udp(enum road_end side, enum pair_family family, uint16_t port);

/* Sends `count` datagrams of so many bytes from that socket to a port of the other side. */
void counting_send(int fd, enum road_end to, enum pair_family family, uint16_t port, size_t count, size_t bytes);

/* The same; when it returns, the other side has done with all of them what it does: they are in a queue, or dropped. */
void counting_deliver(int fd, enum road_end to, enum pair_family family, uint16_t port, size_t count, size_t bytes);

/* Reads all datagrams that have come, and says how many they were. */
size_t counting_drain(int fd);

/* SK_MEMINFO_DROPS of a socket. */
uint32_t counting_socket_drops(int fd);

/* The port that a drop on its way to a socket is counted under: kernels before 6.11 do not tell the socket. */
uint16_t counting_receiver(uint16_t port);

/* A connection from the client's side to a listener at COUNTING_PORT. */
struct pair counting_pair(enum pair_family family);

/* Waits until a member of a socket's TCP_INFO is at least so much; the program ends if that takes a minute. */
#define counting_await(fd, member, least)                                                   \
	do {                                                                                \
		struct tcpinfo await_info;                                                  \
		int await_left = 6000;                                                      \
                                                                                            \
		for (;;) {                                                                  \
			pair_info(fd, &await_info);                                         \
			if (await_info.member >= (least))                                   \
				break;                                                      \
			must_be(await_left--);                                              \
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);         \
		}                                                                           \
	} while (0)

#endif
