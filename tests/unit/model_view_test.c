// SPDX-License-Identifier: GPL-2.0
/* The default view: direction, groups and their limit, listeners, distributions. */
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

static const char *const connections = "skstat_tcp_connections";

/* Which group a single connection gets, with what else is in the poll. */
static void assert_group(const struct skstat_sample *sample, size_t count, const char *group)
{
	struct kit *kit = kit_new(NULL);

	kit_poll(kit, sample, count);
	assert_true(kit_value(kit, connections, group) == 1);
	kit_free(kit);
}

static void direction_goes_by_the_best_evidence(void **state)
{
	struct skstat_sample s[2];

	(void)state;
	/* connect() alone leads to SYN_SENT, even from a port that is listened on */
	s[0] = kit_connection(1, "10.0.0.1:80", "10.0.0.2:40000");
	s[0].identity.state = TCP_SYN_SENT;
	s[1] = kit_listener(2, "10.0.0.1:80");
	assert_group(s, 2, "default/out/ephemeral/ipv4");
	/* a listener, also behind its child in the dump, and on a port that connect() could have chosen */
	s[0] = kit_connection(1, "10.0.0.1:50000", "10.0.0.2:443");
	s[1] = kit_listener(2, "0.0.0.0:50000");
	assert_group(s, 2, "default/in/50000/ipv4");
	/* the ports alone */
	s[0] = kit_connection(1, "10.0.0.1:80", "10.0.0.2:40000");
	assert_group(s, 1, "default/in/80/ipv4");
	s[0] = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:80");
	assert_group(s, 1, "default/out/80/ipv4");
	s[0] = kit_connection(1, "10.0.0.1:81", "10.0.0.2:80");
	assert_group(s, 1, "default/unknown/81/ipv4");
	s[0] = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:40001");
	assert_group(s, 1, "default/unknown/ephemeral/ipv4");
	/* the edges of the range */
	s[0] = kit_connection(1, "10.0.0.1:32767", "10.0.0.2:60999");
	assert_group(s, 1, "default/in/32767/ipv4");
	s[0] = kit_connection(1, "10.0.0.1:61000", "10.0.0.2:32768");
	assert_group(s, 1, "default/in/61000/ipv4");
}

static void listeners_match(void **state)
{
	static const struct {
		const char *listener, *local, *remote, *group;
		bool v6only;
		uint64_t netns;
	} rows[] = {
		{ "0.0.0.0:50000", "10.0.0.1:50000", "10.0.0.2:50001", "default/in/50000/ipv4", false, 1 },
		{ "10.0.0.1:50000", "10.0.0.1:50000", "10.0.0.2:50001", "default/in/50000/ipv4", false, 1 },
		{ "10.0.0.9:50000", "10.0.0.1:50000", "10.0.0.2:50001", "default/unknown/50000/ipv4", false, 1 },
		{ "0.0.0.0:50000", "10.0.0.1:50000", "10.0.0.2:50001", "default/unknown/50000/ipv4", false, 2 },
		{ "0.0.0.0:50009", "10.0.0.1:50000", "10.0.0.2:50001", "default/unknown/ephemeral/ipv4", false, 1 },
		{ "[::]:50000", "[fd00::1]:50000", "[fd00::2]:50001", "default/in/50000/ipv6", false, 1 },
		{ "[::]:50000", "[fd00::1]:50000", "[fd00::2]:50001", "default/in/50000/ipv6", true, 1 },
		{ "[fd00::1]:50000", "[fd00::1]:50000", "[fd00::2]:50001", "default/in/50000/ipv6", true, 1 },
		/* dual stack: its IPv4 children are mapped, or AF_INET by IPV6_ADDRFORM */
		{ "[::]:50000", "[::ffff:10.0.0.1]:50000", "[::ffff:10.0.0.2]:9", "default/in/50000/ipv4", false, 1 },
		{ "[::]:50000", "10.0.0.1:50000", "10.0.0.2:50001", "default/in/50000/ipv4", false, 1 },
		{ "[::]:50000", "10.0.0.1:50000", "10.0.0.2:50001", "default/unknown/50000/ipv4", true, 1 },
		{ "[::ffff:10.0.0.1]:50000", "10.0.0.1:50000", "10.0.0.2:50001", "default/in/50000/ipv4", false, 1 },
		{ "0.0.0.0:50000", "[fd00::1]:50000", "[fd00::2]:50001", "default/unknown/50000/ipv6", false, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct skstat_sample s[2] = { kit_connection(1, rows[i].local, rows[i].remote),
					      kit_listener(2, rows[i].listener) };

		s[1].identity.flags = rows[i].v6only ? SKSTAT_FLAG_V6ONLY : 0;
		s[1].identity.netns = rows[i].netns;
		assert_group(s, 2, rows[i].group);
	}
}

/* Remembered while a child lives, so that later ones, from the accept queue, find it; then forgotten. */
static void a_closed_listener_is_remembered(void **state)
{
	struct skstat_sample s[3];
	struct kit *kit = kit_new(NULL);

	(void)state;
	s[0] = kit_listener(1, "10.0.0.1:50000");
	s[1] = kit_connection(2, "10.0.0.1:50000", "10.0.0.2:50001");
	s[2] = kit_connection(3, "10.0.0.1:50000", "10.0.0.2:50002");
	kit_poll(kit, s, 2);
	kit_poll(kit, s + 1, 1); /* closed */
	kit_poll(kit, s + 1, 2);
	assert_true(kit_value(kit, connections, "default/in/50000/ipv4") == 2);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/50000/ipv4") == 0);
	kit_poll(kit, s + 2, 1);
	kit_poll(kit, NULL, 0);
	s[1] = kit_connection(4, "10.0.0.1:50000", "10.0.0.2:50003");
	kit_poll(kit, s + 1, 1);
	/* The port is still one that was listened on. */
	assert_true(kit_value(kit, connections, "default/unknown/50000/ipv4") == 1);
	kit_free(kit);
}

static void listeners_stand_before_their_connections(void **state)
{
	struct skstat_sample s[3];
	struct kit *kit = kit_new(NULL);

	(void)state;
	/* two that share a port */
	s[0] = kit_listener(1, "10.0.0.1:80");
	s[1] = kit_listener(2, "10.0.0.1:80");
	s[0].listen.accept_queue = 3;
	s[1].listen.accept_queue = 4;
	s[0].listen.accept_limit = s[1].listen.accept_limit = 128;
	s[0].listen.syn_queue = 9;
	s[1].memory.drops = 100;
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, connections, "default/in/80/ipv4") == 0);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "default/in/80/ipv4") == 0);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/80/ipv4") == 2);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue", "default/in/80/ipv4") == 7);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/80/ipv4") == 256);
	assert_true(kit_value(kit, "skstat_tcp_syn_queue", "default/in/80/ipv4") == 9);
	assert_true(kit_value(kit, "skstat_tcp_listen_drops", "default/in/80/ipv4") == 0);
	/* a delta that brings one of them leaves the other's part as it is */
	s[1].listen.accept_queue = 1;
	s[1].memory.drops = 103;
	kit_begin(kit, false);
	kit_put(kit, &s[1]);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue", "default/in/80/ipv4") == 4);
	assert_true(kit_value(kit, "skstat_tcp_listen_drops", "default/in/80/ipv4") == 3);
	assert_true(kit_value(kit, "skstat_tcp_dropped_segments", "default/in/80/ipv4") == 0);
	/* a new one drops from 0 */
	s[2] = kit_listener(3, "10.0.0.1:80");
	s[2].memory.drops = 5;
	kit_poll(kit, s + 1, 2);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue", "default/in/80/ipv4") == 1);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/80/ipv4") == 128);
	assert_true(kit_value(kit, "skstat_tcp_listen_drops", "default/in/80/ipv4") == 8);
	assert_int_equal(skstat_self_get(&kit->self, model_tracked), 0);
	kit_free(kit);
}

static void past_the_limit_other_grows(void **state)
{
	const struct skstat_model_config two = { KIT_VIEW(2, 10 * KIT_SECOND, .labels = KIT_LABELS) };
	struct kit *kit = kit_new(&two);
	struct skstat_sample s[4];

	(void)state;
	s[0] = kit_listener(1, "10.0.0.1:80");
	s[1] = kit_connection(2, "10.0.0.1:40000", "10.0.0.2:443");
	kit_poll(kit, s, 2);
	assert_null(kit_series(kit, connections, "default/other/other/other"));
	s[2] = kit_connection(3, "10.0.0.1:40000", "10.0.0.2:22");
	s[2].traffic.bytes_sent = 10;
	s[3] = kit_listener(4, "10.0.0.1:81");
	kit_poll(kit, s, 4);
	assert_true(kit_value(kit, connections, "default/other/other/other") == 1);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/other/other/other") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "default/other/other/other") == 10);
	assert_true(kit_value(kit, "skstat_view_folded", "default") == 2);
	assert_true(kit_value(kit, "skstat_view_groups", "default") == 2);
	/* A place that becomes free is for who comes next; nobody moves, and other stays. */
	for (int i = 0; i < 12; i++)
		kit_poll(kit, s + 1, 2);
	assert_null(kit_series(kit, connections, "default/in/80/ipv4"));
	s[3] = kit_connection(5, "10.0.0.1:40001", "10.0.0.2:22");
	kit_poll(kit, s + 1, 3);
	s[2].traffic.bytes_sent = 15;
	kit_poll(kit, s + 1, 3);
	assert_true(kit_value(kit, connections, "default/out/22/ipv4") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "default/out/22/ipv4") == 0);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "default/other/other/other") == 15);
	for (int i = 0; i < 12; i++)
		kit_poll(kit, NULL, 0);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "default/other/other/other") == 15);
	assert_true(kit_value(kit, "skstat_view_folded", "default") == 2);
	assert_true(kit_value(kit, "skstat_view_groups", "default") == 0);
	kit_free(kit);
}

static void a_group_goes_after_its_ttl(void **state)
{
	const struct skstat_model_config ten = { KIT_VIEW(9, 10 * KIT_SECOND, .labels = KIT_LABELS) };
	struct skstat_sample s[2] = { kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443"),
				      kit_listener(2, "10.0.0.1:80") };
	struct kit *kit = kit_new(&ten);

	(void)state;
	/* an idle socket keeps it, or a listener to which nobody comes */
	for (int i = 0; i < 20; i++)
		kit_poll(kit, s, 2);
	assert_true(kit_value(kit, connections, "default/out/443/ipv4") == 1);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/80/ipv4") == 1);
	for (int i = 0; i < 10; i++) {
		kit_poll(kit, NULL, 0);
		assert_true(kit_value(kit, connections, "default/out/443/ipv4") == 0);
	}
	kit_poll(kit, NULL, 0);
	assert_null(kit_series(kit, connections, "default/out/443/ipv4"));
	kit_free(kit);
}

static const struct skstat_distribution *distribution(struct kit *kit, const char *name)
{
	const struct skstat_series *series = kit_series(kit, name, "default/out/443/ipv4");

	assert_non_null(series);
	assert_int_equal(series->distribution.edges, 12);
	return &series->distribution;
}

static void who_is_observed(void **state)
{
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");
	struct kit *kit = kit_new(NULL);

	(void)state;
	s.tcp.rtt = 8 * 20000;
	s.tcp.snd_cwnd = 10;
	/* no baseline, */
	s.traffic.wqueue = 5;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 0);
	/* nobody who is idle, */
	s.traffic.wqueue = 0;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 0);
	/* who holds a queue, */
	s.traffic.wqueue = 1000;
	kit_poll(kit, &s, 1);
	s.traffic.wqueue = 0;
	s.traffic.rqueue = 1;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 2);
	/* who sent or received, */
	s.traffic.rqueue = 0;
	s.traffic.segs_in = 1;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 3);
	/* who is another connection, and who is new. */
	s.identity.sport = 40001;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 4);
	s.identity.cookie = 2;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 5);
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 5);
	assert_true(kit_sum(kit, "skstat_tcp_cwnd_segments") == 5);
	assert_true(kit_sum(kit, "skstat_tcp_send_queue_bytes") == 5);
	/* min_rtt is all ones: not measured */
	assert_true(kit_sum(kit, "skstat_tcp_min_rtt_seconds") == 0);
	assert_true(distribution(kit, "skstat_tcp_rtt_seconds")->sum == 5 * 0.02);
	assert_true(distribution(kit, "skstat_tcp_send_queue_bytes")->sum == 1000);
	kit_free(kit);
}

/* Upper edges are inclusive, in base units, whatever the raw ones are. */
static void edges_are_exact(void **state)
{
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");

	(void)state;
	for (int e = 0; e < 12; e++) {
		struct kit *kit = kit_new(NULL);
		double rtt, min_rtt, cwnd, queue;

		kit_poll(kit, &s, 1);
		rtt = distribution(kit, "skstat_tcp_rtt_seconds")->edge[e];
		min_rtt = distribution(kit, "skstat_tcp_min_rtt_seconds")->edge[e];
		cwnd = distribution(kit, "skstat_tcp_cwnd_segments")->edge[e];
		queue = distribution(kit, "skstat_tcp_send_queue_bytes")->edge[e];
		for (uint32_t above = 0; above < 2; above++) {
			s.tcp.rtt = (uint32_t)(rtt * 8e6 + 0.5) + above;
			s.tcp.min_rtt = (uint32_t)(min_rtt * 1e6 + 0.5) + above;
			s.tcp.snd_cwnd = (uint32_t)cwnd + above;
			s.traffic.wqueue = (uint32_t)queue + above;
			kit_poll(kit, &s, 1);
			assert_int_equal(distribution(kit, "skstat_tcp_rtt_seconds")->count[e + (int)above], 1);
			assert_int_equal(distribution(kit, "skstat_tcp_min_rtt_seconds")->count[e + (int)above], 1);
			assert_int_equal(distribution(kit, "skstat_tcp_cwnd_segments")->count[e + (int)above], 1);
			assert_int_equal(distribution(kit, "skstat_tcp_send_queue_bytes")->count[e + (int)above], 1);
			assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == above + 1);
		}
		s.traffic.wqueue = 0;
		kit_free(kit);
	}
}

static void the_highest_bucket(void **state)
{
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit_poll(kit, &s, 1);
	s.tcp.rtt = UINT32_MAX;
	s.tcp.snd_cwnd = 0;
	s.traffic.wqueue = UINT32_MAX;
	kit_poll(kit, &s, 1);
	assert_int_equal(distribution(kit, "skstat_tcp_rtt_seconds")->count[12], 1);
	assert_int_equal(distribution(kit, "skstat_tcp_cwnd_segments")->count[0], 1);
	assert_int_equal(distribution(kit, "skstat_tcp_send_queue_bytes")->count[12], 1);
	assert_int_equal(distribution(kit, "skstat_tcp_receive_queue_bytes")->count[0], 1);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direction_goes_by_the_best_evidence),
		cmocka_unit_test(listeners_match),
		cmocka_unit_test(a_closed_listener_is_remembered),
		cmocka_unit_test(listeners_stand_before_their_connections),
		cmocka_unit_test(past_the_limit_other_grows),
		cmocka_unit_test(a_group_goes_after_its_ttl),
		cmocka_unit_test(who_is_observed),
		cmocka_unit_test(edges_are_exact),
		cmocka_unit_test(the_highest_bucket),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_view", tests, NULL, NULL);
}
