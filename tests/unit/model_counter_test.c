// SPDX-License-Identifier: GPL-2.0
/* What one socket adds to its group from record to record: differences, wraps, new connections on an old socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "model_kit.h"

#define OUT "default/out/443/ipv4"
#define LOCAL "10.0.0.1:40000"
#define REMOTE "10.0.0.2:443"

/* A kit that is ready, with one connection known as baseline: later ones are new. */
static struct kit *ready(struct skstat_sample *known)
{
	struct kit *kit = kit_new(NULL);

	*known = kit_connection(1, LOCAL, REMOTE);
	kit_poll(kit, known, 1);
	assert_true(skstat_model_ready(kit->model));
	return kit;
}

static double sent(struct kit *kit)
{
	return kit_sum(kit, "skstat_tcp_sent_bytes");
}

static void differences_are_added(void **state)
{
	struct skstat_sample s;
	struct kit *kit = ready(&s);

	(void)state;
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 0);
	s.traffic.bytes_sent = 1000;
	s.traffic.segs_out = 3;
	s.tcp.total_rto = 1;
	kit_poll(kit, &s, 1);
	s.traffic.bytes_sent = 1500;
	s.traffic.segs_out = 4;
	kit_poll(kit, &s, 1);
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 1500);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", OUT) == 4);
	assert_true(kit_value(kit, "skstat_tcp_rtos", OUT) == 1);
	assert_int_equal(skstat_self_get(&kit->self, model_updated), 3);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	kit_free(kit);
}

static void a_new_one_adds_all(void **state)
{
	struct skstat_sample s[2];
	struct kit *kit = ready(&s[0]);

	(void)state;
	s[1] = kit_connection(2, "10.0.0.1:40001", REMOTE);
	s[1].traffic.bytes_sent = 777;
	kit_poll(kit, s, 2);
	assert_true(sent(kit) == 777);
	assert_int_equal(skstat_self_get(&kit->self, model_new), 1);
	assert_int_equal(skstat_self_get(&kit->self, model_baseline), 1);
	assert_int_equal(skstat_self_get(&kit->self, model_tracked), 2);
	kit_free(kit);
}

static void narrow_counters_wrap(void **state)
{
	struct skstat_sample s;
	struct kit *kit = kit_new(NULL);

	(void)state;
	s = kit_connection(1, LOCAL, REMOTE);
	s.traffic.segs_in = UINT32_MAX - 9;
	s.tcp.total_rto = UINT16_MAX;
	s.tcp.busy_time = UINT32_MAX;
	kit_poll(kit, &s, 1);
	s.traffic.segs_in = 10;
	s.tcp.total_rto = 1;
	s.tcp.busy_time = 999;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_received_segments", OUT) == 20);
	assert_true(kit_value(kit, "skstat_tcp_rtos", OUT) == 2);
	assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 1);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	kit_free(kit);
}

/* connect() again on the same descriptor: everything that tcp_disconnect() zeroed counts from 0, the rest goes on. */
static void a_step_back_is_another_connection(void **state)
{
	struct skstat_sample s;
	struct kit *kit = ready(&s);

	(void)state;
	s.traffic.bytes_sent = 1000;
	s.traffic.segs_out = 5000;
	s.tcp.busy_time = 2000;
	s.tcp.total_lost = 40;
	s.memory.drops = 7;
	kit_poll(kit, &s, 1);
	s.traffic.bytes_sent = 999;
	s.traffic.segs_out = 5001;
	s.tcp.busy_time = 2500;
	s.tcp.total_lost = 41;
	s.memory.drops = 7;
	kit_poll(kit, &s, 1);
	assert_true(sent(kit) == 1999);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", OUT) == 10001);
	assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 2.5);
	assert_true(kit_value(kit, "skstat_tcp_lost_segments", OUT) == 41);
	assert_true(kit_value(kit, "skstat_tcp_dropped_segments", OUT) == 7);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 1);
	assert_int_equal(skstat_self_get(&kit->self, model_tracked), 1);
	/* A step back of a narrow one is as good. */
	s.tcp.rcv_ooopack = 9;
	kit_poll(kit, &s, 1);
	s.tcp.rcv_ooopack = 8;
	kit_poll(kit, &s, 1);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 2);
	assert_true(kit_value(kit, "skstat_tcp_received_out_of_order_segments", OUT) == 17);
	/* If a kernel zeroes what survives today, it counts whole as well. */
	s.tcp.rcv_ooopack = 0;
	s.tcp.total_lost = 3;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_lost_segments", OUT) == 44);
	kit_free(kit);
}

/* It had more bytes than the one before when it was seen: its addresses, or its state, give it away. */
static void another_peer_is_another_connection(void **state)
{
	struct skstat_sample s;
	struct kit *kit = ready(&s);

	(void)state;
	s.traffic.bytes_sent = 1000;
	kit_poll(kit, &s, 1);
	s = kit_connection(1, "10.0.0.1:40002", REMOTE);
	s.traffic.bytes_sent = 3000;
	kit_poll(kit, &s, 1);
	assert_true(sent(kit) == 4000);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 1);

	s.identity.state = TCP_SYN_SENT;
	s.traffic.bytes_sent = 3001;
	kit_poll(kit, &s, 1);
	assert_true(sent(kit) == 7001);
	s.identity.state = TCP_ESTABLISHED;
	kit_poll(kit, &s, 1);
	s.identity.state = TCP_FIN_WAIT1;
	kit_poll(kit, &s, 1);
	s.identity.state = TCP_FIN_WAIT2;
	kit_poll(kit, &s, 1);
	assert_true(sent(kit) == 7001);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 2);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 1);
	kit_free(kit);
}

/* To another port: another group. The old one keeps what it has. */
static void another_connection_has_its_own_group(void **state)
{
	struct skstat_sample s;
	struct kit *kit = ready(&s);

	(void)state;
	s.traffic.bytes_sent = 1000;
	kit_poll(kit, &s, 1);
	s = kit_connection(1, "10.0.0.1:40002", "10.0.0.3:22");
	s.traffic.bytes_sent = 50;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 1000);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 0);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "default/out/22/ipv4") == 50);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/out/22/ipv4") == 1);
	kit_free(kit);
}

/* IPV6_ADDRFORM: the same addresses in another dress. */
static void addrform_is_the_same_connection(void **state)
{
	struct skstat_sample s = kit_connection(1, "[::ffff:10.0.0.1]:40000", "[::ffff:10.0.0.2]:443");
	struct kit *kit = kit_new(NULL);

	(void)state;
	s.traffic.bytes_sent = 1000;
	kit_poll(kit, &s, 1);
	s = kit_connection(1, LOCAL, REMOTE);
	s.traffic.bytes_sent = 1001;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 1);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	kit_free(kit);
}

static void the_fin_is_no_payload(void **state)
{
	static const uint8_t closed[] = { TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CLOSING };

	(void)state;
	for (size_t i = 0; i < sizeof(closed); i++) {
		struct skstat_sample s[4];
		struct kit *kit = ready(&s[0]);

		/* seen open and then closed; */
		s[0].traffic.bytes_received = 100;
		s[1] = kit_connection(2, "10.0.0.1:40001", REMOTE);
		s[1].traffic.bytes_received = 1001;
		kit_poll(kit, s, 2);
		s[0].identity.state = s[1].identity.state = closed[i];
		s[0].traffic.bytes_received = 201;
		/* read before the state changed: the 1 was counted, and stays; */
		s[1].traffic.bytes_received = 1001;
		/* seen when it was closed already; with nothing but the FIN */
		s[2] = kit_connection(3, "10.0.0.1:40002", REMOTE);
		s[2].identity.state = closed[i];
		s[2].traffic.bytes_received = 31;
		s[3] = kit_connection(4, "10.0.0.1:40003", REMOTE);
		s[3].identity.state = closed[i];
		s[3].traffic.bytes_received = 1;
		kit_poll(kit, s, 4);
		kit_poll(kit, s, 4);
		assert_true(kit_value(kit, "skstat_tcp_received_bytes", OUT) == 200 + 1001 + 30 + 0);
		kit_free(kit);
	}
}

/* The state is of the time when the walk met the socket, fin_received of that when its record was filled. */
static void a_fin_in_mid_walk(void **state)
{
	struct skstat_sample s[4];
	struct kit *kit = ready(&s[0]);

	(void)state;
	for (size_t i = 0; i < 4; i++)
		s[i] = kit_connection(2 + i, LOCAL, REMOTE);
	kit_poll(kit, s, 4);
	/* after the state was read; */
	s[0].traffic.bytes_received = 101;
	s[0].tcp.fin_received = 1;
	/* between bytes_received and fin_received: the byte that is taken off comes behind; */
	s[1].traffic.bytes_received = 100;
	s[1].tcp.fin_received = 1;
	/* where there was no other, too; */
	s[2].tcp.fin_received = 1;
	/* of one that was shut down, and is in TIME_WAIT the next time */
	s[3].traffic.bytes_received = 101;
	s[3].tcp.fin_received = 1;
	s[3].identity.state = TCP_FIN_WAIT2;
	kit_poll(kit, s, 4);
	assert_true(kit_value(kit, "skstat_tcp_received_bytes", OUT) == 100 + 99 + 0 + 100);
	s[1].traffic.bytes_received = 101;
	s[2].traffic.bytes_received = 1;
	for (size_t i = 0; i < 3; i++)
		s[i].identity.state = TCP_CLOSE_WAIT;
	kit_poll(kit, s, 3);
	kit_poll(kit, s, 3);
	assert_true(kit_value(kit, "skstat_tcp_received_bytes", OUT) == 100 + 100 + 0 + 100);
	kit_free(kit);
}

static void the_fin_of_a_baseline(void **state)
{
	struct skstat_sample s = kit_connection(1, LOCAL, REMOTE);
	struct kit *kit = kit_new(NULL);

	(void)state;
	s.identity.state = TCP_CLOSE_WAIT;
	s.traffic.bytes_received = 101;
	kit_poll(kit, &s, 1);
	/* connect() again, and that ends, too */
	s = kit_connection(1, "10.0.0.1:40001", REMOTE);
	s.identity.state = TCP_LAST_ACK;
	s.traffic.bytes_received = 51;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_received_bytes", OUT) == 50);
	kit_free(kit);
}

/* shutdown() of a listener, then connect(); then listen() again. sk_drops goes on through all of it. */
static void a_listener_connects(void **state)
{
	struct skstat_sample s = kit_listener(1, "10.0.0.1:80");
	struct kit *kit = kit_new(NULL);

	(void)state;
	s.memory.drops = 10;
	s.listen.accept_limit = 128;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/80/ipv4") == 128);
	s = kit_connection(1, "10.0.0.1:80", REMOTE);
	s.traffic.bytes_sent = 5;
	s.memory.drops = 11;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 5);
	assert_true(kit_value(kit, "skstat_tcp_dropped_segments", OUT) == 1);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/80/ipv4") == 0);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/80/ipv4") == 0);
	assert_int_equal(skstat_self_get(&kit->self, model_tracked), 1);
	s = kit_listener(1, "10.0.0.1:81");
	s.memory.drops = 14;
	s.listen.accept_limit = 64;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 0);
	assert_true(kit_value(kit, "skstat_tcp_listen_drops", "default/in/81/ipv4") == 3);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/81/ipv4") == 64);
	assert_int_equal(skstat_self_get(&kit->self, model_tracked), 0);
	/* from one port to another */
	s = kit_listener(1, "10.0.0.1:82");
	s.memory.drops = 14;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/81/ipv4") == 0);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/82/ipv4") == 1);
	kit_free(kit);
}

/* Close during a walk: the socket and what is left of it share a cookie, and may both be in one poll. */
static void timewait_touches_nothing(void **state)
{
	struct skstat_sample s[2];
	struct kit *kit = ready(&s[0]);

	(void)state;
	s[0].traffic.bytes_sent = 100;
	s[1] = kit_timewait(1, LOCAL, REMOTE);
	kit_poll(kit, s, 2);
	assert_true(sent(kit) == 100);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 1);
	kit_poll(kit, &s[1], 1);
	assert_true(sent(kit) == 100);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 0);
	assert_int_equal(skstat_self_get(&kit->self, model_removed), 1);
	assert_int_equal(skstat_self_get(&kit->self, records_timewait), 2);
	kit_free(kit);
}

static void duplicates_are_ignored(void **state)
{
	struct skstat_sample s[3];
	struct kit *kit = ready(&s[0]);

	(void)state;
	s[0].traffic.bytes_sent = 10;
	s[1] = s[0];
	s[1].traffic.bytes_sent = 20;
	kit_poll(kit, s, 2);
	assert_true(sent(kit) == 10);
	assert_int_equal(skstat_self_get(&kit->self, model_duplicate), 1);
	s[1] = s[2] = kit_connection(2, "10.0.0.1:40001", REMOTE);
	s[1].traffic.bytes_sent = 5;
	kit_poll(kit, s, 3);
	assert_true(sent(kit) == 15);
	assert_int_equal(skstat_self_get(&kit->self, model_duplicate), 2);
	s[0] = s[1] = kit_listener(3, "10.0.0.1:80");
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/80/ipv4") == 1);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_added),
		cmocka_unit_test(a_new_one_adds_all),
		cmocka_unit_test(narrow_counters_wrap),
		cmocka_unit_test(a_step_back_is_another_connection),
		cmocka_unit_test(another_peer_is_another_connection),
		cmocka_unit_test(another_connection_has_its_own_group),
		cmocka_unit_test(addrform_is_the_same_connection),
		cmocka_unit_test(the_fin_is_no_payload),
		cmocka_unit_test(a_fin_in_mid_walk),
		cmocka_unit_test(the_fin_of_a_baseline),
		cmocka_unit_test(a_listener_connects),
		cmocka_unit_test(timewait_touches_nothing),
		cmocka_unit_test(duplicates_are_ignored),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_counter", tests, NULL, NULL);
}
