// SPDX-License-Identifier: GPL-2.0
/*
 * How connections end: each once, under its own name at both ends, with its last figures, to the byte and the segment.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "../lib/life.h"
#include "../lib/must.h"
#include "../lib/sockdestroy.h"
#include "suite.h"

#define PORT 7300

/* A connection that has talked, and is quiet. */
struct scene {
	struct end listener;
	struct ends ends;
};

static struct scene talked(enum pair_family family)
{
	struct scene scene = { .listener = life_listen(ROAD_SERVER, family, PORT, 16) };

	scene.ends = life_join(&scene.listener, family, PORT);
	life_talk(&scene.ends, 1234, 56789);
	return scene;
}

static void done(struct scene *scene)
{
	for (struct end *end = &scene->ends.client; end; end = end == &scene->ends.client ? &scene->ends.server : NULL) {
		if (end->fd >= 0)
			end_close(end);
	}
	life_unlisten(&scene->listener);
}

/* Its RST is its own segment, and is the last that it sends. */
static void is_abort(const struct skstat_sample *closed)
{
	assert_true(life_has(closed, SKSTAT_EVENT_ACTIVE_RST));
	assert_true(life_has(closed, SKSTAT_EVENT_RST_COUNTED));
	assert_false(life_has(closed, SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING));
}

static void is_reset(const struct skstat_sample *closed, const struct end *end)
{
	assert_int_equal(closed->event.event_errno, ECONNRESET);
	assert_false(life_has(closed, SKSTAT_EVENT_ACTIVE_RST | SKSTAT_EVENT_RST_COUNTED));
	life_is_final(closed, end);
}

/* close() at both ends: nobody can ask the sockets any more, but what they have done is known. */
static void in_order(enum pair_family family, bool server_first)
{
	struct scene scene = talked(family);
	struct end *first = server_first ? &scene.ends.server : &scene.ends.client;
	struct end *second = server_first ? &scene.ends.client : &scene.ends.server;
	struct last last[2] = { life_last(first), life_last(second) };
	const struct skstat_sample *event;

	end_close(first);
	pair_await_state(second->fd, TCP_CLOSE_WAIT);
	/* What is left of the first waits for the peer's FIN, and is no socket any more. */
	event = life_closed(first, SKSTAT_CLOSE_FIN_LOCAL);
	assert_true(life_has(event, SKSTAT_EVENT_TIME_WAIT));
	assert_true(life_has(event, SKSTAT_EVENT_FIN_PENDING));
	last[0].out = last[0].in = last[0].acked = 1;
	life_is_last(event, &last[0]);
	end_close(second);
	event = life_closed(second, SKSTAT_CLOSE_FIN_REMOTE);
	assert_false(life_has(event, SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING));
	last[1].in = last[1].out = 2;
	last[1].received = last[1].acked = 1;
	life_is_last(event, &last[1]);
	assert_int_equal(event->event.event_errno, 0);
	done(&scene);
}

static void in_order_the_client_first(void **state)
{
	(void)state;
	in_order(PAIR_V4, false);
	in_order(PAIR_V6, false);
}

static void in_order_the_server_first(void **state)
{
	(void)state;
	in_order(PAIR_V4, true);
	in_order(PAIR_MAPPED, true);
}

/* One side is silent and hears on; then the other. */
static void half_closed(bool server_first)
{
	struct scene scene = talked(PAIR_V4);
	struct end *first = server_first ? &scene.ends.server : &scene.ends.client;
	struct end *second = server_first ? &scene.ends.client : &scene.ends.server;
	const struct skstat_sample *event;

	must(shutdown(first->fd, SHUT_WR));
	pair_await_state(second->fd, TCP_CLOSE_WAIT);
	pair_write(second->fd, 30000);
	pair_read(first->fd, 30000);
	must(shutdown(second->fd, SHUT_WR));
	pair_await_state(second->fd, TCP_CLOSE);
	event = life_closed(first, SKSTAT_CLOSE_FIN_LOCAL);
	assert_true(life_has(event, SKSTAT_EVENT_TIME_WAIT));
	assert_false(life_has(event, SKSTAT_EVENT_FIN_PENDING));
	life_is_final(event, first);
	event = life_closed(second, SKSTAT_CLOSE_FIN_REMOTE);
	life_is_final(event, second);
	done(&scene);
}

static void half_closed_by_the_client(void **state)
{
	(void)state;
	half_closed(false);
}

static void half_closed_by_the_server(void **state)
{
	(void)state;
	half_closed(true);
}

/* Two FINs on the way at once: nobody was the first. */
static void closed_at_once(void **state)
{
	struct scene scene = talked(PAIR_V4);
	const struct skstat_sample *event;
	struct end *end[] = { &scene.ends.client, &scene.ends.server };

	(void)state;
	if (!road_shape(&life.road, "netem delay 50ms"))
		skip_because("no netem in this kernel");
	for (size_t i = 0; i < 2; i++)
		must(shutdown(end[i]->fd, SHUT_WR));
	for (size_t i = 0; i < 2; i++)
		pair_await_state(end[i]->fd, TCP_CLOSE);
	for (size_t i = 0; i < 2; i++) {
		event = life_closed(end[i], SKSTAT_CLOSE_FIN_BOTH);
		assert_int_equal(event->identity.state, TCP_CLOSING);
		assert_true(life_has(event, SKSTAT_EVENT_TIME_WAIT));
		life_is_final(event, end[i]);
	}
	must_be(road_shape(&life.road, NULL));
	done(&scene);
}

/* FIN_WAIT2 that ends without the peer's FIN, of a socket that was kept for a while. */
static void the_peer_never_closed(void **state)
{
	struct scene scene = talked(PAIR_V4);
	struct last last = life_last(&scene.ends.server);
	const struct skstat_sample *event;

	(void)state;
	pair_option(scene.ends.server.fd, IPPROTO_TCP, TCP_LINGER2, 61);
	end_close(&scene.ends.server);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_FIN_LOCAL);
	assert_true(life_has(event, SKSTAT_EVENT_TIME_WAIT));
	assert_true(life_has(event, SKSTAT_EVENT_FIN_PENDING));
	last.out = last.in = last.acked = 1;
	life_is_last(event, &last);
	/* Nor will it: what is left of the server knows nothing of data, and says so. */
	pair_write(scene.ends.client.fd, 10);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED);
	life_is_final(event, &scene.ends.client);
	done(&scene);
}

static void aborted_of(enum pair_family family)
{
	struct scene scene = talked(family);
	struct last last = life_last(&scene.ends.client);
	const struct skstat_sample *event;

	life_linger(&scene.ends.client);
	end_close(&scene.ends.client);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_ABORT);
	assert_int_equal(event->identity.state, TCP_ESTABLISHED);
	is_abort(event);
	last.out = 1;
	life_is_last(event, &last);
	pair_await_state(scene.ends.server.fd, TCP_CLOSE);
	is_reset(life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &scene.ends.server);
	done(&scene);
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
	must_be(road_shape(&life.road, NULL));
}

static void aborted_by_unread_data(void **state)
{
	struct scene scene = talked(PAIR_V4);
	const struct skstat_sample *event;
	struct last last;

	(void)state;
	pair_write(scene.ends.client.fd, 777);
	life_quiet(&scene.ends);
	last = life_last(&scene.ends.server);
	assert_int_equal(last.info.bytes_received, 1234 + 777);
	end_close(&scene.ends.server);
	event = life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT);
	is_abort(event);
	last.out = 1;
	life_is_last(event, &last);
	pair_await_state(scene.ends.client.fd, TCP_CLOSE);
	is_reset(life_closed(&scene.ends.client, SKSTAT_CLOSE_RESET_RECEIVED), &scene.ends.client);
	done(&scene);
}

/* The same after a FIN, from one side and the other. */
static void aborted_when_half_closed(void **state)
{
	struct scene scene;
	const struct skstat_sample *event;
	struct last last;

	(void)state;
	for (int server_first = 0; server_first < 2; server_first++) {
		scene = talked(PAIR_V4);
		must(shutdown(server_first ? scene.ends.server.fd : scene.ends.client.fd, SHUT_WR));
		pair_await_state(scene.ends.client.fd, server_first ? TCP_CLOSE_WAIT : TCP_FIN_WAIT2);
		pair_await_state(scene.ends.server.fd, server_first ? TCP_FIN_WAIT2 : TCP_CLOSE_WAIT);
		last = life_last(&scene.ends.client);
		life_linger(&scene.ends.client);
		end_close(&scene.ends.client);
		event = life_closed(&scene.ends.client, SKSTAT_CLOSE_ABORT);
		is_abort(event);
		last.out = 1;
		life_is_last(event, &last);
		pair_await_state(scene.ends.server.fd, TCP_CLOSE);
		event = life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED);
		assert_int_equal(event->event.event_errno, server_first ? ECONNRESET : EPIPE);
		life_is_final(event, &scene.ends.server);
		done(&scene);
	}
}

/* connect(AF_UNSPEC): the socket lives, and its counters begin anew. Three lives under one cookie. */
static void disconnected_and_used_again(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct ends ends = { .client = end_make(ROAD_CLIENT, PAIR_V4), .synacks = 1 };
	const struct skstat_sample *event;
	struct last last;

	(void)state;
	for (size_t i = 1; i <= 3; i++) {
		must_be(!road_dial(ends.client.fd, PAIR_V4, ROAD_SERVER, PORT));
		ends.server = life_accept(&listener);
		life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
		life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
		life_talk(&ends, 1000 * i, 100 * i);
		last = life_last(&ends.client);
		must(connect(ends.client.fd, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)));
		event = life_closed(&ends.client, SKSTAT_CLOSE_ABORT);
		is_abort(event);
		last.out = 1;
		life_is_last(event, &last);
		assert_int_equal(event->traffic.bytes_sent, 1000 * i);
		assert_int_equal(event->identity.dport, PORT);
		pair_await_state(ends.server.fd, TCP_CLOSE);
		is_reset(life_closed(&ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &ends.server);
		end_close(&ends.server);
	}
	end_close(&ends.client);
	life_unlisten(&listener);
}

/* ... and of one whose connection had ended in order. */
static void ended_and_used_again(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V6, PORT, 16);
	struct ends ends = life_join(&listener, PAIR_V6, PORT);
	const struct skstat_sample *event;
	int client = ends.client.fd;

	(void)state;
	life_talk(&ends, 10, 20);
	ends.client.fd = must(dup(client));
	life_finish(&ends);
	must(connect(client, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)));
	ends.client.fd = client;
	must_be(!road_dial(client, PAIR_V6, ROAD_SERVER, PORT));
	ends.server = life_accept(&listener);
	life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	life_talk(&ends, 333, 44);
	event = life_finish(&ends);
	assert_int_equal(event->traffic.bytes_received, 333 + 1);
	life_unlisten(&listener);
}

/* ss -K. */
static void destroyed_of(enum pair_family family)
{
	struct scene scene = talked(family);
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
	is_abort(event);
	life_is_final(event, &scene.ends.client);
	pair_await_state(scene.ends.server.fd, TCP_CLOSE);
	is_reset(life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &scene.ends.server);
	done(&scene);
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
	is_abort(life_closed(&ends.server, SKSTAT_CLOSE_ABORT));
	is_reset(life_closed(&ends.client, SKSTAT_CLOSE_RESET_RECEIVED), &ends.client);
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
	struct scene scene = talked(PAIR_V4);
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
	done(&scene);
}

/* The same of a socket that is held still, and only shut down. */
static void data_after_shutdown(void **state)
{
	struct scene scene = talked(PAIR_V4);
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
	done(&scene);
}

/* A RST for a socket that waits for a FIN is the peer's, though. */
static void reset_received_in_fin_wait2(void **state)
{
	struct scene scene = talked(PAIR_V4);
	struct last last;

	(void)state;
	last = life_last(&scene.ends.server);
	pair_option(scene.ends.server.fd, IPPROTO_TCP, TCP_LINGER2, 100);
	close_and_be_heard(&scene.ends.server, &scene.ends.client);
	life_linger(&scene.ends.client);
	end_close(&scene.ends.client);
	is_abort(life_closed(&scene.ends.client, SKSTAT_CLOSE_ABORT));
	last.out = last.acked = 1;
	last.in = 2;
	life_is_last(life_closed(&scene.ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &last);
	done(&scene);
}

/* Sends to somebody who does not hear, until the kernel gives up; then the other side finds nobody. */
static void gave_up(struct scene *scene, uint32_t flags)
{
	const struct skstat_sample *event = life_closed(&scene->ends.client, SKSTAT_CLOSE_TIMEOUT);

	assert_int_equal(event->event.event_errno, ETIMEDOUT);
	assert_int_equal(event->event.event_flags & (SKSTAT_EVENT_ACTIVE_RST | SKSTAT_EVENT_RST_COUNTED), flags);
	life_is_final(event, &scene->ends.client);
	pair_hear(scene->ends.server.fd);
	pair_write(scene->ends.server.fd, 1);
	pair_await_state(scene->ends.server.fd, TCP_CLOSE);
	event = life_closed(&scene->ends.server, SKSTAT_CLOSE_RESET_RECEIVED);
	life_is_final(event, &scene->ends.server);
	done(scene);
}

static void timed_out_sending(void **state)
{
	struct scene scene = talked(PAIR_V4);

	(void)state;
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
	pair_deafen(scene.ends.server.fd);
	pair_write(scene.ends.client.fd, 5000);
	gave_up(&scene, 0);
}

static void timed_out_by_keepalive(void **state)
{
	struct scene scene = talked(PAIR_V6);

	(void)state;
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_KEEPCNT, 1);
	pair_deafen(scene.ends.server.fd);
	pair_option(scene.ends.client.fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	/* It says good-bye, though nobody hears it. */
	gave_up(&scene, SKSTAT_EVENT_ACTIVE_RST | SKSTAT_EVENT_RST_COUNTED);
}

/* A closed window, and no answer to probes of it. */
static void timed_out_probing(void **state)
{
	struct scene scene = talked(PAIR_V4);
	const struct skstat_sample *event;

	(void)state;
	pair_fill(scene.ends.client.fd);
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
	pair_deafen(scene.ends.server.fd);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_TIMEOUT);
	life_is_final(event, &scene.ends.client);
	assert_true(event->traffic.notsent_bytes > 0);
	life_linger(&scene.ends.server);
	end_close(&scene.ends.server);
	is_abort(life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT));
	done(&scene);
}

/* Nobody is left to be told, and the peer does not hear the FIN. */
static void timed_out_as_an_orphan(void **state)
{
	struct scene scene = talked(PAIR_V4);
	struct last last = life_last(&scene.ends.client);
	const struct skstat_sample *event;

	(void)state;
	road_sysctl(&life.road, ROAD_CLIENT, "net/ipv4/tcp_orphan_retries", "1");
	pair_deafen(scene.ends.server.fd);
	end_close(&scene.ends.client);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_TIMEOUT);
	assert_int_equal(event->identity.state, TCP_FIN_WAIT1);
	assert_false(life_has(event, SKSTAT_EVENT_TIME_WAIT));
	assert_true(event->traffic.total_retrans > 0);
	last.out = 1 + event->traffic.total_retrans;
	last.info.total_retrans = event->traffic.total_retrans;
	life_is_last(event, &last);
	road_sysctl(&life.road, ROAD_CLIENT, "net/ipv4/tcp_orphan_retries", "0");
	life_linger(&scene.ends.server);
	end_close(&scene.ends.server);
	is_abort(life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT));
	done(&scene);
}

/* A router says that there is no way there any more: the kernel goes on trying, and then blames the router. */
static void timed_out_for_want_of_a_way(void **state)
{
	struct scene scene = talked(PAIR_V4);
	const struct skstat_sample *event;

	(void)state;
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1500);
	must_be(road_run(&life.road, ROAD_ROUTER, "ip route add unreachable 10.7.2.2"));
	pair_write(scene.ends.client.fd, 100);
	event = life_closed(&scene.ends.client, SKSTAT_CLOSE_TIMEOUT);
	assert_int_equal(event->event.event_errno, EHOSTUNREACH);
	life_is_final(event, &scene.ends.client);
	must_be(road_run(&life.road, ROAD_ROUTER, "ip route del unreachable 10.7.2.2"));
	life_linger(&scene.ends.server);
	end_close(&scene.ends.server);
	is_abort(life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT));
	done(&scene);
}

int suite_life_close(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, life_begin, life_end)
	const struct CMUnitTest tests[] = {
		TEST(in_order_the_client_first),
		TEST(in_order_the_server_first),
		TEST(half_closed_by_the_client),
		TEST(half_closed_by_the_server),
		TEST(closed_at_once),
		TEST(the_peer_never_closed),
		TEST(aborted_by_linger),
		TEST(aborted_far_away),
		TEST(aborted_by_unread_data),
		TEST(aborted_when_half_closed),
		TEST(disconnected_and_used_again),
		TEST(ended_and_used_again),
		TEST(destroyed),
		TEST(killed),
		TEST(data_after_close),
		TEST(data_after_shutdown),
		TEST(reset_received_in_fin_wait2),
		TEST(timed_out_sending),
		TEST(timed_out_by_keepalive),
		TEST(timed_out_probing),
		TEST(timed_out_as_an_orphan),
		TEST(timed_out_for_want_of_a_way),
	};
#undef TEST

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_close", tests, life_setup, life_teardown);
}
