// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "must.h"
#include "packet.h"

#define PACKET_PORT 7999 /* of the sender */
#define PACKET_ROOM 2048

struct packet {
	unsigned char bytes[PACKET_ROOM];
	size_t length;
};

static void *packet_add(struct packet *packet, size_t length)
{
	void *at = packet->bytes + packet->length;

	packet->length += length;
	must_be(packet->length <= sizeof(packet->bytes));
	return at;
}

static uint32_t sum_add(uint32_t sum, const void *data, size_t length)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < length; i++)
		sum += i & 1 ? byte[i] : (uint32_t)byte[i] << 8;
	return sum;
}

/* Of what stands behind the IP header, and of the pseudo header; the place of the checksum is 0 meanwhile. */
static uint16_t checksum(const void *data, size_t length, const void *addresses, size_t addresses_length, int protocol)
{
	uint32_t sum = sum_add(0, data, length);

	sum = sum_add(sum, addresses, addresses_length) + (uint32_t)protocol + (uint32_t)length;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static uint16_t *segment_add(struct packet *packet, uint16_t port)
{
	struct tcphdr *tcp = packet_add(packet, sizeof(*tcp));

	tcp->source = htons(PACKET_PORT);
	tcp->dest = htons(port);
	tcp->seq = htonl(0x12345678);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->syn = 1;
	tcp->window = htons(1000);
	return &tcp->check;
}

static uint16_t *datagram_add(struct packet *packet, uint16_t port, size_t bytes)
{
	struct udphdr *udp = packet_add(packet, sizeof(*udp));

	udp->source = htons(PACKET_PORT);
	udp->dest = htons(port);
	udp->len = htons((uint16_t)(sizeof(*udp) + bytes));
	return &udp->check;
}

static void body_add(struct packet *packet, int protocol, uint16_t port, size_t bytes, const void *addresses,
		     size_t length)
{
	size_t begin = packet->length;
	uint16_t *check = protocol == IPPROTO_TCP ? segment_add(packet, port) : datagram_add(packet, port, bytes);

	packet_add(packet, bytes);
	*check = checksum(packet->bytes + begin, packet->length - begin, addresses, length, protocol);
	*check ^= htons(0x0100);
	/* that would be a datagram without one */
	if (!*check)
		*check = htons(0x0101);
}

static void header_add_v4(struct packet *packet, const struct sockaddr_storage *from, const struct sockaddr_storage *to,
			  int protocol)
{
	struct ip *ip = packet_add(packet, sizeof(*ip));

	ip->ip_v = 4;
	ip->ip_hl = sizeof(*ip) / 4;
	ip->ip_ttl = 64;
	ip->ip_p = (uint8_t)protocol;
	ip->ip_src = ((const struct sockaddr_in *)from)->sin_addr;
	ip->ip_dst = ((const struct sockaddr_in *)to)->sin_addr;
}

static void header_add_v6(struct packet *packet, const struct sockaddr_storage *from, const struct sockaddr_storage *to,
			  int protocol)
{
	struct ip6_hdr *ip = packet_add(packet, sizeof(*ip));

	ip->ip6_vfc = 6 << 4;
	ip->ip6_hlim = 64;
	ip->ip6_nxt = (uint8_t)protocol;
	ip->ip6_src = ((const struct sockaddr_in6 *)from)->sin6_addr;
	ip->ip6_dst = ((const struct sockaddr_in6 *)to)->sin6_addr;
}

/* The kernel fills in what is 0 in an IPv4 header; in IPv6's there is the length to say. */
static void packet_make(struct packet *packet, enum pair_family family, int protocol, uint16_t port, size_t bytes)
{
	struct sockaddr_storage from, to;
	struct ip6_hdr *v6 = (struct ip6_hdr *)packet->bytes;
	struct ip *v4 = (struct ip *)packet->bytes;

	road_address(&from, family, ROAD_CLIENT, 0);
	road_address(&to, family, ROAD_SERVER, 0);
	if (family == PAIR_V4) {
		header_add_v4(packet, &from, &to, protocol);
		body_add(packet, protocol, port, bytes, &v4->ip_src, 2 * sizeof(v4->ip_src));
	} else {
		header_add_v6(packet, &from, &to, protocol);
		body_add(packet, protocol, port, bytes, &v6->ip6_src, 2 * sizeof(v6->ip6_src));
		v6->ip6_plen = htons((uint16_t)(packet->length - sizeof(*v6)));
	}
}

void packet_send_spoilt(const struct road *road, enum pair_family family, int protocol, uint16_t port, size_t bytes)
{
	struct packet packet = { .length = 0 };
	struct sockaddr_storage to;
	socklen_t length = road_address(&to, family, ROAD_SERVER, 0);
	int fd;

	packet_make(&packet, family, protocol, port, bytes);
	ns_enter(&road->ns[ROAD_CLIENT]);
	fd = must(socket(family == PAIR_V4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
	ns_enter(&road->home);
	must(sendto(fd, packet.bytes, packet.length, 0, (struct sockaddr *)&to, length));
	close(fd);
}

/* To everybody: there is nobody else on the cable. */
void packet_send_frame(const struct road *road, uint16_t protocol)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_halen = ETH_ALEN };
	static const char nothing[46];
	int fd;

	memset(to.sll_addr, 0xff, ETH_ALEN);
	ns_enter(&road->ns[ROAD_CLIENT]);
	to.sll_ifindex = (int)must(if_nametoindex("road"));
	fd = must(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	ns_enter(&road->home);
	must(sendto(fd, nothing, sizeof(nothing), 0, (struct sockaddr *)&to, sizeof(to)));
	close(fd);
}
