// SPDX-License-Identifier: GPL-2.0
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "counting.h"
#include "dump.h"
#include "kernel.h"
#include "module.h"
#include "must.h"

#define COUNTING_PROBES                                                                                           \
	(SKSTAT_PROBE_BIT(DROP) | SKSTAT_PROBE_BIT(RETRANSMIT) | SKSTAT_PROBE_BIT(RESET) | SKSTAT_PROBE_BIT(LIMIT) | \
	 SKSTAT_PROBE_BIT(UDP) | SKSTAT_PROBE_BIT(CHECKSUM) | SKSTAT_PROBE_BIT(PACKET))

struct counting counting;

static void sides_number(void)
{
	struct skstat_netlink *netlink = dump_connect();
	const struct skstat_netns *netns;
	struct dump dump;

	dump_take(&dump, netlink, NULL);
	for (size_t i = 0; i < 2; i++) {
		netns = must_have(dump_ns(&dump, counting.road.ns[i].inode));
		counting.netns[i] = netns->netns_id;
	}
	dump_free(&dump);
	skstat_netlink_close(netlink);
}

int counting_setup(void **state)
{
	(void)state;
	pair_many_files();
	module_require();
	must_be(road_make(&counting.road, false));
	sides_number();
	cells_open(&counting.cells, COUNTING_PROBES);
	return 0;
}

int counting_teardown(void **state)
{
	(void)state;
	cells_close(&counting.cells);
	for (size_t i = 0; i < 2; i++)
		procnet_free(&counting.before[i]);
	road_free(&counting.road);
	return 0;
}

static void kernel_read(enum road_end side, struct procnet *procnet)
{
	ns_enter(&counting.road.ns[side]);
	procnet_read(procnet);
	ns_enter(&counting.road.home);
}

void counting_mark(void)
{
	for (enum road_end side = ROAD_CLIENT; side <= ROAD_SERVER; side++) {
		procnet_free(&counting.before[side]);
		kernel_read(side, &counting.before[side]);
	}
	cells_mark(&counting.cells);
}

int counting_begin(void **state)
{
	(void)state;
	counting_mark();
	return 0;
}

/* What a test that failed has left open would be in the way of the next. */
static void sockets_close(void)
{
	for (int fd = 3; fd < 1024; fd++) {
		socklen_t length = sizeof(int);
		int domain;

		if (!getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) && domain != AF_NETLINK)
			close(fd);
	}
}

int counting_end(void **state)
{
	(void)state;
	ns_enter(&counting.road.home);
	/* A FIN that is lost would be sent again in the middle of the next test. */
	if (counting.road.shaped)
		must_be(road_shape(&counting.road, NULL));
	sockets_close();
	return 0;
}

uint64_t counting_kernel(enum road_end side, const char *table, const char *name)
{
	const uint64_t *before = procnet_find(&counting.before[side], table, name), *now;
	struct procnet procnet;
	uint64_t growth;

	kernel_read(side, &procnet);
	now = procnet_find(&procnet, table, name);
	growth = now && before ? *now - *before : 0;
	procnet_free(&procnet);
	return growth;
}

int counting_udp(enum road_end side, enum pair_family family, uint16_t port)
{
	int fd;

	ns_enter(&counting.road.ns[side]);
	fd = must(socket(family == PAIR_V4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	ns_enter(&counting.road.home);
	road_bind(fd, family, side, port);
	return fd;
}

void counting_send(int fd, enum road_end to, enum pair_family family, uint16_t port, size_t count, size_t bytes)
{
	static const char buffer[65536];
	struct sockaddr_storage address;
	socklen_t length = road_address(&address, family, to, port);

	must_be(bytes <= sizeof(buffer));
	while (count--)
		must(sendto(fd, buffer, bytes, 0, (struct sockaddr *)&address, length));
}

/* RFC 1071, of an even number of bytes. */
static uint16_t checksum_of(const void *data, size_t length)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < length / 2; i++)
		sum += word[i];
	return (uint16_t)~((sum & 0xffff) + (sum >> 16));
}

/* Asks the other side for an echo, and has it. In ICMPv6 the kernel itself does the sum. */
static void echo_await(enum road_end to, enum pair_family family)
{
	bool v4 = family == PAIR_V4;
	struct icmphdr header = { .type = v4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST };
	uint8_t answer = v4 ? ICMP_ECHOREPLY : ICMPV6_ECHO_REPLY;
	struct sockaddr_storage address;
	socklen_t length = road_address(&address, family, to, 0);
	const struct icmphdr *reply;
	char packet[256];
	int fd;

	ns_enter(&counting.road.ns[to == ROAD_CLIENT ? ROAD_SERVER : ROAD_CLIENT]);
	fd = must(socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6));
	ns_enter(&counting.road.home);
	header.un.echo.id = (uint16_t)getpid();
	if (v4)
		header.checksum = checksum_of(&header, sizeof(header));
	must(sendto(fd, &header, sizeof(header), 0, (struct sockaddr *)&address, length));
	do {
		must(recv(fd, packet, sizeof(packet), 0));
		/* Of IPv4 the packet comes, of IPv6 what is in it. */
		reply = (const struct icmphdr *)(packet + (v4 ? (packet[0] & 15) * 4 : 0));
	} while (reply->type != answer || reply->un.echo.id != header.un.echo.id);
	close(fd);
}

/* What goes out of one CPU comes in by one queue: an echo that was asked for behind the rest comes back behind it. */
void counting_deliver(int fd, enum road_end to, enum pair_family family, uint16_t port, size_t count, size_t bytes)
{
	cpu_set_t before, here;

	must(sched_getaffinity(0, sizeof(before), &before));
	CPU_ZERO(&here);
	CPU_SET(must(sched_getcpu()), &here);
	must(sched_setaffinity(0, sizeof(here), &here));
	counting_send(fd, to, family, port, count, bytes);
	echo_await(to, family);
	must(sched_setaffinity(0, sizeof(before), &before));
}

size_t counting_drain(int fd)
{
	size_t count = 0;
	char byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0)
		count++;
	must_be(errno == EAGAIN);
	return count;
}

uint32_t counting_socket_drops(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(info);

	must(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length));
	return info[SK_MEMINFO_DROPS];
}

uint16_t counting_receiver(uint16_t port)
{
	return kernel_since(6, 11) ? port : 0;
}

struct pair counting_pair(enum pair_family family)
{
	struct pair pair = { .client = road_socket(&counting.road, ROAD_CLIENT, family) };
	int listener = road_socket(&counting.road, ROAD_SERVER, family);

	road_listen(listener, family, ROAD_SERVER, COUNTING_PORT, 8);
	must_be(!road_dial(pair.client, family, ROAD_SERVER, COUNTING_PORT));
	pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	close(listener);
	return pair;
}
