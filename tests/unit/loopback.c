// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.h"

static int must(int result)
{
	assert_true(result >= 0);
	return result;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in6 address = { 0 };
	socklen_t length = sizeof(address);

	must(getsockname(fd, (struct sockaddr *)&address, &length));
	/* The port is at the same place in both families. */
	return ntohs(address.sin6_port);
}

static socklen_t address_make(struct sockaddr_storage *address, int family, bool mapped, uint16_t port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	address->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		four->sin_port = htons(port);
		return sizeof(*four);
	}
	must(inet_pton(AF_INET6, mapped ? "::ffff:127.0.0.1" : "::1", &six->sin6_addr));
	six->sin6_port = htons(port);
	return sizeof(*six);
}

static int listener(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage address;
	socklen_t length = address_make(&address, family, false, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, length)) {
		close(fd);
		return -1;
	}
	must(listen(fd, LOOPBACK_BACKLOG));
	return fd;
}

static void transfer(int from, int to, size_t count)
{
	char bytes[8192];

	memset(bytes, 'x', sizeof(bytes));
	while (count) {
		size_t part = count < sizeof(bytes) ? count : sizeof(bytes);

		assert_int_equal(send(from, bytes, part, 0), part);
		assert_int_equal(recv(to, bytes, part, MSG_WAITALL), part);
		count -= part;
	}
}

void loopback_connect(const struct loopback *loopback, struct loopback_pair *pair, int family, bool mapped,
		      size_t size)
{
	bool four = mapped || family == AF_INET;
	int accepting = four ? loopback->four : loopback->six;
	struct sockaddr_storage address;
	socklen_t length;

	memset(pair, 0, sizeof(*pair));
	pair->family = family;
	pair->mapped = mapped;
	pair->server_port = four ? loopback->port_four : loopback->port_six;
	pair->client = must(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
	length = address_make(&address, family, mapped, pair->server_port);
	must(connect(pair->client, (struct sockaddr *)&address, length));
	pair->client_port = port_of(pair->client);
	pair->server = must(accept4(accepting, NULL, NULL, SOCK_CLOEXEC));
	pair->up = size;
	pair->down = size / 2;
	transfer(pair->client, pair->server, pair->up);
	transfer(pair->server, pair->client, pair->down);
}

void loopback_shutdown(struct loopback_pair *pair)
{
	char byte;

	must(shutdown(pair->client, SHUT_WR));
	assert_int_equal(recv(pair->server, &byte, 1, 0), 0);
	/* The ACK of the FIN may be delayed; it comes with this byte at the latest. */
	transfer(pair->server, pair->client, 1);
	pair->down++;
	pair->closed = true;
}

static void pair_open(struct loopback *loopback, int family, bool mapped)
{
	struct loopback_pair *pair = &loopback->pair[loopback->pairs];

	loopback_connect(loopback, pair, family, mapped, 100 + 1001 * loopback->pairs);
	if (loopback->pairs % 3 == 2)
		loopback_shutdown(pair);
	loopback->pairs++;
}

void loopback_open(struct loopback *loopback)
{
	memset(loopback, 0, sizeof(*loopback));
	loopback->four = must(listener(AF_INET));
	loopback->port_four = port_of(loopback->four);
	loopback->six = listener(AF_INET6);
	if (loopback->six >= 0)
		loopback->port_six = port_of(loopback->six);
	for (int i = 0; i < LOOPBACK_PAIRS; i++)
		pair_open(loopback, AF_INET, false);
	for (int i = 0; i < LOOPBACK_PAIRS && loopback->six >= 0; i++)
		pair_open(loopback, AF_INET6, false);
	for (int i = 0; i < LOOPBACK_PAIRS && loopback->six >= 0; i++)
		pair_open(loopback, AF_INET6, true);
}

void loopback_close(struct loopback *loopback)
{
	for (size_t i = 0; i < loopback->pairs; i++) {
		close(loopback->pair[i].client);
		close(loopback->pair[i].server);
	}
	close(loopback->four);
	if (loopback->six >= 0)
		close(loopback->six);
}
