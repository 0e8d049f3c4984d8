// SPDX-License-Identifier: GPL-2.0
/*
 * How connections end in order, and for want of an answer: each once, under its own name at both ends, with its last
 * figures, to the byte and the segment.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/life_end.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT 7300

/* close() at both ends: nobody can ask the sockets any more, but what they have done is known. */
static void in_order(enum pair_family family, bool server_first)
{
	struct scene scene = scene_make(family, PORT);
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
	scene_free(&scene);
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
	struct scene scene = scene_make(PAIR_V4, PORT);
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
	scene_free(&scene);
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
	struct scene scene = scene_make(PAIR_V4, PORT);
	const struct skstat_sample *event;
	struct end *end[] = { &scene.ends.client, &scene.ends.server };

	(void)state;
	if (!road_shape(&life.road, "netem delay 80ms"))
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
	scene_free(&scene);
}

/* FIN_WAIT2 that ends without the peer's FIN, of a socket that was kept for a while. */
static void the_peer_never_closed(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
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
	scene_free(&scene);
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
	scene_free(scene);
}

static void timed_out_sending(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);

	(void)state;
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
	pair_deafen(scene.ends.server.fd);
	pair_write(scene.ends.client.fd, 5000);
	gave_up(&scene, 0);
}

static void timed_out_by_keepalive(void **state)
{
	struct scene scene = scene_make(PAIR_V6, PORT);

	(void)state;
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	pair_option(scene.ends.client.fd, IPPROTO_TCP, TCP_KEEPCNT, 1);
	pair_deafen(scene.ends.server.fd);
	pair_option(scene.ends.client.fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	/* It says good-bye, though nobody hears it. */
	gave_up(&scene, SKSTAT_EVENT_ACTIVE_RST | SKSTAT_EVENT_RST_COUNTED);
}

/* A closed window, and no answer to probes of it. On loopback, where segments are large: it closes whole. */
static void timed_out_probing(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct end client = end_make(ROAD_SERVER, PAIR_V4), server;
	const struct skstat_sample *event;

	(void)state;
	must_be(!road_dial(client.fd, PAIR_V4, ROAD_SERVER, PORT));
	server = life_accept(&listener);
	life_opened(&client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	life_opened(&server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	pair_fill(client.fd);
	pair_option(client.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
	pair_deafen(server.fd);
	event = life_closed(&client, SKSTAT_CLOSE_TIMEOUT);
	life_is_final(event, &client);
	assert_int_equal(event->event.event_errno, ETIMEDOUT);
	assert_true(event->traffic.notsent_bytes > 0);
	end_close(&client);
	/* It has not read anything. */
	end_close(&server);
	scene_is_abort(life_closed(&server, SKSTAT_CLOSE_ABORT));
	life_unlisten(&listener);
}

/* Nobody is left to be told, and the peer does not hear the FIN. */
static void timed_out_as_an_orphan(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
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
	scene_is_abort(life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT));
	scene_free(&scene);
}

/* A router says that there is no way there any more: the kernel goes on trying, and then blames the router. */
static void timed_out_for_want_of_a_way(void **state)
{
	struct scene scene = scene_make(PAIR_V4, PORT);
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
	scene_is_abort(life_closed(&scene.ends.server, SKSTAT_CLOSE_ABORT));
	scene_free(&scene);
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
