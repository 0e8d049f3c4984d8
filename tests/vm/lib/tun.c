// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>

#include "must.h"
#include "tun.h"

#define OWN_ADDRESS   "10.9.0.1"
#define OTHER_ADDRESS "10.9.0.2"
#define PORT	      7777 /* nobody's */

int tun_open(const struct road *road, enum road_end at)
{
	struct ifreq request = { .ifr_name = TUN_NAME, .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	ns_enter(&road->ns[at]);
	fd = must(open("/dev/net/tun", O_RDWR | O_CLOEXEC));
	must(ioctl(fd, TUNSETIFF, &request));
	ns_sysctl("net/ipv6/conf/" TUN_NAME "/disable_ipv6", "1");
	ns_enter(&road->home);
	must_be(road_run(road, at, "ip addr add " OWN_ADDRESS "/16 dev " TUN_NAME));
	must_be(road_run(road, at, "ip link set " TUN_NAME " up"));
	return fd;
}

void tun_take(int fd)
{
	char packet[2048];

	must(read(fd, packet, sizeof(packet)));
}

static uint16_t ip_checksum(const struct iphdr *ip)
{
	const uint16_t *word = (const uint16_t *)ip;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*ip) / 2; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

void tun_give(int fd, uint16_t port, size_t bytes)
{
	struct {
		struct iphdr ip;
		struct udphdr udp;
		char payload[1024];
	} packet = { 0 };
	size_t length = sizeof(packet.ip) + sizeof(packet.udp) + bytes;

	must_be(bytes <= sizeof(packet.payload));
	packet.ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP };
	packet.ip.tot_len = htons((uint16_t)length);
	packet.ip.saddr = inet_addr(OTHER_ADDRESS);
	packet.ip.daddr = inet_addr(OWN_ADDRESS);
	packet.ip.check = ip_checksum(&packet.ip);
	packet.udp.source = htons(PORT);
	packet.udp.dest = htons(port);
	packet.udp.len = htons((uint16_t)(sizeof(packet.udp) + bytes));
	must_be(write(fd, &packet, length) == (ssize_t)length);
}

void tun_send(const struct road *road, enum road_end at, size_t count, size_t bytes)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	static const char payload[2048];
	int fd;

	address.sin_addr.s_addr = inet_addr(OTHER_ADDRESS);
	ns_enter(&road->ns[at]);
	fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	ns_enter(&road->home);
	must_be(bytes <= sizeof(payload));
	while (count--)
		must(sendto(fd, payload, bytes, 0, (struct sockaddr *)&address, sizeof(address)));
	close(fd);
}
