// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that do not come about: each once, under its own name.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "../lib/life_end.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT 7200
#define CLOSED 7201 /* nobody listens here */

/* The event of a connection that failed here, on its way to `dport`. */
static const struct skstat_sample *failed(const struct end *end, enum skstat_fail kind, int err, uint16_t dport)
{
	const struct skstat_sample *event = life_failed(end, kind, err);

	assert_int_equal(event->event.event_direction, SKSTAT_EVENT_OUT);
	assert_int_equal(event->identity.state, TCP_SYN_SENT);
	assert_int_equal(event->identity.dport, dport);
	assert_true(event->identity.sport > 0);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_CONNECT));
	assert_true(event->event.connect_latency > 0);
	assert_false(life_has(event, SKSTAT_EVENT_OLD | SKSTAT_EVENT_MISSED | SKSTAT_EVENT_HAS_QUEUES));
	life_is_mine(event);
	return event;
}

static void refused_of(enum pair_family family)
{
	struct end client = end_make(ROAD_CLIENT, family);

	must_be(road_dial(client.fd, family, ROAD_SERVER, CLOSED) == -ECONNREFUSED);
	failed(&client, SKSTAT_FAIL_REFUSED, ECONNREFUSED, CLOSED);
	end_close(&client);
}

static void refused(void **state)
{
	(void)state;
	refused_of(PAIR_V4);
	refused_of(PAIR_V6);
	refused_of(PAIR_MAPPED);
}

static void refused_far_away(void **state)
{
	(void)state;
	if (!road_shape(&life.road, "netem delay 3ms"))
		skip_because("no netem in this kernel");
	refused(state);
}

/* Who asks for the error takes it off the socket, and may do so at any moment. */
static void refused_and_asked_for(void **state)
{
	(void)state;
	if (!road_shape(&life.road, "netem delay 1ms"))
		skip_because("no netem in this kernel");
	for (size_t i = 0; i < pair_scaled(100); i++) {
		struct end client = end_make(ROAD_CLIENT, PAIR_V4);
		socklen_t length = sizeof(int);
		int error = 0;

		pair_nonblock(client.fd);
		must_be(road_dial(client.fd, PAIR_V4, ROAD_SERVER, CLOSED) == -EINPROGRESS);
		while (!error)
			must(getsockopt(client.fd, SOL_SOCKET, SO_ERROR, &error, &length));
		must_be(error == ECONNREFUSED);
		life_failed(&client, SKSTAT_FAIL_REFUSED, -1);
		end_close(&client);
	}
}

/* One socket tries again and again until somebody is there. */
static void refused_and_tried_again(void **state)
{
	struct ends ends = { .client = end_make(ROAD_CLIENT, PAIR_V4), .synacks = 1 };
	struct end listener;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		must_be(road_dial(ends.client.fd, PAIR_V4, ROAD_SERVER, PORT) == -ECONNREFUSED);
		failed(&ends.client, SKSTAT_FAIL_REFUSED, ECONNREFUSED, PORT);
	}
	listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 4);
	must_be(!road_dial(ends.client.fd, PAIR_V4, ROAD_SERVER, PORT));
	ends.server = life_accept(&listener);
	life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	life_talk(&ends, 300, 400);
	life_finish(&ends);
	life_unlisten(&listener);
}

/* A listener that hears nothing: SYNs get lost. */
static struct end deaf_listener(enum pair_family family)
{
	struct end listener = life_listen(ROAD_SERVER, family, PORT, 4);

	pair_deafen(listener.fd);
	return listener;
}

static void timed_out_of(enum pair_family family)
{
	struct end listener = deaf_listener(family), client[2];
	const struct skstat_sample *event;

	for (size_t i = 0; i < 2; i++) {
		client[i] = end_make(ROAD_CLIENT, family);
		pair_nonblock(client[i].fd);
	}
	/* One SYN and one more: three seconds. One that has no time for a second: one. */
	pair_option(client[0].fd, IPPROTO_TCP, TCP_SYNCNT, 1);
	pair_option(client[1].fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 700);
	for (size_t i = 0; i < 2; i++)
		must_be(road_dial(client[i].fd, family, ROAD_SERVER, PORT) == -EINPROGRESS);
	event = failed(&client[0], SKSTAT_FAIL_TIMED_OUT, ETIMEDOUT, PORT);
	assert_in_range(event->event.connect_latency, 2900000000, 10000000000);
	event = failed(&client[1], SKSTAT_FAIL_TIMED_OUT, ETIMEDOUT, PORT);
	assert_in_range(event->event.connect_latency, 650000000, 2900000000);
	end_close(&client[0]);
	end_close(&client[1]);
	life_unlisten(&listener);
}

static void timed_out(void **state)
{
	(void)state;
	timed_out_of(PAIR_V4);
}

static void timed_out_of_ipv6(void **state)
{
	(void)state;
	timed_out_of(PAIR_V6);
}

/* Nobody takes the connections that wait already: further ones are not let in. */
static void no_room_in_the_queue(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 1), client[3], server[2];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		client[i] = end_make(ROAD_CLIENT, PAIR_V4);
		pair_option(client[i].fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 700);
	}
	for (size_t i = 0; i < 2; i++) {
		must_be(!road_dial(client[i].fd, PAIR_V4, ROAD_SERVER, PORT));
		life_opened(&client[i], SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
		server[i] = life_unseen(ROAD_SERVER, PORT, 0, SKSTAT_KIND_OPENED);
		life_opened(&server[i], SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	}
	must_be(road_dial(client[2].fd, PAIR_V4, ROAD_SERVER, PORT) == -ETIMEDOUT);
	failed(&client[2], SKSTAT_FAIL_TIMED_OUT, ETIMEDOUT, PORT);
	end_close(&client[2]);
	/* The listener takes those in its queue with it. */
	end_close(&listener);
	for (size_t i = 0; i < 2; i++) {
		life_closed(&server[i], SKSTAT_CLOSE_ABORT);
		life_closed(&client[i], SKSTAT_CLOSE_RESET_RECEIVED);
		end_close(&client[i]);
	}
	life_listen_stopped(&listener);
}

/* A router says so. */
static void unreachable_of(enum pair_family family, const char *how, int err)
{
	struct end client = end_make(ROAD_CLIENT, family);
	const char *to = family == PAIR_V6 ? "fd07::2:2" : "10.7.2.2";

	must_be(road_run(&life.road, ROAD_ROUTER, "ip route add %s %s", how, to));
	pair_option(client.fd, IPPROTO_TCP, TCP_SYNCNT, 2);
	must_be(road_dial(client.fd, family, ROAD_SERVER, PORT) == -err);
	must_be(road_run(&life.road, ROAD_ROUTER, "ip route del %s %s", how, to));
	failed(&client, SKSTAT_FAIL_UNREACHABLE, err, PORT);
	end_close(&client);
}

static void unreachable(void **state)
{
	(void)state;
	unreachable_of(PAIR_V4, "unreachable", EHOSTUNREACH);
	unreachable_of(PAIR_V4, "prohibit", EHOSTUNREACH);
	unreachable_of(PAIR_MAPPED, "unreachable", EHOSTUNREACH);
}

static void unreachable_by_ipv6(void **state)
{
	(void)state;
	unreachable_of(PAIR_V6, "unreachable", ENETUNREACH);
	unreachable_of(PAIR_V6, "prohibit", EACCES);
}

/* An ICMP for the segment that raw socket `ear` of the server's side has heard: no such port. */
static void no_such_port(int ear)
{
	struct {
		struct icmphdr icmp;
		struct iphdr ip;
		unsigned char tcp[8];
	} message = { .icmp = { .type = ICMP_DEST_UNREACH, .code = ICMP_PORT_UNREACH } };
	struct sockaddr_storage address;
	socklen_t length = road_address(&address, PAIR_V4, ROAD_CLIENT, 0);
	unsigned char heard[256];
	uint32_t sum = 0;
	int voice;

	must_be(must(recv(ear, heard, sizeof(heard), 0)) >= 40);
	memcpy(&message.ip, heard, sizeof(message.ip));
	memcpy(message.tcp, heard + 4 * message.ip.ihl, sizeof(message.tcp));
	for (size_t i = 0; i < sizeof(message) / 2; i++)
		sum += ((uint16_t *)&message)[i];
	message.icmp.checksum = ~((sum & 0xffff) + (sum >> 16));
	ns_enter(&life.road.ns[ROAD_SERVER]);
	voice = must(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
	ns_enter(&life.road.home);
	must(sendto(voice, &message, sizeof(message), 0, (struct sockaddr *)&address, length));
	close(voice);
}

/* The error is that of a RST, but no RST came. */
static void unreachable_port(void **state)
{
	struct end listener = deaf_listener(PAIR_V4), client = end_make(ROAD_CLIENT, PAIR_V4);
	int ear;

	(void)state;
	ns_enter(&life.road.ns[ROAD_SERVER]);
	ear = must(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP));
	ns_enter(&life.road.home);
	pair_nonblock(client.fd);
	must_be(road_dial(client.fd, PAIR_V4, ROAD_SERVER, PORT) == -EINPROGRESS);
	no_such_port(ear);
	close(ear);
	failed(&client, SKSTAT_FAIL_UNREACHABLE, ECONNREFUSED, PORT);
	end_close(&client);
	life_unlisten(&listener);
}

/* Without a route no SYN is sent: nothing began, and nothing failed. */
static void no_route_is_no_connection(void **state)
{
	struct end client = end_make(ROAD_CLIENT, PAIR_V4);
	int err;

	(void)state;
	must_be(road_run(&life.road, ROAD_CLIENT, "ip route add unreachable 10.7.2.2"));
	err = road_dial(client.fd, PAIR_V4, ROAD_SERVER, PORT);
	must_be(road_run(&life.road, ROAD_CLIENT, "ip route del unreachable 10.7.2.2"));
	assert_int_equal(err, -EHOSTUNREACH);
	end_close(&client);
}

static void abandoned(void **state)
{
	struct end listener = deaf_listener(PAIR_V6), client[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		client[i] = end_make(ROAD_CLIENT, PAIR_V6);
		pair_nonblock(client[i].fd);
		must_be(road_dial(client[i].fd, PAIR_V6, ROAD_SERVER, PORT) == -EINPROGRESS);
	}
	must(shutdown(client[1].fd, SHUT_RDWR));
	must(connect(client[2].fd, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)));
	for (size_t i = 0; i < 3; i++)
		end_close(&client[i]);
	for (size_t i = 0; i < 3; i++)
		failed(&client[i], SKSTAT_FAIL_ABANDONED, 0, PORT);
	life_unlisten(&listener);
}

/* Somebody else's, killed while it connects. */
static void abandoned_by_a_killed_process(void **state)
{
	struct end listener = deaf_listener(PAIR_V4), client = end_make(ROAD_CLIENT, PAIR_V4);
	const struct skstat_sample *event;
	pid_t child;

	(void)state;
	fflush(NULL);
	child = must(fork());
	if (!child) {
		road_dial(client.fd, PAIR_V4, ROAD_SERVER, PORT);
		_exit(0);
	}
	pair_await_state(client.fd, TCP_SYN_SENT);
	end_close(&client);
	must(kill(child, SIGKILL));
	must(waitpid(child, NULL, 0));
	event = life_failed(&client, SKSTAT_FAIL_ABANDONED, 0);
	assert_int_equal(event->owner.pid, child);
	life_unlisten(&listener);
}

int suite_life_fail(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, life_begin, life_end)
	const struct CMUnitTest tests[] = {
		TEST(refused),
		TEST(refused_far_away),
		TEST(refused_and_asked_for),
		TEST(refused_and_tried_again),
		TEST(timed_out),
		TEST(timed_out_of_ipv6),
		TEST(no_room_in_the_queue),
		TEST(unreachable),
		TEST(unreachable_by_ipv6),
		TEST(unreachable_port),
		TEST(no_route_is_no_connection),
		TEST(abandoned),
		TEST(abandoned_by_a_killed_process),
	};
#undef TEST

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_fail", tests, life_setup, life_teardown);
}
