// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic for the demo, at a fixed pace.
 *
 *   traffic serve PORT...       answers on these ports, IPv4 and IPv6
 *   traffic drive ADDRESS...    asks at each of these addresses, as `loads` has it, without end
 *
 * A request says how many bytes follow it and how many it wants back; the server does as told until the client closes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TICK_MS 50
#define FOREVER UINT32_MAX

/* What the clients do, at each address. */
static const struct load {
	uint16_t port;
	unsigned int every; /* ticks */
	uint32_t upload, reply;
	unsigned int requests; /* on one connection; FOREVER: it stays */
} loads[] = {
	{443, 2, 300, 6000, 1},		 /* many that are over in a moment */
	{443, 6, 400, 20000, 10},	 /* browsers, which stay for some seconds */
	{5432, 10, 120, 900, FOREVER},	 /* a database: small questions */
	{873, 10, 48000, 16, FOREVER},	 /* a backup: bulk towards the server */
	{8080, 20, 0, 0, 1},		 /* nobody listens: refused */
};
#define LOADS (sizeof(loads) / sizeof(loads[0]))
#define ADDRESSES 8

struct request {
	uint32_t upload, reply; /* network order */
};

struct connection {
	int fd;
	enum { LISTENER, SERVER, CLIENT, CLOCK } role;
	struct request request;
	size_t header; /* bytes of the request that are done */
	size_t upload, reply; /* bytes still to come */
	const struct load *load; /* of a client */
	unsigned int asked;	 /* requests so far */
	struct connection **kept; /* where a client that has more to ask is remembered */
};

static int poller;
static char page[65536];

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *must_have(void *memory)
{
	if (!memory)
		die("memory");
	return memory;
}

/* Edge-triggered: whoever is told goes on until the socket says that it would block. */
static struct connection *watch(int fd, int role)
{
	struct connection *connection = must_have(calloc(1, sizeof(*connection)));
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection };

	connection->fd = fd;
	connection->role = role;
	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
	return connection;
}

static void drop(struct connection *connection)
{
	if (connection->kept)
		*connection->kept = NULL;
	close(connection->fd);
	free(connection);
}

enum way { RECEIVE, SEND, SEND_MORE };

/* Moves up to *left bytes; false if the connection is at its end. */
static bool move(struct connection *connection, enum way way, void *data, size_t size, size_t *left)
{
	while (*left) {
		size_t want = *left < size ? *left : size;
		ssize_t n = way == RECEIVE ? recv(connection->fd, data, want, 0) :
			send(connection->fd, data, want, MSG_NOSIGNAL | (way == SEND_MORE ? MSG_MORE : 0));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return false;
		*left -= (size_t)n;
	}
	return true;
}

/* The 8 bytes in front, in however many pieces. */
static bool move_header(struct connection *connection, enum way way)
{
	size_t left = sizeof(connection->request) - connection->header;
	bool alive = move(connection, way, (char *)&connection->request + connection->header, left, &left);

	connection->header = sizeof(connection->request) - left;
	return alive;
}

static void serve(struct connection *connection)
{
	for (;;) {
		if (connection->header < sizeof(connection->request)) {
			if (!move_header(connection, RECEIVE))
				return drop(connection);
			if (connection->header < sizeof(connection->request))
				return;
			connection->upload = ntohl(connection->request.upload);
			connection->reply = ntohl(connection->request.reply);
		}
		if (!move(connection, RECEIVE, page, sizeof(page), &connection->upload))
			return drop(connection);
		if (connection->upload)
			return;
		if (!move(connection, SEND, page, sizeof(page), &connection->reply))
			return drop(connection);
		if (connection->reply)
			return;
		connection->header = 0;
	}
}

static void welcome(struct connection *listener)
{
	int fd;

	while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		watch(fd, SERVER);
}

static void ask(struct connection *connection)
{
	if (!move_header(connection, connection->upload ? SEND_MORE : SEND))
		return drop(connection);
	if (connection->header < sizeof(connection->request))
		return;
	if (!move(connection, SEND, page, sizeof(page), &connection->upload))
		return drop(connection);
	if (connection->upload)
		return;
	if (!move(connection, RECEIVE, page, sizeof(page), &connection->reply))
		return drop(connection);
	if (!connection->reply && connection->asked >= connection->load->requests)
		drop(connection);
}

static void begin(struct connection *connection)
{
	connection->asked++;
	connection->header = 0;
	connection->upload = connection->load->upload;
	connection->reply = connection->load->reply;
	connection->request.upload = htonl(connection->load->upload);
	connection->request.reply = htonl(connection->load->reply);
}

/* A connection that is refused ends in ask(). */
static struct connection *dial(const struct sockaddr_in6 *address, const struct load *load)
{
	struct sockaddr_in6 peer = *address;
	struct connection *connection;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	peer.sin6_port = htons(load->port);
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)) && errno != EINPROGRESS)
		die("connect");
	connection = watch(fd, CLIENT);
	connection->load = load;
	begin(connection);
	return connection;
}

static void tick(uint64_t now, const struct sockaddr_in6 *address, size_t addresses)
{
	static struct connection *kept[ADDRESSES][LOADS];

	for (size_t a = 0; a < addresses; a++) {
		for (size_t l = 0; l < LOADS; l++) {
			struct connection **old = &kept[a][l];

			/* not all at the same tick */
			if ((now + l + a * (loads[l].every / 2)) % loads[l].every)
				continue;
			if (loads[l].requests == 1) {
				dial(&address[a], &loads[l]);
			} else if (!*old) {
				*old = dial(&address[a], &loads[l]);
				(*old)->kept = old;
			} else if (!(*old)->reply) {
				begin(*old);
				ask(*old);
			}
		}
	}
}

static void listen_on(const char *port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) || listen(fd, 128))
		die(port);
	watch(fd, LISTENER);
}

/* IPv4 goes out as IPv4 from an AF_INET6 socket, by a mapped address. */
static void parse(const char *text, struct sockaddr_in6 *address)
{
	char mapped[INET6_ADDRSTRLEN + 8];

	snprintf(mapped, sizeof(mapped), "%s%s", strchr(text, ':') ? "" : "::ffff:", text);
	address->sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, mapped, &address->sin6_addr) != 1) {
		errno = EINVAL;
		die(text);
	}
}

int main(int argc, char **argv)
{
	static const struct itimerspec pace = {
		.it_value.tv_nsec = TICK_MS * 1000000L, .it_interval.tv_nsec = TICK_MS * 1000000L,
	};
	struct sockaddr_in6 address[ADDRESSES] = { 0 };
	size_t addresses = 0;
	uint64_t now = 0;
	bool drives = argc > 2 && !strcmp(argv[1], "drive");

	if (argc < 3 || argc > 2 + ADDRESSES || (!drives && strcmp(argv[1], "serve"))) {
		fprintf(stderr, "usage: traffic serve PORT... | traffic drive ADDRESS...\n");
		return 2;
	}
	poller = epoll_create1(0);
	if (poller < 0)
		die("epoll");
	for (int i = 2; i < argc; i++) {
		if (drives)
			parse(argv[i], &address[addresses++]);
		else
			listen_on(argv[i]);
	}
	if (drives) {
		int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

		if (fd < 0 || timerfd_settime(fd, 0, &pace, NULL))
			die("timer");
		watch(fd, CLOCK);
	}

	for (;;) {
		struct epoll_event event;
		struct connection *who;
		uint64_t ticks;

		/* one at a time: what is done for one may end another */
		if (epoll_wait(poller, &event, 1, -1) < 1)
			continue;
		who = event.data.ptr;
		switch (who->role) {
		case LISTENER:
			welcome(who);
			break;
		case SERVER:
			serve(who);
			break;
		case CLIENT:
			ask(who);
			break;
		case CLOCK:
			/* ticks that were missed are gone: a slow machine has less traffic, not a flood */
			if (read(who->fd, &ticks, sizeof(ticks)) == sizeof(ticks))
				tick(++now, address, addresses);
		}
	}
}
