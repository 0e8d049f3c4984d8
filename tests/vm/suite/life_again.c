// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that have more than one life, or become another in the middle of it, or are older than the journal.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "../lib/dump.h"
#include "../lib/life_end.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT 7430

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
		scene_is_abort(event);
		last.out = 1;
		life_is_last(event, &last);
		assert_int_equal(event->traffic.bytes_sent, 1000 * i);
		assert_int_equal(event->identity.dport, PORT);
		pair_await_state(ends.server.fd, TCP_CLOSE);
		scene_is_reset(life_closed(&ends.server, SKSTAT_CLOSE_RESET_RECEIVED), &ends.server);
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

/* What TCP_REPAIR tells of a connection, and sets of another socket. */
struct frozen {
	struct sockaddr_storage local;
	socklen_t length;
	uint32_t send, receive, timestamp;
	struct tcp_repair_window window;
	struct tcp_repair_opt option[4];
};

static uint32_t queue_sequence(int fd, int queue)
{
	socklen_t length = sizeof(uint32_t);
	uint32_t sequence;

	pair_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, queue);
	must(getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &sequence, &length));
	return sequence;
}

static void freeze(int fd, struct frozen *frozen)
{
	socklen_t length = sizeof(frozen->timestamp);
	struct tcpinfo info;

	pair_option(fd, IPPROTO_TCP, TCP_REPAIR, 1);
	frozen->send = queue_sequence(fd, TCP_SEND_QUEUE);
	frozen->receive = queue_sequence(fd, TCP_RECV_QUEUE);
	must(getsockopt(fd, IPPROTO_TCP, TCP_TIMESTAMP, &frozen->timestamp, &length));
	length = sizeof(frozen->window);
	must(getsockopt(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &frozen->window, &length));
	frozen->length = sizeof(frozen->local);
	must(getsockname(fd, (struct sockaddr *)&frozen->local, &frozen->length));
	pair_info(fd, &info);
	frozen->option[0] = (struct tcp_repair_opt){ TCPOPT_MAXSEG, info.snd_mss };
	frozen->option[1] = (struct tcp_repair_opt){ TCPOPT_WINDOW, (info.wscales & 15) | (info.wscales >> 4) << 16 };
	frozen->option[2] = (struct tcp_repair_opt){ TCPOPT_SACK_PERMITTED, 0 };
	frozen->option[3] = (struct tcp_repair_opt){ TCPOPT_TIMESTAMP, 0 };
}

static void thaw(int fd, const struct frozen *frozen)
{
	pair_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	pair_option(fd, IPPROTO_TCP, TCP_REPAIR, 1);
	must(bind(fd, (const struct sockaddr *)&frozen->local, frozen->length));
	pair_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
	pair_option(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, (int)frozen->send);
	pair_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE);
	pair_option(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, (int)frozen->receive);
	must_be(!road_dial(fd, PAIR_V4, ROAD_SERVER, PORT));
	must(setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_OPTIONS, frozen->option, sizeof(frozen->option)));
	pair_option(fd, IPPROTO_TCP, TCP_TIMESTAMP, (int)frozen->timestamp);
	must(setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &frozen->window, sizeof(frozen->window)));
	pair_option(fd, IPPROTO_TCP, TCP_REPAIR, 0);
}

/* A connection moves from one socket to another, and the peer does not notice. */
static void repaired(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct ends ends = life_join(&listener, PAIR_V4, PORT);
	const struct skstat_sample *event;
	struct tcpinfo client, server;
	struct frozen frozen;
	struct last last;

	(void)state;
	life_talk(&ends, 1000, 2000);
	freeze(ends.client.fd, &frozen);
	last = life_last(&ends.client);
	end_close(&ends.client);
	event = life_closed(&ends.client, SKSTAT_CLOSE_REPAIR);
	life_is_last(event, &last);
	assert_false(life_has(event, SKSTAT_EVENT_ACTIVE_RST | SKSTAT_EVENT_RST_COUNTED | SKSTAT_EVENT_TIME_WAIT));
	ends.client = end_make(ROAD_CLIENT, PAIR_V4);
	thaw(ends.client.fd, &frozen);
	event = life_opened(&ends.client, SKSTAT_OPEN_REPAIR, SKSTAT_EVENT_OUT);
	assert_int_equal(event->identity.state, TCP_SYN_SENT);
	life_is_mine(event);
	pair_talk((struct pair){ ends.client.fd, ends.server.fd }, 300, 400);
	/* What the new socket has not counted, for the old one did. */
	do {
		poll(NULL, 0, 60);
		pair_info(ends.client.fd, &client);
		pair_info(ends.server.fd, &server);
	} while (client.unacked || server.unacked);
	ends.unheard = client.segs_out - server.segs_in;
	ends.synacks = client.segs_in - server.segs_out;
	life_talk(&ends, 30, 40);
	event = life_finish(&ends);
	assert_int_equal(event->traffic.bytes_received, 1000 + 300 + 30 + 1);
	life_unlisten(&listener);
}

/* An IPv6 socket that becomes one of IPv4 in the middle of its life. */
static void of_another_family(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	struct ends ends = { .client = end_make(ROAD_CLIENT, PAIR_MAPPED), .synacks = 1 };
	const struct skstat_sample *event;
	const struct chronicle_wish next = { .cookie = ends.client.cookie };

	(void)state;
	must_be(!road_dial(ends.client.fd, PAIR_MAPPED, ROAD_SERVER, PORT));
	ends.server = life_accept(&listener);
	event = life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	assert_int_equal(event->identity.family, AF_INET6);
	life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	life_talk(&ends, 50, 60);
	pair_option(ends.client.fd, IPPROTO_IPV6, IPV6_ADDRFORM, PF_INET);
	life_talk(&ends, 70, 80);
	life_linger(&ends.client);
	end_close(&ends.client);
	event = chronicle_see(&life.chronicle, &next);
	assert_int_equal(event->identity.family, AF_INET);
	assert_int_equal(event->traffic.bytes_sent, 50 + 70);
	assert_int_equal(event->traffic.bytes_received, 60 + 80);
	life_closed(&ends.client, SKSTAT_CLOSE_ABORT);
	life_closed(&ends.server, SKSTAT_CLOSE_RESET_RECEIVED);
	end_close(&ends.server);
	life_unlisten(&listener);
}

/* Until nobody holds the probe, with the life's journal closed. */
static void await_released(void)
{
	struct skstat_netlink *netlink = dump_connect();
	struct skstat_info info;

	do {
		poll(NULL, 0, 1);
		must_be(!skstat_netlink_info(netlink, &info, NULL));
	} while (info.probe[SKSTAT_PROBE_LIFE].holders);
	skstat_netlink_close(netlink);
}

/* Sockets that were there before anybody listened to the journal: their ends are told, and that they are old. */
static void older_than_the_probes(void **state)
{
	struct end listener[2], opening = end_make(ROAD_CLIENT, PAIR_V4), accepted;
	const struct skstat_sample *event;
	struct ends ends[2];

	(void)state;
	listener[0] = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	listener[1] = life_listen(ROAD_SERVER, PAIR_V4, PORT + 1, 16);
	ends[0] = life_join(&listener[0], PAIR_V4, PORT);
	chronicle_close(&life.chronicle);
	await_released();
	ends[1] = (struct ends){ .client = end_make(ROAD_CLIENT, PAIR_V4), .synacks = 1 };
	must_be(!road_dial(ends[1].client.fd, PAIR_V4, ROAD_SERVER, PORT));
	ends[1].server = life_accept(&listener[0]);
	for (size_t i = 0; i < 2; i++)
		life_talk(&ends[i], 111, 222);
	pair_deafen(listener[1].fd);
	pair_nonblock(opening.fd);
	must_be(road_dial(opening.fd, PAIR_V4, ROAD_SERVER, PORT + 1) == -EINPROGRESS);
	life_hold();
	/* What was remembered of the one that the journal has seen open is forgotten. */
	for (size_t i = 0; i < 2; i++) {
		ends[i].client.opened = ends[i].server.opened = 0;
		life_talk(&ends[i], 444, 333);
		event = life_finish(&ends[i]);
		assert_int_equal(event->traffic.bytes_received, 555 + 1);
		assert_int_equal(event->event.event_direction, 0);
		assert_int_equal(event->owner.process_from, SKSTAT_PROCESS_READER);
	}
	/* One whose SYN nobody saw: how long it took is not known. */
	pair_hear(listener[1].fd);
	event = life_opened(&opening, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	assert_false(life_has(event, SKSTAT_EVENT_HAS_CONNECT));
	assert_int_equal(event->owner.process_from, SKSTAT_PROCESS_UNKNOWN);
	accepted = life_accept(&listener[1]);
	life_opened(&accepted, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	life_linger(&opening);
	end_close(&opening);
	life_closed(&opening, SKSTAT_CLOSE_ABORT);
	life_closed(&accepted, SKSTAT_CLOSE_RESET_RECEIVED);
	end_close(&accepted);
	life_unlisten(&listener[0]);
	life_unlisten(&listener[1]);
}

int suite_life_again(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, life_begin, life_end)
	const struct CMUnitTest tests[] = {
		TEST(disconnected_and_used_again),
		TEST(ended_and_used_again),
		TEST(repaired),
		TEST(of_another_family),
		TEST(older_than_the_probes),
	};
#undef TEST

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_again", tests, life_setup, life_teardown);
}
