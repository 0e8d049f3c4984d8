// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that are aborted, and reset: each once, under its own name at both ends, with its last figures, to the
 * byte and the segment.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "../lib/life_end.h"
#include "../lib/must.h"
#include "../lib/sockdestroy.h"
#include "suite.h"

#define PORT 7330

static void aborted_of(enum pair_family family)
{
	struct scene scene = scene_make(family, PORT);
	struct last last = life_last(&scene.ends.client);
	const struct skstat_sample *event;

	life_linger(&scene.ends.client);
	end_close(&scene.ends.client);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_ABORT);
	assert_int_equal(event->identity.state, TCP_ESTABLISHED);
	scene_is_abort(event);
	last.out = 1;
	life_is_last(event, &last);
	pair_await_state(scene.ends.server.fd, TCP_CLOSE);
	scene_is_reset(life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &scene.ends.server);
	scene_free(&scene);
}

static void aborted_by_linger(void **state)
{
	(void)state;
	aborted_of(PAIR_V4);
	aborted_of(PAIR_V6);
	aborted_of(PAIR_MAPPED);
}

static void aborted_far_away(void **state)
{
	(void)state;
	if (!road_shape(&life.road, "netem delay 3ms"))
		skip_because("no netem in this kernel");
	aborted_of(PAIR_V4);
}

static void aborted_by_unread_data(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
	const struct skstat_sample *event;
	struct last last;

	(void)state;
	pair_write(scene.ends.client.fd, 777);
	life_quiet(&scene.ends);
	last = life_last(&scene.ends.server);
	assert_int_equal(last.info.bytes_received, SCENE_FROM_CLIENT + 777);
	end_close(&scene.ends.server);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT);
	scene_is_abort(event);
	last.out = 1;
	life_is_last(event, &last);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	scene_is_reset(life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED), &scene.ends.client);
	scene_free(&scene);
}

/* The same after a FIN, from one side and the other. */
static void aborted_when_half_closed(void **state)
{
	struct scene scene;
	const struct skstat_sample *event;
	struct last last;

	(void)state;
	for (int server_first = 0; server_first < 2; server_first++) {
		scene = scene_make(PAIR_V4, PORT);
		must(shutdown(server_first ? scene.ends.server.fd : scene.ends.client.fd, SHUT_WR));
		pair_await_state(scene.ends.client.fd, server_first ? TCP_CLOSE_WAIT : TCP_FIN_WAIT2);
		pair_await_state(scene.ends.server.fd, server_first ? TCP_FIN_WAIT2 : TCP_CLOSE_WAIT);
		last = life_last(&scene.ends.client);
		life_linger(&scene.ends.client);
		end_close(&scene.ends.client);
		event = life_closed(&scene.ends.client, SKSTAT_CLOSE_ABORT);
		scene_is_abort(event);
		last.out = 1;
		life_is_last(event, &last);
		pair_await_state(scene.ends.server.fd, TCP_CLOSE);
		event = life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED);
		assert_int_equal(event->event.event_errno, server_first ? ECONNRESET : EPIPE);
		life_is_final(event, &scene.ends.server);
		scene_free(&scene);
	}
}

/* ss -K. */
static void destroyed_of(enum pair_family family)
{
	struct scene scene = scene_make(family, PORT);
	const struct skstat_sample *event;
	int err;

	ns_enter(&life.road.ns[ROAD_CLIENT]);
	err = sock_destroy(scene.ends.client.fd, scene.ends.client.cookie);
	ns_enter(&life.road.home);
	if (err == -EOPNOTSUPP)
		skip_because("this kernel destroys no sockets");
	must_be(!err);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_ABORT);
	assert_int_equal(event->event.event_errno, ECONNABORTED);
	scene_is_abort(event);
	life_is_final(event, &scene.ends.client);
	pair_await_state(scene.ends.server.fd, TCP_CLOSE);
	scene_is_reset(life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &scene.ends.server);
	scene_free(&scene);
}

static void destroyed(void **state)
{
	(void)state;
	destroyed_of(PAIR_V4);
	destroyed_of(PAIR_V6);
}

/* A process that is killed closes; with unread data it aborts. */
static void killed(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct ends ends = life_join(&listener, PAIR_V4, PORT);
	pid_t child;

	(void)state;
	pair_write(ends.client.fd, 100);
	life_quiet(&ends);
	fflush(NULL);
	child = must(fork());
	if (!child) {
		pair_read(ends.server.fd, 40);
		raise(SIGKILL);
	}
	end_close(&ends.server);
	must(waitpid(child, NULL, 0));
	scene_is_abort(life_closed(&ends.server, SKSTAT_CLOSE_ABORT));
	scene_is_reset(life_closed(&ends.client, SKSTAT_CLOSE_RESET_RECEIVED), &ends.client);
	end_close(&ends.client);
	life_unlisten(&listener);
}

/* close() of one end; the other, which was quiet, has received the FIN and acknowledged it, which it may put off. */
static void close_and_be_heard(struct end *end, const struct end *peer)
{
	struct tcpinfo before = life_last(peer).info, now;

	end_close(end);
	do {
		poll(NULL, 0, 1);
		pair_info(peer->fd, &now);
	} while (now.state != TCP_CLOSE_WAIT || now.segs_out == before.segs_out);
}

/* Data for somebody who has closed: the kernel answers with a RST, which is not the socket's own. */
static void data_after_close(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
	struct last last = life_last(&scene.ends.server);
	const struct skstat_sample *event;

	(void)state;
	/* More than a minute: it stays a socket, in FIN_WAIT2. */
	pair_option(scene.ends.server.fd, IPPROTO_TCP, TCP_LINGER2, 100);
	close_and_be_heard(&scene.ends.server, &scene.ends.client);
	pair_write(scene.ends.client.fd, 10);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_SENT);
	assert_int_equal(event->identity.state, TCP_FIN_WAIT2);
	assert_false(life_has(event, SKSTAT_EVENT_RST_COUNTED | SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING));
	last.out = 1;
	last.in = 2;
	last.acked = 1;
	last.info.data_segs_in++;
	life_is_last(event, &last);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED);
	assert_int_equal(event->event.event_errno, EPIPE);
	life_is_final(event, &scene.ends.client);
	scene_free(&scene);
}

/* The same with the ACK of the FIN in the data: there is no reset, the kernel just ends. */
static void data_with_the_ack(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
	const struct skstat_sample *event;
	struct last last;

	(void)state;
	/* So far away that the data is on its way before the FIN comes. */
	if (!road_shape(&life.road, "netem delay 80ms"))
		skip_because("no netem in this kernel");
	pair_option(scene.ends.server.fd, IPPROTO_TCP, TCP_LINGER2, 100);
	last = life_last(&scene.ends.server);
	end_close(&scene.ends.server);
	pair_write(scene.ends.client.fd, 10);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_SENT);
	assert_int_equal(event->identity.state, TCP_FIN_WAIT1);
	assert_false(life_has(event, SKSTAT_EVENT_RST_COUNTED));
	last.out = 1;
	last.in = 1;
	last.info.data_segs_in++;
	life_is_last(event, &last);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED);
	life_is_final(event, &scene.ends.client);
	scene_free(&scene);
}

/* TCP_LINGER2 below 0: no FIN_WAIT2 at all. What waits there is given up, by whoever wanted it so. */
static void no_fin_wait2(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
	struct last last = life_last(&scene.ends.server);
	const struct skstat_sample *event;

	(void)state;
	pair_option(scene.ends.server.fd, IPPROTO_TCP, TCP_LINGER2, -1);
	end_close(&scene.ends.server);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT);
	assert_false(life_has(event, SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING));
	last.out = last.in = last.acked = 1;
	life_is_last(event, &last);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED);
	life_is_final(event, &scene.ends.client);
	/* ... and one that waits there while it has an owner: close() sends the RST itself. */
	scene_free(&scene);
	scene = scene_make(PAIR_V4, PORT);
	pair_option(scene.ends.server.fd, IPPROTO_TCP, TCP_LINGER2, -1);
	must(shutdown(scene.ends.server.fd, SHUT_WR));
	pair_await_state(scene.ends.server.fd, TCP_FIN_WAIT2);
	last = life_last(&scene.ends.server);
	end_close(&scene.ends.server);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT);
	scene_is_abort(event);
	last.out = 1;
	life_is_last(event, &last);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED);
	life_is_final(event, &scene.ends.client);
	scene_free(&scene);
}

/* An orphan whose FIN is not acknowledged, when the kernel finds that there are too many: its timer gives it up. */
static void no_room_for_orphans(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
	struct last last = life_last(&scene.ends.client);
	const struct skstat_sample *event;

	(void)state;
	pair_deafen(scene.ends.server.fd);
	end_close(&scene.ends.client);
	must_be(ns_sysctl("net/ipv4/tcp_max_orphans", "0"));
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_SENT);
	must_be(ns_sysctl("net/ipv4/tcp_max_orphans", "65536"));
	scene_is_abort(event);
	last.info.total_retrans = event->traffic.total_retrans;
	last.out = 2 + event->traffic.total_retrans;
	life_is_last(event, &last);
	life_linger(&scene.ends.server);
	end_close(&scene.ends.server);
	scene_is_abort(life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT));
	scene_free(&scene);
}

/* The same of a socket that is held still, and only shut down. */
static void data_after_shutdown(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
	const struct skstat_sample *event;

	(void)state;
	must(shutdown(scene.ends.server.fd, SHUT_RDWR));
	pair_await_state(scene.ends.client.fd, TCP_CLOSE_WAIT);
	pair_await_state(scene.ends.server.fd, TCP_FIN_WAIT2);
	pair_write(scene.ends.client.fd, 10);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_SENT);
	assert_false(life_has(event, SKSTAT_EVENT_RST_COUNTED));
	life_is_final(event, &scene.ends.server);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED);
	life_is_final(event, &scene.ends.client);
	scene_free(&scene);
}

/* A RST for a socket that waits for a FIN is the peer's, though. */
static void reset_received_in_fin_wait2(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
	struct last last;

	(void)state;
	last = life_last(&scene.ends.server);
	pair_option(scene.ends.server.fd, IPPROTO_TCP, TCP_LINGER2, 100);
	close_and_be_heard(&scene.ends.server, &scene.ends.client);
	life_linger(&scene.ends.client);
	end_close(&scene.ends.client);
	scene_is_abort(life_closed(&scene.ends.client, SKSTAT_CLOSE_ABORT));
	last.out = last.acked = 1;
	last.in = 2;
	life_is_last(life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &last);
	scene_free(&scene);
}

int suite_life_abort(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, life_begin, life_end)
	const struct CMUnitTest tests[] = {
		TEST(aborted_by_linger),
		TEST(aborted_far_away),
		TEST(aborted_by_unread_data),
		TEST(aborted_when_half_closed),
		TEST(destroyed),
		TEST(killed),
		TEST(data_after_close),
		TEST(data_with_the_ack),
		TEST(no_fin_wait2),
		TEST(no_room_for_orphans),
		TEST(data_after_shutdown),
		TEST(reset_received_in_fin_wait2),
	};
#undef TEST

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_abort", tests, life_setup, life_teardown);
}
