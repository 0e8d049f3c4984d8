// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter's ledger, on a wire between two namespaces: when all is at rest, what the kernel has counted since the
 * exporter began was found on connections, or is known to be of none. The residual is nothing, to the segment, but for
 * what no counter tells: the ACKs in TIME_WAIT to FINs that a lossy wire brought twice, and those that were due and never
 * came about, since the peer sent data instead of its FIN.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "suite.h"

#define ENDS 2
#define CLIENT 0
#define SERVER 1

static const char *const name[ENDS] = { "skstat-left", "skstat-right" };
static const char *const counters[] = { "delivered", "retransmitted", "sent" };

static struct exporter exporter;
static struct wire wire;
static struct ns home;
static bool wired;
static size_t late; /* connections whose peer sent data when nobody was there any more */

static int setup(void **state)
{
	(void)state;
	stage_set();
	home = ns_current();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ns_close(&home);
	stage_clear();
	return 0;
}

static int begin(void **state)
{
	(void)state;
	late = 0;
	wired = wire_make(&wire);
	if (wired)
		exporter_start(&exporter, "--source=netlink");
	return 0;
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	if (exporter.pid)
		exporter_stop(&exporter);
	if (wired)
		wire_free(&wire);
	return 0;
}

#define need_a_wire()                                                        \
	do {                                                                 \
		if (!wired)                                                  \
			skip_because("no veth or no netem in this kernel"); \
	} while (0)

/* --- the books */

static double figure(const struct scrape *scrape, const char *what, int where, const char *counter)
{
	return scrape_sum(scrape, "skstat_%s netns=%s counter=%s", what, name[where], counter);
}

static double kernel_sum(const struct scrape *scrape)
{
	return scrape_sum(scrape, "skstat_ledger_kernel_segments_total netns=%s", name[CLIENT]) +
	       scrape_sum(scrape, "skstat_ledger_kernel_segments_total netns=%s", name[SERVER]);
}

static double sockets(const struct scrape *scrape)
{
	double sum = 0;

	for (int i = 0; i < ENDS; i++)
		sum += scrape_sum(scrape, "skstat_tcp_sockets netns=%s", name[i]) -
		       scrape_sum(scrape, "skstat_tcp_sockets netns=%s state=time_wait", name[i]) -
		       scrape_sum(scrape, "skstat_tcp_sockets netns=%s state=listen", name[i]);
	return sum;
}

/* Until nothing lives any more, nothing was counted since the last look, and all was read twice. */
static void rest(struct scrape *scrape)
{
	double before = -1, now;
	int quiet = 0;

	for (int i = 0; i < 600; i++) {
		exporter_settle(&exporter, scrape, NULL);
		now = kernel_sum(scrape);
		quiet = now == before && sockets(scrape) == 0 ? quiet + 1 : 0;
		before = now;
		if (quiet == 3)
			return;
		scrape_free(scrape);
	}
	fail_msg("traffic does not end: %g sockets, %g segments", sockets(scrape), before);
}

static void books_note(const struct scrape *scrape)
{
	for (int i = 0; i < ENDS; i++)
		for (size_t c = 0; c < 3; c++)
			note("%-12s %-13s kernel %g attributed %g synack %g reset %g time_wait %g residual %g coverage %g",
			     name[i], counters[c], figure(scrape, "ledger_kernel_segments_total", i, counters[c]),
			     figure(scrape, "ledger_attributed_segments_total", i, counters[c]),
			     scrape_sum(scrape, "skstat_ledger_unattributed_segments_total netns=%s counter=%s reason=synack",
					name[i], counters[c]),
			     scrape_sum(scrape, "skstat_ledger_unattributed_segments_total netns=%s counter=%s reason=reset",
					name[i], counters[c]),
			     scrape_sum(scrape,
					"skstat_ledger_unattributed_segments_total netns=%s counter=%s reason=time_wait",
					name[i], counters[c]),
			     figure(scrape, "ledger_residual_segments", i, counters[c]),
			     figure(scrape, "coverage_ratio", i, counters[c]));
}

/* Where to look when they do not balance. */
static void events_note(const struct scrape *scrape)
{
	static const char *const names[] = { "skstat_tcp_opened_connections_total", "skstat_tcp_failed_connections_total",
					     "skstat_tcp_closed_connections_total", "skstat_model_events_total",
					     "skstat_model_closes_total", "skstat_model_records_total",
					     "skstat_model_unannounced_connections_total",
					     "skstat_module_probe_drops_total", "skstat_journal_unknown_events_total" };

	for (size_t i = 0; i < scrape->samples; i++)
		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
			if (!strcmp(scrape->sample[i].name, names[n]) && scrape->sample[i].value > 0) {
				printf("# %s", names[n]);
				for (size_t l = 0; l < scrape->sample[i].labels; l++)
					printf(" %s=%s", scrape->sample[i].label[l].name,
					       scrape->sample[i].label[l].value);
				printf(" %g\n", scrape->sample[i].value);
			}
}

/* `lossy`: the part of what was sent that may be ACKs in TIME_WAIT to FINs that came again. */
static void balance(double lossy)
{
	struct scrape scrape;
	bool ok = true;

	ns_enter(&home);
	rest(&scrape);
	books_note(&scrape);
	assert_true(scrape_sum(&scrape, "skstat_journal_lost_events_total") == 0);
	for (int i = 0; i < ENDS; i++) {
		double sent = figure(&scrape, "ledger_kernel_segments_total", i, "sent");
		double residual = figure(&scrape, "ledger_residual_segments", i, "sent");

		ok &= sent > 0 && residual >= -(double)late && residual <= lossy * sent;
		ok &= figure(&scrape, "ledger_residual_segments", i, "delivered") == 0;
		ok &= figure(&scrape, "ledger_residual_segments", i, "retransmitted") == 0;
	}
	if (!ok)
		events_note(&scrape);
	scrape_free(&scrape);
	assert_true(ok);
}

/* --- traffic */

static int wire_listen(uint16_t port, int backlog)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd;

	ns_enter(&wire.end[SERVER]);
	fd = pair_socket(PAIR_V4);
	pair_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	must(listen(fd, backlog));
	return fd;
}

static int wire_dial(uint16_t port, int flags)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd;

	ns_enter(&wire.end[CLIENT]);
	address.sin_addr.s_addr = htonl(0x0a090002);
	fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
	errno = 0;
	(void)connect(fd, (struct sockaddr *)&address, sizeof(address));
	return fd;
}

static struct pair wire_pair(int listener, uint16_t port)
{
	struct pair pair = { .client = wire_dial(port, 0) };

	must_be(!errno);
	pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	return pair;
}

static void linger(int fd)
{
	const struct linger none = { .l_onoff = 1 };

	must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)));
}

/* Ends it in one of the ways there are. */
static void part(struct pair pair, unsigned int way)
{
	int first = way & 1 ? pair.client : pair.server, second = way & 1 ? pair.server : pair.client;

	switch (way >> 1) {
	case 0: /* the FIN of the second comes when the first one is in TIME_WAIT */
		close(first);
		pair_await_state(second, TCP_CLOSE_WAIT);
		break;
	case 1: /* or crosses */
		close(first);
		break;
	case 2:
		linger(first);
		close(first);
		break;
	case 3: /* with data unread */
		pair_write(second, 100);
		pair_await_state(first, TCP_ESTABLISHED);
		close(first);
		break;
	case 4: /* data to somebody who is gone */
		close(first);
		pair_await_state(second, TCP_CLOSE_WAIT);
		pair_write(second, 100);
		late++;
		break;
	default: /* half closed, and goes on */
		must(shutdown(first, SHUT_WR));
		pair_await_state(second, TCP_CLOSE_WAIT);
		pair_write(second, 5000);
		pair_read(first, 5000);
		close(first);
	}
	close(second);
}

static void talk(uint16_t port, size_t count, size_t bytes, bool gently)
{
	int listener = wire_listen(port, 128);

	for (size_t i = 0; i < count; i++) {
		struct pair pair = wire_pair(listener, port);

		pair_talk(pair, 1 + i * bytes % 7000, 1 + i * bytes % 5000);
		part(pair, gently ? i % 4 : i % 12);
	}
	close(listener);
}

static void short_connections(void **state)
{
	(void)state;
	need_a_wire();
	talk(7100, pair_scaled(300), 17, false);
	balance(0);
}

static void on_a_lossy_wire(void **state)
{
	(void)state;
	need_a_wire();
	must_be(wire_set("netem delay 2ms loss 3%"));
	talk(7101, pair_scaled(100), 531, true);
	balance(0.02);
}

static void attempts_that_fail(void **state)
{
	int listener;

	(void)state;
	need_a_wire();
	for (size_t i = 0; i < pair_scaled(100); i++) {
		int fd = wire_dial(7102, 0);

		assert_int_equal(errno, ECONNREFUSED);
		close(fd);
	}
	listener = wire_listen(7103, 8);
	pair_deafen(listener);
	for (size_t i = 0; i < 10; i++) {
		int fd = wire_dial(7103, SOCK_NONBLOCK);

		assert_int_equal(errno, EINPROGRESS);
		/* some are known to a walk before they go, with a SYN or two */
		if (i & 1)
			usleep(i * 200000);
		close(fd);
	}
	close(listener);
	balance(0);
}

/* SYN-ACKs that are sent again, to a client that does not hear them at first. */
static void syn_acks_again(void **state)
{
	int listener, fd[10];

	(void)state;
	need_a_wire();
	listener = wire_listen(7104, 128);
	must_be(wire_set("netem loss 30%"));
	for (size_t i = 0; i < 10; i++)
		fd[i] = wire_dial(7104, SOCK_NONBLOCK);
	/* What was lost is sent once more; left as it is, one of them might never come. */
	must_be(wire_set("netem"));
	for (size_t i = 0; i < 10; i++)
		close(must(accept4(listener, NULL, NULL, SOCK_CLOEXEC)));
	for (size_t i = 0; i < 10; i++)
		close(fd[i]);
	close(listener);
	balance(0.2);
}

static void by_cookie(void **state)
{
	(void)state;
	need_a_wire();
	ns_enter(&wire.end[SERVER]);
	if (!ns_sysctl("net/ipv4/tcp_syncookies", "2"))
		skip_because("no SYN cookies in this kernel");
	talk(7105, pair_scaled(50), 11, false);
	balance(0);
}

static void fast_open(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(7106) };
	int listener;

	(void)state;
	need_a_wire();
	listener = wire_listen(7106, 16);
	pair_option(listener, IPPROTO_TCP, TCP_FASTOPEN, 16);
	for (int i = 0; i < ENDS; i++) {
		ns_enter(&wire.end[i]);
		must_be(ns_sysctl("net/ipv4/tcp_fastopen", "3"));
	}
	ns_enter(&wire.end[CLIENT]);
	address.sin_addr.s_addr = htonl(0x0a090002);
	for (size_t i = 0; i < 20; i++) {
		struct pair pair = { .client = pair_socket(PAIR_V4) };

		/* the first one asks for a cookie */
		must(sendto(pair.client, "hello", 5, MSG_FASTOPEN, (struct sockaddr *)&address, sizeof(address)));
		pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
		pair_read(pair.server, 5);
		pair_talk(pair, 300, 3000);
		part(pair, i % 4);
	}
	close(listener);
	balance(0);
}

/* Both dial, and their SYNs meet. */
static void at_once(void **state)
{
	struct sockaddr_in address[ENDS];
	int fd[ENDS];

	(void)state;
	need_a_wire();
	/* Long enough that both have asked before either is heard, on a machine that is busy with other things, too. */
	must_be(wire_set("netem delay 300ms"));
	for (uint16_t round = 0; round < 5; round++) {
		for (int i = 0; i < ENDS; i++) {
			address[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(7110 + round) };
			address[i].sin_addr.s_addr = htonl(0x0a090001 + i);
			ns_enter(&wire.end[i]);
			fd[i] = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
			pair_option(fd[i], SOL_SOCKET, SO_REUSEADDR, 1);
			must(bind(fd[i], (struct sockaddr *)&address[i], sizeof(address[i])));
		}
		for (int i = 0; i < ENDS; i++) {
			ns_enter(&wire.end[i]);
			(void)connect(fd[i], (struct sockaddr *)&address[!i], sizeof(address[!i]));
		}
		for (int i = 0; i < ENDS; i++)
			pair_await_state(fd[i], TCP_ESTABLISHED);
		for (int i = 0; i < ENDS; i++)
			close(fd[i]);
	}
	balance(0);
}

/* The twins of net/ipv6, on the loopback of one end. */
static void ipv6(void **state)
{
	int listener;

	(void)state;
	need_a_wire();
	for (int end = 0; end < ENDS; end++) {
		ns_enter(&wire.end[end]);
		listener = pair_listen_at(PAIR_V6, 7120, 16);
		for (size_t i = 0; i < pair_scaled(48); i++) {
			struct pair pair = pair_open(listener, PAIR_V6);

			pair_talk(pair, 100, 5000);
			part(pair, i % 12);
		}
		close(listener);
		/* nobody there */
		for (size_t i = 0; i < 5; i++) {
			int fd = pair_socket(PAIR_V6);
			struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(7121) };

			address.sin6_addr = in6addr_loopback;
			assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), -1);
			close(fd);
		}
	}
	balance(0);
}

int suite_ledger(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(short_connections, begin, end),
		cmocka_unit_test_setup_teardown(attempts_that_fail, begin, end),
		cmocka_unit_test_setup_teardown(by_cookie, begin, end),
		cmocka_unit_test_setup_teardown(fast_open, begin, end),
		cmocka_unit_test_setup_teardown(at_once, begin, end),
		cmocka_unit_test_setup_teardown(ipv6, begin, end),
		cmocka_unit_test_setup_teardown(on_a_lossy_wire, begin, end),
		cmocka_unit_test_setup_teardown(syn_acks_again, begin, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("ledger", tests, setup, teardown);
}
