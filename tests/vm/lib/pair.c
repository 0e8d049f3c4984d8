// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <time.h>

#include "must.h"
#include "pair.h"

int pair_socket(enum pair_family family)
{
	return must(socket(family == PAIR_V4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static socklen_t loopback(struct sockaddr_storage *address, enum pair_family family, uint16_t port)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (family == PAIR_V4) {
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(*v4);
	}
	*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback };
	if (family == PAIR_MAPPED)
		v6->sin6_addr = (struct in6_addr){ .s6_addr = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1 } };
	return sizeof(*v6);
}

static void listen_on(int fd, enum pair_family family, uint16_t port, int backlog)
{
	struct sockaddr_storage address;
	socklen_t length = loopback(&address, family, port);

	if (family == PAIR_MAPPED)
		((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_any;
	must(bind(fd, (struct sockaddr *)&address, length));
	must(listen(fd, backlog));
}

void pair_listen_with(int fd, enum pair_family family, int backlog)
{
	listen_on(fd, family, 0, backlog);
}

int pair_listen(enum pair_family family, int backlog)
{
	int fd = pair_socket(family);

	pair_listen_with(fd, family, backlog);
	return fd;
}

int pair_listen_at(enum pair_family family, uint16_t port, int backlog)
{
	int fd = pair_socket(family);

	pair_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	listen_on(fd, family, port, backlog);
	return fd;
}

int pair_dial(int client, int listener, enum pair_family family)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	uint16_t port;

	must(getsockname(listener, (struct sockaddr *)&address, &length));
	port = ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port :
						    ((struct sockaddr_in6 *)&address)->sin6_port);
	length = loopback(&address, family, port);
	return connect(client, (struct sockaddr *)&address, length) ? -errno : 0;
}

struct pair pair_join(int client, int listener, enum pair_family family)
{
	struct pair pair = { .client = client };

	errno = -pair_dial(client, listener, family);
	must_be(errno == 0);
	pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	return pair;
}

struct pair pair_open(int listener, enum pair_family family)
{
	return pair_join(pair_socket(family), listener, family);
}

void pair_read(int fd, size_t bytes)
{
	char buffer[16384];

	while (bytes) {
		ssize_t got = must(read(fd, buffer, bytes < sizeof(buffer) ? bytes : sizeof(buffer)));

		must_be(got > 0);
		bytes -= got;
	}
}

void pair_write(int fd, size_t bytes)
{
	static const char buffer[16384];

	while (bytes)
		bytes -= must(write(fd, buffer, bytes < sizeof(buffer) ? bytes : sizeof(buffer)));
}

void pair_talk(struct pair pair, size_t from_client, size_t from_server)
{
	pair_write(pair.client, from_client);
	pair_read(pair.server, from_client);
	pair_write(pair.server, from_server);
	pair_read(pair.client, from_server);
}

void pair_info(int fd, struct tcpinfo *info)
{
	socklen_t length = sizeof(*info);

	memset(info, 0, sizeof(*info));
	must(getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length));
}

size_t pair_fill(int fd)
{
	static const char buffer[16384];
	size_t sum = 0;
	ssize_t sent;

	while ((sent = send(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
		sum += sent;
	must_be(errno == EAGAIN);
	/* What the peer's buffer could not take is sent again until its window is closed: then all is quiet. */
	for (int i = 0; i < 1000; i++) {
		struct tcpinfo info;

		pair_info(fd, &info);
		if (!info.unacked && !info.snd_wnd)
			return sum;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	must_bail(__FILE__, __LINE__, "pair_fill", "the peer acknowledges nothing");
}

void pair_close(struct pair pair)
{
	close(pair.client);
	close(pair.server);
}

void pair_option(int fd, int level, int name, int value)
{
	must(setsockopt(fd, level, name, &value, sizeof(value)));
}

void pair_nonblock(int fd)
{
	must(fcntl(fd, F_SETFL, O_NONBLOCK));
}

void pair_block(int fd)
{
	must(fcntl(fd, F_SETFL, 0));
}

void pair_deafen(int fd)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &drop };

	must(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
}

void pair_deafen_to(int fd, unsigned int bytes, unsigned int most)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, bytes, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, most, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
	};
	struct sock_fprog program = { .len = sizeof(filter) / sizeof(*filter), .filter = filter };

	must(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
}

void pair_hear(int fd)
{
	pair_option(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
}

void pair_await_state(int fd, uint8_t state)
{
	for (int i = 0; i < 1000; i++) {
		struct tcpinfo info;

		pair_info(fd, &info);
		if (info.state == state)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	must_bail(__FILE__, __LINE__, "pair_await_state", "the state does not come");
}

void pair_many_files(void)
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_NOFILE, &limit));
	if (limit.rlim_max < 1000000)
		limit.rlim_max = 1000000;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		/* More than fs.nr_open lets nobody have; what is allowed may do. */
		must(getrlimit(RLIMIT_NOFILE, &limit));
		limit.rlim_cur = limit.rlim_max;
		must(setrlimit(RLIMIT_NOFILE, &limit));
	}
}

size_t pair_scaled(size_t n)
{
	const char *scale = getenv("SCALE");
	size_t scaled = scale ? n * strtoul(scale, NULL, 10) / 100 : n;

	return scaled ? scaled : 1;
}
