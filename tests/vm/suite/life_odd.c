// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that begin in an uncommon way: each once, under its own name.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/life_end.h"
#include "../lib/must.h"
#include "suite.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define PORT 7400

static socklen_t server_address(struct sockaddr_storage *address, enum pair_family family)
{
	return road_address(address, family, ROAD_SERVER, PORT);
}

/* A listener that takes data with a SYN, of whom has been here before. */
static struct end fast_listener(enum pair_family family)
{
	int fd = road_socket(&life.road, ROAD_SERVER, family);

	road_sysctl(&life.road, ROAD_CLIENT, "net/ipv4/tcp_fastopen", "3");
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_fastopen", "3");
	pair_option(fd, IPPROTO_TCP, TCP_FASTOPEN, 8);
	return life_listen_on(fd, ROAD_SERVER, family, PORT, 16);
}

/* sendto() that connects; how much of it went. */
static ssize_t fast_dial(const struct end *client, enum pair_family family, size_t bytes)
{
	static const char data[1000];
	struct sockaddr_storage address;
	socklen_t length = server_address(&address, family);

	return sendto(client->fd, data, bytes, MSG_FASTOPEN, (struct sockaddr *)&address, length);
}

static void fast_open_of(enum pair_family family)
{
	struct end listener = fast_listener(family);

	/* The first time there is no cookie, which is got then; data goes when the handshake has ended. */
	for (size_t i = 0; i < 3; i++) {
		enum skstat_open kind = i ? SKSTAT_OPEN_FAST_OPEN : SKSTAT_OPEN_HANDSHAKE;
		struct ends ends = { .client = end_make(ROAD_CLIENT, family), .synacks = 1 };
		const struct skstat_sample *event;

		must_be(fast_dial(&ends.client, family, 400) == 400);
		ends.server = life_accept(&listener);
		pair_read(ends.server.fd, 400);
		event = life_opened(&ends.client, kind, SKSTAT_EVENT_OUT);
		assert_true(life_has(event, SKSTAT_EVENT_HAS_CONNECT));
		life_is_mine(event);
		event = life_opened(&ends.server, kind, SKSTAT_EVENT_IN);
		assert_true(life_has(event, SKSTAT_EVENT_HAS_QUEUES));
		life_talk(&ends, 100, 200);
		event = life_finish(&ends);
		assert_int_equal(event->traffic.bytes_received, 500 + 1);
		/* With the SYN, or the handshake's last ACK, nobody sees it come: it is found there. */
		assert_true(life_has(event, SKSTAT_EVENT_HAS_FIRST_BYTE));
		assert_true(life_has(event, SKSTAT_EVENT_FIRST_BYTE_LATE));
	}
	life_unlisten(&listener);
}

static void fast_open(void **state)
{
	(void)state;
	fast_open_of(PAIR_V4);
	fast_open_of(PAIR_V6);
}

/* A RST in the middle of a handshake, for a socket that is there already since data came with the SYN. */
static void reset_in_the_handshake(void **state)
{
	struct end listener = fast_listener(PAIR_V4), client = end_make(ROAD_CLIENT, PAIR_V4), server;
	const struct skstat_sample *event;

	(void)state;
	/* Without a cookie. */
	road_sysctl(&life.road, ROAD_CLIENT, "net/ipv4/tcp_fastopen", "5");
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_fastopen", "514");
	pair_nonblock(client.fd);
	pair_deafen(client.fd);
	must_be(fast_dial(&client, PAIR_V4, 400) == 400);
	server = life_accept(&listener);
	pair_await_state(server.fd, TCP_SYN_RECV);
	pair_read(server.fd, 400);
	end_close(&client);
	event = life_failed(&client, SKSTAT_FAIL_ABANDONED, 0);
	life_is_mine(event);
	/* The next SYN-ACK finds nobody. */
	event = life_failed(&server, SKSTAT_FAIL_RESET, ECONNRESET);
	assert_int_equal(event->event.event_direction, SKSTAT_EVENT_IN);
	assert_int_equal(event->identity.state, TCP_SYN_RECV);
	end_close(&server);
	life_unlisten(&listener);
}

/* The listener wants data: there is no socket before it comes, and it comes with the socket. */
static void deferred(void **state)
{
	int fd = road_socket(&life.road, ROAD_SERVER, PAIR_V4);
	struct ends ends = { .client = end_make(ROAD_CLIENT, PAIR_V4), .unheard = 1, .synacks = 1 };
	const struct skstat_sample *event;
	struct end listener;

	(void)state;
	pair_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 10);
	listener = life_listen_on(fd, ROAD_SERVER, PAIR_V4, PORT, 16);
	must_be(!road_dial(ends.client.fd, PAIR_V4, ROAD_SERVER, PORT));
	life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	assert_int_equal(chronicle_left(&life.chronicle, life.netns, 2), 0);
	pair_write(ends.client.fd, 321);
	ends.server = life_accept(&listener);
	event = life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_QUEUES));
	pair_read(ends.server.fd, 321);
	life_quiet(&ends);
	event = life_finish(&ends);
	assert_int_equal(event->traffic.bytes_received, 321 + 1);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_FIRST_BYTE));
	assert_true(life_has(event, SKSTAT_EVENT_FIRST_BYTE_LATE));
	assert_int_equal(event->owner.process_from, SKSTAT_PROCESS_READER);
	life_unlisten(&listener);
}

/* Two SYNs that meet on the way. */
static struct ends crossed(enum pair_family family)
{
	struct ends ends = { .client = end_make(ROAD_CLIENT, family), .server = end_make(ROAD_SERVER, family) };
	struct end *end[] = { &ends.client, &ends.server };

	for (enum road_end side = ROAD_CLIENT; side <= ROAD_SERVER; side++) {
		road_bind(end[side]->fd, family, side, PORT + side);
		pair_nonblock(end[side]->fd);
	}
	for (enum road_end side = ROAD_CLIENT; side <= ROAD_SERVER; side++)
		must_be(road_dial(end[side]->fd, family, !side, PORT + !side) == -EINPROGRESS);
	return ends;
}

static void crossed_opened(struct end *end)
{
	const struct skstat_sample *event = life_opened(end, SKSTAT_OPEN_SIMULTANEOUS, SKSTAT_EVENT_OUT);

	assert_int_equal(event->identity.state, TCP_SYN_RECV);
	assert_int_equal(event->identity.sport, PORT + end->side);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_CONNECT));
	assert_false(life_has(event, SKSTAT_EVENT_HAS_QUEUES));
	life_is_mine(event);
	if (end->fd >= 0)
		pair_block(end->fd);
}

static void simultaneous_of(enum pair_family family)
{
	struct ends ends = crossed(family);
	const struct skstat_sample *event;

	crossed_opened(&ends.client);
	crossed_opened(&ends.server);
	pair_talk((struct pair){ ends.client.fd, ends.server.fd }, 500, 600);
	life_quiet(&ends);
	event = life_finish(&ends);
	assert_int_equal(event->traffic.bytes_received, 500 + 1);
}

static void simultaneous(void **state)
{
	(void)state;
	if (!road_shape(&life.road, "netem delay 300ms"))
		skip_because("no netem in this kernel");
	simultaneous_of(PAIR_V4);
	simultaneous_of(PAIR_V6);
}

/* One side thinks better of it when it has heard of the other: with a RST, or in order, after which it is open. */
static void simultaneous_and_regretted(void **state)
{
	const struct skstat_sample *event;
	struct chronicle_wish next = { .cookie = 0 };
	struct ends ends;

	(void)state;
	if (!road_shape(&life.road, "netem delay 400ms"))
		skip_because("no netem in this kernel");
	ends = crossed(PAIR_V4);
	pair_await_state(ends.client.fd, TCP_SYN_RECV);
	pair_await_state(ends.server.fd, TCP_SYN_RECV);
	life_linger(&ends.server);
	end_close(&ends.server);
	event = life_failed(&ends.server, SKSTAT_FAIL_ABANDONED, 0);
	assert_int_equal(event->event.event_direction, SKSTAT_EVENT_OUT);
	assert_int_equal(event->identity.state, TCP_SYN_RECV);
	/* Its SYN-ACK was first on the way: newer kernels take that for the end of a handshake. */
	next.cookie = ends.client.cookie;
	if (chronicle_see(&life.chronicle, &next)->kind == SKSTAT_KIND_OPENED) {
		crossed_opened(&ends.client);
		event = life_closed(&ends.client, SKSTAT_CLOSE_RESET_RECEIVED);
		life_is_final(event, &ends.client);
	} else {
		event = life_failed(&ends.client, SKSTAT_FAIL_RESET, ECONNRESET);
		assert_int_equal(event->event.event_direction, SKSTAT_EVENT_OUT);
	}
	end_close(&ends.client);

	ends = crossed(PAIR_V4);
	pair_await_state(ends.client.fd, TCP_SYN_RECV);
	pair_await_state(ends.server.fd, TCP_SYN_RECV);
	end_close(&ends.server);
	crossed_opened(&ends.server);
	crossed_opened(&ends.client);
	pair_await_state(ends.client.fd, TCP_CLOSE_WAIT);
	must(shutdown(ends.client.fd, SHUT_WR));
	pair_await_state(ends.client.fd, TCP_CLOSE);
	life_closed(&ends.server, SKSTAT_CLOSE_FIN_LOCAL);
	event = life_closed(&ends.client, SKSTAT_CLOSE_FIN_REMOTE);
	life_is_final(event, &ends.client);
	end_close(&ends.client);
}

/* Nothing is remembered of the SYN: not when it came, and no request. */
static void syncookies_of(enum pair_family family)
{
	struct end listener = life_listen(ROAD_SERVER, family, PORT, 16);
	struct ends ends = { .client = end_make(ROAD_CLIENT, family), .synacks = 1 };
	const struct skstat_sample *event;

	must_be(!road_dial(ends.client.fd, family, ROAD_SERVER, PORT));
	ends.server = life_accept(&listener);
	life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	event = life_opened(&ends.server, SKSTAT_OPEN_SYNCOOKIE, SKSTAT_EVENT_IN);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_QUEUES));
	assert_int_equal(event->event.open_accept_queue, 0);
	assert_int_equal(event->event.open_syn_queue, 0);
	life_talk(&ends, 11, 22);
	life_finish(&ends);
	life_unlisten(&listener);
}

static void syncookies(void **state)
{
	(void)state;
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_syncookies", "2");
	syncookies_of(PAIR_V4);
	syncookies_of(PAIR_V6);
	/* Without timestamps nothing at all can be measured. */
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_timestamps", "0");
	syncookies_of(PAIR_V4);
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_timestamps", "1");
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_syncookies", "1");
}

/* A handshake without timestamps is a handshake. */
static void without_timestamps(void **state)
{
	struct end listener;
	struct ends ends;

	(void)state;
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_timestamps", "0");
	listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	ends = life_join(&listener, PAIR_V4, PORT);
	life_talk(&ends, 11, 22);
	life_finish(&ends);
	life_unlisten(&listener);
	road_sysctl(&life.road, ROAD_SERVER, "net/ipv4/tcp_timestamps", "1");
}

/* One of MPTCP's: its subflow is a connection of TCP, and is what is counted. */
static bool ended_in_order(uint8_t kind)
{
	return kind == SKSTAT_CLOSE_FIN_LOCAL || kind == SKSTAT_CLOSE_FIN_REMOTE || kind == SKSTAT_CLOSE_FIN_BOTH;
}

static void multipath(void **state)
{
	int listener = road_socket_of(&life.road, ROAD_SERVER, PAIR_V4, IPPROTO_MPTCP), client, server;
	const struct skstat_sample *event;
	struct end listening;

	(void)state;
	if (listener < 0)
		skip_because("no MPTCP in this kernel: %s", strerror(errno));
	client = must(road_socket_of(&life.road, ROAD_CLIENT, PAIR_V4, IPPROTO_MPTCP));
	road_listen(listener, PAIR_V4, ROAD_SERVER, PORT, 4);
	listening = life_unseen(ROAD_SERVER, PORT, 0, SKSTAT_KIND_LISTEN_STARTED);
	chronicle_take(&life.chronicle, &(struct chronicle_wish){ .cookie = listening.cookie });
	must_be(!road_dial(client, PAIR_V4, ROAD_SERVER, PORT));
	server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	pair_talk((struct pair){ client, server }, 5000, 6000);
	must(close(client));
	must(close(server));
	for (enum road_end side = ROAD_CLIENT; side <= ROAD_SERVER; side++) {
		struct end subflow = life_unseen(side, side ? PORT : 0, side ? 0 : PORT, SKSTAT_KIND_OPENED);

		event = life_opened(&subflow, SKSTAT_OPEN_HANDSHAKE, side ? SKSTAT_EVENT_IN : SKSTAT_EVENT_OUT);
		assert_true(event->identity.flags & SKSTAT_FLAG_MPTCP);
		if (side == ROAD_CLIENT)
			life_is_mine(event);
		event = chronicle_take(&life.chronicle, &(struct chronicle_wish){ .cookie = subflow.cookie });
		assert_int_equal(event->kind, SKSTAT_KIND_CLOSED);
		assert_true(event->identity.flags & SKSTAT_FLAG_MPTCP);
		note("mptcp: %s", chronicle_kind_name(event));
		assert_true(ended_in_order(event->event.event_kind));
		assert_true(event->traffic.bytes_sent >= (side ? 6000 : 5000));
		assert_true(event->traffic.bytes_received >= (side ? 5000 : 6000));
	}
	must(close(listener));
	life_listen_stopped(&listening);
}

/* They have the same states, and the same tracepoint, and are not TCP. */
static void not_tcp(int protocol, int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int listener, client, server;

	ns_enter(&life.road.ns[ROAD_SERVER]);
	listener = socket(AF_INET, type | SOCK_CLOEXEC, protocol);
	client = socket(AF_INET, type | SOCK_CLOEXEC, protocol);
	ns_enter(&life.road.home);
	if (listener < 0) {
		note("no protocol %d in this kernel", protocol);
		return;
	}
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(listener, (struct sockaddr *)&address, sizeof(address)));
	must(listen(listener, 4));
	must(connect(client, (struct sockaddr *)&address, sizeof(address)));
	server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	must(close(client));
	must(close(server));
	must(close(listener));
}

static void other_protocols(void **state)
{
	(void)state;
	not_tcp(IPPROTO_SCTP, SOCK_STREAM);
	not_tcp(IPPROTO_DCCP, SOCK_DCCP);
	/* Nor is a socket that never did anything, and one that was only bound. */
	for (int bound = 0; bound < 2; bound++) {
		struct end end = end_make(ROAD_CLIENT, PAIR_V4);

		if (bound)
			road_bind(end.fd, PAIR_V4, ROAD_CLIENT, PORT);
		end_close(&end);
	}
	assert_int_equal(chronicle_left(&life.chronicle, life.netns, 2), 0);
}

int suite_life_odd(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, life_begin, life_end)
	const struct CMUnitTest tests[] = {
		TEST(fast_open),
		TEST(reset_in_the_handshake),
		TEST(deferred),
		TEST(simultaneous),
		TEST(simultaneous_and_regretted),
		TEST(syncookies),
		TEST(without_timestamps),
		TEST(multipath),
		TEST(other_protocols),
	};
#undef TEST

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_odd", tests, life_setup, life_teardown);
}
