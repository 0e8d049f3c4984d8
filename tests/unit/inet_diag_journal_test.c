// SPDX-License-Identifier: GPL-2.0
/*
 * The journal of inet_diag on this machine's own kernel: short connections over loopback, each of whose ends is told
 * of exactly once. In a network namespace of its own, for sockets of others would be told of too; where there can be
 * none, the tests are skipped.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/source.h"

#define PORT	    7320
#define CLOSED_PORT 7321 /* where nobody listens */
#define CONNECTIONS 2000
#define BATCH	    50 /* connections between two readings: a small socket buffer holds their ends */
#define PATIENCE_MS 20000

static bool alone;	  /* in a namespace of our own */
static bool six_is_there; /* this kernel has IPv6 */

/* One end of a connection, as it knows itself. */
struct end {
	uint64_t cookie;
	uint64_t sent, received;
	uint16_t port; /* the peer's */
	sa_family_t family;
};

/* All events of a test. */
struct told {
	struct skstat_sample event[4096];
	size_t count, stop_at; /* stop_at: returns 1 at that one; 0: never */
	uint64_t lost;
};

static int must(int result)
{
	assert_true(result >= 0);
	return result;
}

static struct skstat_source *source_open(void)
{
	struct skstat_source *source;

	if (!alone) {
		print_message("# no network namespace of its own\n");
		skip();
	}
	source = skstat_source_open(SKSTAT_SOURCE_INET_DIAG, false, NULL, NULL);
	if (!source) {
		print_message("# no inet_diag in this kernel\n");
		skip();
	}
	return source;
}

static struct skstat_source *source_hold(void)
{
	struct skstat_source *source = source_open();
	uint64_t held;

	assert_int_equal(skstat_source_hold(source, SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(READER), &held, NULL), 0);
	assert_int_equal(held, SKSTAT_PROBE_BIT(LIFE));
	return source;
}

static struct told *told_new(void)
{
	struct told *told = calloc(1, sizeof(*told));

	assert_non_null(told);
	return told;
}

static int take(const struct skstat_sample *event, void *arg)
{
	struct told *told = arg;

	assert_true(told->count < sizeof(told->event) / sizeof(told->event[0]));
	told->event[told->count++] = *event;
	return told->count == told->stop_at;
}

static void journal(struct skstat_source *source, struct told *told)
{
	struct skstat_journal_totals totals;
	size_t before = told->count;

	assert_int_equal(skstat_source_journal(source, take, told, &totals, NULL), 0);
	assert_true(totals.complete && !totals.fresh && !totals.skipped);
	assert_int_equal(totals.events, told->count - before);
	told->lost += totals.lost;
}

/* Until so many came or were lost. What is destroyed is told of by a worker of the kernel: soon, not at once. */
static void journal_until(struct skstat_source *source, struct told *told, size_t count)
{
	struct pollfd bell = { .fd = skstat_source_bell(source), .events = POLLIN };

	journal(source, told);
	while (told->count + told->lost < count) {
		assert_int_equal(poll(&bell, 1, PATIENCE_MS), 1);
		assert_int_equal(skstat_source_bell_take(source), 1);
		journal(source, told);
	}
}

/* Of loopback. Both families have the port at the same place. */
static socklen_t address_of(struct sockaddr_in6 *address, sa_family_t family, uint16_t port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;

	memset(address, 0, sizeof(*address));
	address->sin6_family = family;
	address->sin6_port = htons(port);
	if (family == AF_INET6)
		address->sin6_addr = in6addr_loopback;
	else
		four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return family == AF_INET6 ? sizeof(*address) : sizeof(*four);
}

static int tcp_socket(sa_family_t family)
{
	return must(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

/* On PORT, of each family its own. */
static int listener_open(sa_family_t family)
{
	struct sockaddr_in6 address;
	socklen_t length = address_of(&address, family, PORT);
	int fd = tcp_socket(family), on = 1;

	must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	must(bind(fd, (struct sockaddr *)&address, length));
	must(listen(fd, 16));
	return fd;
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	must(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length));
	return cookie;
}

/* Both ends of a new connection. */
struct pair {
	int client, server;
	struct end end[2];
};

static void pair_open(struct pair *pair, int listener)
{
	struct sockaddr_in6 address, own;
	socklen_t length = sizeof(address);

	memset(pair, 0, sizeof(*pair));
	must(getsockname(listener, (struct sockaddr *)&address, &length));
	pair->client = tcp_socket(address.sin6_family);
	must(connect(pair->client, (struct sockaddr *)&address, length));
	must(getsockname(pair->client, (struct sockaddr *)&own, &length));
	pair->server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	pair->end[0] = (struct end){ .cookie = cookie_of(pair->client), .port = PORT, .family = own.sin6_family };
	pair->end[1] = (struct end){ .cookie = cookie_of(pair->server), .port = ntohs(own.sin6_port),
				     .family = own.sin6_family };
}

static void transfer(struct pair *pair, int from, size_t count)
{
	int out = from ? pair->server : pair->client, in = from ? pair->client : pair->server;
	char bytes[4096] = { 0 };

	assert_true(count <= sizeof(bytes));
	if (!count)
		return;
	assert_int_equal(send(out, bytes, count, 0), count);
	assert_int_equal(recv(in, bytes, count, MSG_WAITALL), count);
	pair->end[from].sent += count;
	pair->end[!from].received += count;
}

/* One end first; the other one when it has heard of it. */
static void pair_close(struct pair *pair, bool server_first)
{
	int first = server_first ? pair->server : pair->client, second = server_first ? pair->client : pair->server;
	char byte;

	must(close(first));
	assert_int_equal(recv(second, &byte, 1, 0), 0);
	must(close(second));
}

static void pair_use(int listener, size_t number, struct end *end)
{
	struct pair pair;

	pair_open(&pair, listener);
	transfer(&pair, 0, number * 7 % 4000);
	transfer(&pair, 1, number * 13 % 3000);
	pair_close(&pair, number % 2);
	memcpy(end, pair.end, sizeof(pair.end));
}

static void check_event(const struct skstat_sample *event, const struct end *end)
{
	static const uint8_t four[16] = { 127, 0, 0, 1 }, six[16] = { [15] = 1 };
	const uint32_t groups = 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TRAFFIC | 1 << SKSTAT_GROUP_TCP |
				1 << SKSTAT_GROUP_MEMORY | 1 << SKSTAT_GROUP_EVENT;

	assert_int_equal(event->kind, SKSTAT_KIND_CLOSED);
	assert_int_equal(event->groups, groups);
	assert_int_equal(event->identity.netns, 1);
	assert_int_equal(event->identity.family, end->family);
	assert_int_equal(event->identity.dport, end->port);
	assert_true(event->identity.sport == PORT || event->identity.dport == PORT);
	assert_memory_equal(event->identity.saddr.byte, end->family == AF_INET ? four : six, 16);
	assert_memory_equal(event->identity.daddr.byte, end->family == AF_INET ? four : six, 16);
	assert_int_equal(event->traffic.bytes_sent - event->traffic.bytes_retrans, end->sent);
	/* The FIN, which is known where nothing else came. */
	assert_in_range(event->traffic.bytes_received - end->received, event->tcp.fin_received, 1);
	if (!end->received)
		assert_int_equal(event->traffic.bytes_received, event->tcp.fin_received);
	assert_true(event->traffic.segs_out > 0 && event->traffic.segs_in > 0 && event->tcp.snd_mss > 0);
	assert_int_equal(event->event.event_flags, 0);
	assert_int_equal(event->event.event_kind, 0);
	assert_int_equal(event->event.event_direction, 0);
}

/* How many of the ends were told of; each once, and nothing else was. */
static size_t ends_check(const struct told *told, const struct end *end, size_t ends)
{
	size_t *times = calloc(ends, sizeof(*times)), found = 0;

	assert_non_null(times);
	for (size_t i = 0; i < told->count; i++) {
		size_t e = 0;

		while (e < ends && end[e].cookie != told->event[i].identity.cookie)
			e++;
		assert_true(e < ends);
		assert_int_equal(times[e]++, 0);
		check_event(&told->event[i], &end[e]);
		found++;
	}
	free(times);
	return found;
}

static void each_once(void **state)
{
	struct skstat_source *source = source_hold();
	struct end *end = calloc(2 * CONNECTIONS, sizeof(*end));
	struct told *told = told_new();
	int four = listener_open(AF_INET), six = six_is_there ? listener_open(AF_INET6) : dup(four);

	(void)state;
	assert_non_null(end);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		pair_use(i % 3 ? four : six, i, &end[2 * i]);
		if (i % BATCH == BATCH - 1)
			journal(source, told);
	}
	journal_until(source, told, 2 * CONNECTIONS);
	print_message("# %zu ends told of, %llu lost\n", told->count, (unsigned long long)told->lost);
	assert_int_equal(ends_check(told, end, 2 * CONNECTIONS) + told->lost, 2 * CONNECTIONS);
	/* Read that often, not even the smallest buffer runs over. */
	assert_int_equal(told->lost, 0);
	close(four);
	close(six);
	free(told);
	free(end);
	skstat_source_close(source);
}

/* A buffer for a few, which is read too late: a second reader says when all are out. */
static void loss_is_exact(void **state)
{
	struct skstat_source *source = source_hold(), *witness = source_hold();
	struct told *told = told_new(), *all = told_new();
	const int bytes = 8192;
	struct end end[200];
	int listener = listener_open(AF_INET);

	(void)state;
	must(setsockopt(skstat_source_bell(source), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)));
	for (size_t i = 0; i < 100; i++)
		pair_use(listener, i, &end[2 * i]);
	journal_until(witness, all, 200);
	assert_int_equal(all->lost, 0);
	journal_until(source, told, 200);
	print_message("# %zu ends told of, %llu lost\n", told->count, (unsigned long long)told->lost);
	assert_int_equal(ends_check(told, end, 200) + told->lost, 200);
	assert_true(told->count > 0 && told->lost > 100);
	assert_int_equal(ends_check(all, end, 200), 200);
	/* It goes on behind the gap, and knows how long that was. */
	pair_use(listener, 1, end);
	journal_until(source, told, 202);
	assert_int_equal(told->event[told->count - 1].event.event_sequence, 202);
	close(listener);
	free(told);
	free(all);
	skstat_source_close(source);
	skstat_source_close(witness);
}

static int ignore(const struct skstat_sample *sample, void *arg)
{
	*(uint32_t *)arg += sample->kind == SKSTAT_KIND_FULL;
	return 0;
}

/* How many connections a walk finds, which the journal's side of the source then knows. */
static uint32_t walk(struct skstat_source *source)
{
	uint32_t sockets = 0;

	assert_int_equal(skstat_source_sock(source, NULL, ignore, &sockets, NULL, NULL), 0);
	return sockets;
}

/*
 * What walks have met is not new when it comes; not even long after the last one that met it: a socket that is through
 * with its connection is in none, as long as its file is open.
 */
static void met_before(void **state)
{
	struct skstat_source *source = source_hold();
	struct told *told = told_new();
	int listener = listener_open(AF_INET);
	struct pair pair;
	char byte;

	(void)state;
	pair_open(&pair, listener);
	transfer(&pair, 0, 100);
	assert_int_equal(walk(source), 2);
	must(shutdown(pair.client, SHUT_WR));
	assert_int_equal(recv(pair.server, &byte, 1, 0), 0);
	must(close(pair.server));
	assert_int_equal(recv(pair.client, &byte, 1, 0), 0);
	journal_until(source, told, 1);
	assert_int_equal(walk(source), 0);
	assert_int_equal(walk(source), 0);
	journal(source, told);
	assert_int_equal(told->count, 1);
	assert_int_equal(told->event[0].identity.cookie, pair.end[1].cookie);
	assert_int_equal(told->event[0].event.event_flags, SKSTAT_EVENT_OLD);
	must(close(pair.client));
	journal_until(source, told, 2);
	assert_int_equal(told->event[1].identity.cookie, pair.end[0].cookie);
	assert_int_equal(told->event[1].event.event_flags, SKSTAT_EVENT_OLD);
	assert_int_equal(told->event[1].traffic.bytes_sent, 100);
	/* Nothing but the FIN came. */
	assert_int_equal(told->event[1].traffic.bytes_received, 1);
	assert_int_equal(told->event[1].tcp.fin_received, 1);
	close(listener);
	free(told);
	skstat_source_close(source);
}

static int connect_later(uint16_t port)
{
	struct sockaddr_in6 address;
	socklen_t length = address_of(&address, AF_INET, port);
	int fd = tcp_socket(AF_INET);

	must(fcntl(fd, F_SETFL, O_NONBLOCK));
	if (connect(fd, (struct sockaddr *)&address, length))
		assert_true(errno == EINPROGRESS || errno == ECONNREFUSED);
	return fd;
}

/* A connect() that fails is told of if it did not block; its SYN may have been answered by then, or not. */
static void failures(void **state)
{
	struct skstat_source *source = source_hold();
	struct sockaddr_in6 nobody;
	socklen_t length = address_of(&nobody, AF_INET, CLOSED_PORT);
	struct told *told = told_new();
	struct pollfd fd = { .fd = connect_later(CLOSED_PORT), .events = POLLOUT };
	uint64_t cookie = cookie_of(fd.fd);
	int blocking = tcp_socket(AF_INET);

	(void)state;
	assert_int_equal(connect(blocking, (struct sockaddr *)&nobody, length), -1);
	assert_int_equal(errno, ECONNREFUSED);
	must(close(blocking));
	assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
	must(close(fd.fd));
	journal_until(source, told, 1);
	assert_int_equal(told->count, 1);
	assert_int_equal(told->event[0].kind, SKSTAT_KIND_FAILED);
	assert_int_equal(told->event[0].groups, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_EVENT);
	assert_int_equal(told->event[0].identity.cookie, cookie);
	assert_int_equal(told->event[0].identity.dport, CLOSED_PORT);
	free(told);
	skstat_source_close(source);
}

/* What never was a connection is none; and SO_LINGER takes the figures of its own end with it. */
static void no_connections(void **state)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct skstat_source *source = source_hold();
	struct told *told = told_new();
	int listener = listener_open(AF_INET);
	struct pair pair, last;

	(void)state;
	must(close(tcp_socket(AF_INET)));
	pair_open(&pair, listener);
	transfer(&pair, 0, 10);
	must(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
	must(close(pair.client));
	must(close(pair.server));
	/* Unread data: an abort that leaves its figures. */
	pair_open(&last, listener);
	must(close(listener));
	assert_int_equal(send(last.client, "x", 1, 0), 1);
	must(close(last.server));
	must(close(last.client));
	journal_until(source, told, 3);
	for (size_t i = 0; i < told->count; i++) {
		const struct skstat_sample *event = &told->event[i];

		assert_int_equal(event->kind, SKSTAT_KIND_CLOSED);
		if (event->identity.cookie == pair.end[1].cookie)
			assert_int_equal(event->traffic.bytes_received, 10);
		else if (event->identity.cookie == last.end[1].cookie)
			assert_int_equal(event->traffic.bytes_received, 1);
		else
			assert_true(event->identity.cookie == last.end[0].cookie);
	}
	free(told);
	skstat_source_close(source);
}

static void holds_and_releases(void **state)
{
	struct skstat_source *source = source_open();
	struct told *told = told_new();
	int listener = listener_open(AF_INET);
	struct skstat_journal_totals totals;
	struct skstat_error error;
	struct end end[8];
	uint64_t held = 1;

	(void)state;
	assert_true(skstat_source_info(source)->journal);
	assert_int_equal(skstat_source_bell(source), -1);
	assert_int_equal(skstat_source_bell_take(source), 0);
	assert_int_equal(skstat_source_journal(source, take, told, NULL, &error), -EINVAL);
	assert_true(error.text[0]);
	assert_int_equal(skstat_source_hold(source, SKSTAT_PROBE_BIT(READER), &held, NULL), 0);
	assert_int_equal(held, 0);
	assert_int_equal(skstat_source_hold(source, SKSTAT_PROBE_BIT(LIFE), &held, NULL), 0);
	assert_int_equal(skstat_source_bell_take(source), 0);
	for (size_t i = 0; i < 4; i++)
		pair_use(listener, i, &end[2 * i]);
	/* Asked for once more, nothing of it is lost. */
	assert_int_equal(skstat_source_hold(source, SKSTAT_PROBE_BIT(LIFE), &held, NULL), 0);

	/* Who stops gets the rest the next time. */
	told->stop_at = 3;
	while (told->count < 3)
		if (skstat_source_journal(source, take, told, &totals, NULL) == 0)
			assert_int_equal(poll(&(struct pollfd){ skstat_source_bell(source), POLLIN, 0 }, 1, PATIENCE_MS), 1);
	assert_false(totals.complete);
	told->stop_at = 0;
	journal_until(source, told, 8);
	assert_int_equal(ends_check(told, end, 8), 8);

	assert_int_equal(skstat_source_hold(source, 0, &held, NULL), 0);
	assert_int_equal(skstat_source_bell(source), -1);
	close(listener);
	free(told);
	skstat_source_close(source);
}

/* Loopback is down in a new namespace. */
static bool namespace_enter(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd;
	bool up;

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	if (fd >= 0)
		close(fd);
	return up;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_once),	  cmocka_unit_test(loss_is_exact),
		cmocka_unit_test(met_before),	  cmocka_unit_test(failures),
		cmocka_unit_test(no_connections), cmocka_unit_test(holds_and_releases),
	};

	alone = namespace_enter();
	six_is_there = access("/proc/net/if_inet6", F_OK) == 0;
	return cmocka_run_group_tests_name("inet_diag journal", tests, NULL, NULL);
}
