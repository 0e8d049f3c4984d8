// SPDX-License-Identifier: GPL-2.0
/*
 * How connections begin, and listeners: each once, with who did it, how long it took, and how full the queues were.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include "../lib/life_end.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT 7100

/* Opens, talks, ends in order. The payload is in the last figures, to the byte. */
static void a_life(enum pair_family family)
{
	struct end listener = life_listen(ROAD_SERVER, family, PORT, 16);
	struct ends ends = life_join(&listener, family, PORT);
	const struct skstat_sample *event;

	life_talk(&ends, 1000, 70000);
	event = life_finish(&ends);
	assert_int_equal(event->traffic.bytes_received, 1000 + 1);
	assert_int_equal(event->traffic.bytes_sent - event->traffic.bytes_retrans, 70000);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_FIRST_BYTE));
	assert_false(life_has(event, SKSTAT_EVENT_FIRST_BYTE_LATE));
	assert_in_range(event->event.first_byte, 1, event->event.duration);
	assert_int_equal(event->identity.family, family == PAIR_V4 ? AF_INET : AF_INET6);
	assert_int_equal(event->identity.sport, PORT);
	life_unlisten(&listener);
}

static void a_handshake(void **state)
{
	(void)state;
	a_life(PAIR_V4);
}

static void a_handshake_of_ipv6(void **state)
{
	(void)state;
	a_life(PAIR_V6);
}

static void a_handshake_of_mapped_ipv4(void **state)
{
	(void)state;
	a_life(PAIR_MAPPED);
}

/* The same with the way so long that handshakes end in interrupts, not in connect(). */
static void a_handshake_far_away(void **state)
{
	(void)state;
	if (!road_shape(&life.road, "netem delay 3ms"))
		skip_because("no netem in this kernel");
	a_life(PAIR_V4);
	a_life(PAIR_V6);
}

/* Nothing was said: no first byte, no payload. */
static void a_silent_connection(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct ends ends = life_join(&listener, PAIR_V4, PORT);
	const struct skstat_sample *event;

	(void)state;
	life_quiet(&ends);
	event = life_finish(&ends);
	assert_false(life_has(event, SKSTAT_EVENT_HAS_FIRST_BYTE));
	assert_int_equal(event->traffic.bytes_received, 1);
	assert_int_equal(event->traffic.bytes_sent, 0);
	assert_int_equal(event->owner.process_from, SKSTAT_PROCESS_UNKNOWN);
	life_unlisten(&listener);
}

/* Accepts one connection in a process of its own, reads so many bytes, and ends. */
static pid_t acceptor(const struct end *listener, size_t bytes)
{
	pid_t child;
	int fd;

	fflush(NULL);
	child = must(fork());
	if (child)
		return child;
	prctl(PR_SET_NAME, "life-acceptor");
	fd = must(accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC));
	pair_read(fd, bytes);
	_exit(0);
}

/* Whom an accepted connection belongs to, and how that is learnt. */
static void whose(enum skstat_process_from from, size_t bytes)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	pid_t child = acceptor(&listener, bytes);
	struct end client = end_make(ROAD_CLIENT, PAIR_V4), server;
	const struct skstat_sample *event;

	must_be(!road_dial(client.fd, PAIR_V4, ROAD_SERVER, PORT));
	life_opened(&client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	server = life_unseen(ROAD_SERVER, PORT, 0, SKSTAT_KIND_OPENED);
	event = life_opened(&server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	/* Who comes to accept() at that very moment takes it before it is established. */
	assert_true(event->owner.process_from == SKSTAT_PROCESS_UNKNOWN || from == SKSTAT_PROCESS_ACCEPT);
	pair_write(client.fd, bytes);
	life_reap(child);
	pair_await_state(client.fd, TCP_CLOSE_WAIT);
	end_close(&client);
	life_closed(&client, SKSTAT_CLOSE_FIN_REMOTE);
	event = life_closed(&server, SKSTAT_CLOSE_FIN_LOCAL);
	assert_int_equal(event->owner.process_from, from);
	assert_int_equal(event->owner.pid, from == SKSTAT_PROCESS_UNKNOWN ? 0 : child);
	assert_string_equal(event->owner.comm.text, from == SKSTAT_PROCESS_UNKNOWN ? "" : "life-acceptor");
	life_unlisten(&listener);
}

static void the_reader_is_known(void **state)
{
	(void)state;
	whose(SKSTAT_PROCESS_READER, 100);
}

static void who_does_not_read_is_not(void **state)
{
	(void)state;
	whose(SKSTAT_PROCESS_UNKNOWN, 0);
}

/* With the probe `accept` also one that never reads. */
static void the_acceptor_is_known(void **state)
{
	struct chronicle other;

	(void)state;
	chronicle_open(&other, SKSTAT_PROBE_BIT(ACCEPT));
	whose(SKSTAT_PROCESS_ACCEPT, 0);
	whose(SKSTAT_PROCESS_ACCEPT, 100);
	chronicle_close(&other);
}

struct dialler {
	struct end client;
	int err;
};

static void *dial(void *arg)
{
	struct dialler *dialler = arg;

	prctl(PR_SET_NAME, "life-thread");
	dialler->err = road_dial(dialler->client.fd, PAIR_V4, ROAD_SERVER, PORT);
	return NULL;
}

/* A thread's connection is its process's. */
static void a_thread_is_its_process(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct dialler dialler = { .client = end_make(ROAD_CLIENT, PAIR_V4) };
	struct ends ends = { .synacks = 1 };
	pthread_t thread;

	(void)state;
	must_be(!pthread_create(&thread, NULL, dial, &dialler));
	must_be(!pthread_join(thread, NULL));
	must_be(!dialler.err);
	ends.client = dialler.client;
	ends.server = life_accept(&listener);
	life_is_mine(life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT));
	life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	life_finish(&ends);
	life_unlisten(&listener);
}

/* A container's process goes by the number that it has outside. */
static void a_pid_is_of_the_initial_namespace(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct ends ends = { .client = end_make(ROAD_CLIENT, PAIR_V4), .synacks = 1 };
	pid_t outer, inner;
	int tell[2];

	(void)state;
	must(pipe(tell));
	fflush(NULL);
	outer = must(fork());
	if (!outer) {
		must(unshare(CLONE_NEWPID));
		inner = must(fork());
		if (!inner) {
			must_be(getpid() == 1);
			_exit(-road_dial(ends.client.fd, PAIR_V4, ROAD_SERVER, PORT));
		}
		must(write(tell[1], &inner, sizeof(inner)));
		life_reap(inner);
		_exit(0);
	}
	life_reap(outer);
	must_be(read(tell[0], &inner, sizeof(inner)) == sizeof(inner));
	close(tell[0]);
	close(tell[1]);
	ends.server = life_accept(&listener);
	assert_int_equal(life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT)->owner.pid, inner);
	life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	life_finish(&ends);
	life_unlisten(&listener);
}

#define BACKLOG 5
#define SILENT 3

/* Queues that are really filled: of connections that nobody accepts, and of such whose SYN-ACK is not heard. */
static void queues_are_as_full_as_they_were(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, BACKLOG);
	struct end silent[SILENT], client[BACKLOG + 1], server[BACKLOG + 1], accepted;
	const struct skstat_sample *event;

	(void)state;
	for (size_t i = 0; i < SILENT; i++) {
		silent[i] = end_make(ROAD_CLIENT, PAIR_V4);
		pair_deafen(silent[i].fd);
		pair_nonblock(silent[i].fd);
		must_be(road_dial(silent[i].fd, PAIR_V4, ROAD_SERVER, PORT) == -EINPROGRESS);
	}
	/* One more than the backlog says may wait. */
	for (uint32_t i = 0; i <= BACKLOG; i++) {
		client[i] = end_make(ROAD_CLIENT, PAIR_V4);
		must_be(!road_dial(client[i].fd, PAIR_V4, ROAD_SERVER, PORT));
		life_opened(&client[i], SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
		server[i] = life_unseen(ROAD_SERVER, PORT, 0, SKSTAT_KIND_OPENED);
		event = life_opened(&server[i], SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
		assert_true(life_has(event, SKSTAT_EVENT_HAS_QUEUES));
		assert_int_equal(event->event.open_accept_queue, i);
		assert_int_equal(event->event.open_accept_limit, BACKLOG);
		/* The others, and its own request, which is still there. */
		assert_int_equal(event->event.open_syn_queue, SILENT + 1);
	}
	for (size_t i = 0; i < SILENT; i++) {
		end_close(&silent[i]);
		life_failed(&silent[i], SKSTAT_FAIL_ABANDONED, 0);
	}
	for (size_t i = 0; i <= BACKLOG; i++) {
		accepted = life_accept(&listener);
		assert_int_equal(accepted.cookie, server[i].cookie);
		life_linger(&client[i]);
		end_close(&client[i]);
		life_closed(&client[i], SKSTAT_CLOSE_ABORT);
		life_closed(&server[i], SKSTAT_CLOSE_RESET_RECEIVED);
		end_close(&accepted);
	}
	life_unlisten(&listener);
}

/* A socket may listen, stop, and listen again; a second listen() is a setting. */
static void listeners_start_and_stop(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V6, PORT, 7);
	const struct chronicle_wish next = { .cookie = listener.cookie };
	const struct skstat_sample *event;

	(void)state;
	must(listen(listener.fd, 9));
	must(shutdown(listener.fd, SHUT_RD));
	event = chronicle_take(&life.chronicle, &next);
	assert_int_equal(event->kind, SKSTAT_KIND_LISTEN_STOPPED);
	assert_int_equal(event->listen.accept_limit, 9);
	must(listen(listener.fd, 11));
	event = chronicle_take(&life.chronicle, &next);
	assert_int_equal(event->kind, SKSTAT_KIND_LISTEN_STARTED);
	assert_int_equal(event->listen.accept_limit, 11);
	assert_int_equal(event->identity.sport, PORT);
	life_is_mine(event);
	life_unlisten(&listener);
}

/* The kernel stops it, when its process ends. */
static void a_listener_ends_with_its_process(void **state)
{
	struct end listener;
	pid_t child;

	(void)state;
	fflush(NULL);
	child = must(fork());
	if (!child) {
		prctl(PR_SET_NAME, "life-listener");
		road_listen(road_socket(&life.road, ROAD_SERVER, PAIR_V4), PAIR_V4, ROAD_SERVER, PORT, 3);
		_exit(0);
	}
	life_reap(child);
	listener = life_unseen(ROAD_SERVER, PORT, 0, SKSTAT_KIND_LISTEN_STARTED);
	for (enum skstat_kind kind = SKSTAT_KIND_LISTEN_STARTED; kind <= SKSTAT_KIND_LISTEN_STOPPED; kind++) {
		const struct chronicle_wish next = { .cookie = listener.cookie };
		const struct skstat_sample *event = chronicle_take(&life.chronicle, &next);

		assert_int_equal(event->kind, kind);
		assert_int_equal(event->owner.pid, child);
		assert_string_equal(event->owner.comm.text, "life-listener");
	}
}

int suite_life_open(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, life_begin, life_end)
	const struct CMUnitTest tests[] = {
		TEST(a_handshake),
		TEST(a_handshake_of_ipv6),
		TEST(a_handshake_of_mapped_ipv4),
		TEST(a_handshake_far_away),
		TEST(a_silent_connection),
		TEST(the_reader_is_known),
		TEST(who_does_not_read_is_not),
		TEST(the_acceptor_is_known),
		TEST(a_thread_is_its_process),
		TEST(a_pid_is_of_the_initial_namespace),
		TEST(queues_are_as_full_as_they_were),
		TEST(listeners_start_and_stop),
		TEST(a_listener_ends_with_its_process),
	};
#undef TEST

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_open", tests, life_setup, life_teardown);
}
