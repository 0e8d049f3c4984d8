// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>

#include "command.h"
#include "must.h"
#include "road.h"

bool road_run(const struct road *road, enum road_end at, const char *format, ...)
{
	char command[256];
	va_list args;
	bool ok;

	va_start(args, format);
	must_be(vsnprintf(command, sizeof(command), format, args) < (int)sizeof(command));
	va_end(args);
	ns_enter(&road->ns[at]);
	ok = command_run(command);
	ns_enter(&road->home);
	return ok;
}

void road_sysctl(const struct road *road, enum road_end at, const char *name, const char *value)
{
	ns_enter(&road->ns[at]);
	if (!ns_sysctl(name, value))
		must_bail(__FILE__, __LINE__, name, "is no sysctl here");
	ns_enter(&road->home);
}

/* A cable from one place to another: a device here and its peer there. */
static bool cable(const struct road *road, enum road_end from, const char *name, enum road_end to, const char *peer)
{
	return road_run(road, from, "ip link add %s type veth peer name %s netns /proc/%d/fd/%d", name, peer, getpid(),
			road->ns[to].fd);
}

static bool address(const struct road *road, enum road_end at, const char *device, const char *v4, const char *v6)
{
	return road_run(road, at, "ip addr add %s dev %s", v4, device) &&
	       road_run(road, at, "ip addr add %s dev %s nodad", v6, device) &&
	       road_run(road, at, "ip link set %s up", device);
}

static bool lay(const struct road *road)
{
	return cable(road, ROAD_CLIENT, "road", ROAD_SERVER, "road") &&
	       address(road, ROAD_CLIENT, "road", "10.7.1.2/16", "fd07::1:2/64") &&
	       address(road, ROAD_SERVER, "road", "10.7.2.2/16", "fd07::2:2/64");
}

static bool lay_routed(const struct road *road)
{
	return cable(road, ROAD_CLIENT, "road", ROAD_ROUTER, "left") &&
	       cable(road, ROAD_SERVER, "road", ROAD_ROUTER, "right") &&
	       address(road, ROAD_ROUTER, "left", "10.7.1.1/24", "fd07::1:1/112") &&
	       address(road, ROAD_ROUTER, "right", "10.7.2.1/24", "fd07::2:1/112") &&
	       address(road, ROAD_CLIENT, "road", "10.7.1.2/24", "fd07::1:2/112") &&
	       address(road, ROAD_SERVER, "road", "10.7.2.2/24", "fd07::2:2/112") &&
	       road_run(road, ROAD_CLIENT, "ip route add default via 10.7.1.1") &&
	       road_run(road, ROAD_CLIENT, "ip route add default via fd07::1:1") &&
	       road_run(road, ROAD_SERVER, "ip route add default via 10.7.2.1") &&
	       road_run(road, ROAD_SERVER, "ip route add default via fd07::2:1");
}

bool road_make(struct road *road, bool routed)
{
	road->home = ns_current();
	road->routed = routed;
	road->shaped = false;
	for (size_t i = 0; i < 2 + (size_t)routed; i++) {
		road->ns[i] = ns_create();
		/* Neighbours are asked for from link-local addresses, which else are no good for a second. */
		road_sysctl(road, i, "net/ipv6/conf/default/accept_dad", "0");
	}
	if (!routed)
		return lay(road);
	road_sysctl(road, ROAD_ROUTER, "net/ipv4/ip_forward", "1");
	road_sysctl(road, ROAD_ROUTER, "net/ipv6/conf/all/forwarding", "1");
	/* One error message a second would be a sleep. */
	road_sysctl(road, ROAD_ROUTER, "net/ipv4/icmp_ratelimit", "0");
	road_sysctl(road, ROAD_ROUTER, "net/ipv6/icmp/ratelimit", "0");
	return lay_routed(road);
}

bool road_shape(struct road *road, const char *rule)
{
	bool ok = true;

	for (enum road_end end = ROAD_CLIENT; ok && end <= ROAD_SERVER; end++)
		ok = rule ? road_run(road, end, "tc qdisc replace dev road root %s", rule) :
			    road_run(road, end, "tc qdisc del dev road root");
	road->shaped = ok && rule;
	return ok;
}

void road_free(struct road *road)
{
	for (size_t i = 0; i < 2 + (size_t)road->routed; i++)
		ns_close(&road->ns[i]);
	ns_close(&road->home);
}

int road_socket_of(const struct road *road, enum road_end at, enum pair_family family, int protocol)
{
	int fd, err;

	ns_enter(&road->ns[at]);
	fd = socket(family == PAIR_V4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	err = errno;
	ns_enter(&road->home);
	errno = err;
	return fd;
}

int road_socket(const struct road *road, enum road_end at, enum pair_family family)
{
	return must(road_socket_of(road, at, family, IPPROTO_TCP));
}

socklen_t road_address(struct sockaddr_storage *address, enum pair_family family, enum road_end end, uint16_t port)
{
	static const char *const text[][2] = {
		[PAIR_V4] = { "10.7.1.2", "10.7.2.2" },
		[PAIR_V6] = { "fd07::1:2", "fd07::2:2" },
		[PAIR_MAPPED] = { "::ffff:10.7.1.2", "::ffff:10.7.2.2" },
	};
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	address->ss_family = family == PAIR_V4 ? AF_INET : AF_INET6;
	/* Ports have the same place in both. */
	v4->sin_port = htons(port);
	must_be(inet_pton(address->ss_family, text[family][end],
			  family == PAIR_V4 ? (void *)&v4->sin_addr : (void *)&v6->sin6_addr) == 1);
	return family == PAIR_V4 ? sizeof(*v4) : sizeof(*v6);
}

void road_bind(int fd, enum pair_family family, enum road_end end, uint16_t port)
{
	struct sockaddr_storage address;
	socklen_t length = road_address(&address, family, end, port);

	pair_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	must(bind(fd, (struct sockaddr *)&address, length));
}

void road_listen(int fd, enum pair_family family, enum road_end end, uint16_t port, int backlog)
{
	road_bind(fd, family, end, port);
	must(listen(fd, backlog));
}

int road_dial(int fd, enum pair_family family, enum road_end end, uint16_t port)
{
	struct sockaddr_storage address;
	socklen_t length = road_address(&address, family, end, port);

	return connect(fd, (struct sockaddr *)&address, length) ? -errno : 0;
}
