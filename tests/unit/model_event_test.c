// SPDX-License-Identifier: GPL-2.0
/* Events: each way in which walk, open and close can follow each other, by hand. */
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
#define MS UINT64_C(1000000)

static const char *const sent = "skstat_tcp_sent_bytes";
static const char *const connections = "skstat_tcp_connections";

/* A kit with a journal, after a full walk that found `count` samples. */
static struct kit *journal_kit(const struct skstat_sample *sample, size_t count)
{
	struct kit *kit = kit_new(NULL);

	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_poll(kit, sample, count);
	return kit;
}

static struct skstat_sample client(uint64_t cookie, uint64_t bytes)
{
	struct skstat_sample s = kit_connection(cookie, "10.0.0.1:40000", "10.0.0.2:443");

	s.traffic.bytes_sent = bytes;
	s.traffic.segs_out = (uint32_t)(bytes / 10);
	return s;
}

static void put_event(struct kit *kit, struct skstat_sample sample, enum skstat_kind kind, uint8_t how,
		      uint64_t time_ns)
{
	kit_event(&sample, kind, how, time_ns);
	assert_int_equal(skstat_model_event(&sample, kit->model), 0);
}

/* An outgoing connection opens; closes, after having been open since `begin_ns` (0: it does not know). */
static void put_opened(struct kit *kit, struct skstat_sample sample, uint64_t time_ns)
{
	sample.event.event_direction = SKSTAT_EVENT_OUT;
	kit_event(&sample, SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, time_ns);
	sample.event.event_direction = SKSTAT_EVENT_OUT;
	sample.event.event_flags = SKSTAT_EVENT_HAS_CONNECT;
	sample.event.connect_latency = 5 * MS;
	assert_int_equal(skstat_model_event(&sample, kit->model), 0);
}

static void put_closed(struct kit *kit, struct skstat_sample sample, uint64_t begin_ns, uint64_t time_ns)
{
	kit_event(&sample, SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, time_ns);
	sample.event.event_direction = SKSTAT_EVENT_OUT;
	sample.event.event_flags = begin_ns ? SKSTAT_EVENT_HAS_DURATION : SKSTAT_EVENT_OLD;
	sample.event.duration = begin_ns ? time_ns - begin_ns : 0;
	assert_int_equal(skstat_model_event(&sample, kit->model), 0);
}

/* The poll is seen on the page only when it is over. */
static void look(struct kit *kit)
{
	if (kit->set)
		skstat_families_free(kit->set);
	kit->set = NULL;
}

static uint64_t tracked(const struct kit *kit)
{
	return skstat_self_get(&kit->self, model_tracked);
}

/* --- one connection */

static void an_event_before_any_walk(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 0);

	(void)state;
	/* between two polls; ports alone would say `in` */
	s.identity.sport = 80;
	s.identity.dport = 50000;
	put_opened(kit, s, kit->poll.now_ns + 1);
	look(kit);
	assert_true(kit_value(kit, connections, "default/out/ephemeral/ipv4") == 1);
	assert_true(kit_value(kit, "skstat_tcp_opened_connections", "default/out/ephemeral/ipv4/handshake") == 1);
	assert_true(kit_value(kit, "skstat_tcp_opened_connections", "default/out/ephemeral/ipv4/repair") == 0);
	assert_true(kit_sum(kit, "skstat_tcp_connect_seconds") == 1);
	assert_true(kit_series(kit, "skstat_tcp_connect_seconds", "default/out/ephemeral/ipv4")->distribution.sum ==
		    0.005);
	s.traffic.bytes_sent = 700;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, sent, "default/out/ephemeral/ipv4") == 700);
	s.traffic.bytes_sent = 800;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, sent, "default/out/ephemeral/ipv4") == 800);
	assert_int_equal(skstat_self_get(&kit->self, model_announced), 1);
	assert_int_equal(skstat_self_get(&kit->self, model_updated), 2);
	assert_int_equal(skstat_self_get(&kit->self, model_unannounced), 0);
	kit_free(kit);
}

static void a_walk_before_the_event(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 500);

	(void)state;
	s.identity.sport = 80;
	s.identity.dport = 50000;
	kit_begin(kit, true);
	kit_put(kit, &s);
	/* it opened before the walk, or while that was under way */
	put_opened(kit, s, kit->poll.now_ns - 1);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, sent, "default/out/ephemeral/ipv4") == 500);
	kit_begin(kit, true);
	kit_put(kit, &s);
	s.identity.cookie = 2;
	kit_put(kit, &s);
	put_opened(kit, s, kit->poll.now_ns + 1);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, sent, "default/out/ephemeral/ipv4") == 1000);
	assert_true(kit_sum(kit, "skstat_tcp_opened_connections") == 2);
	assert_int_equal(skstat_self_get(&kit->self, model_unannounced), 0);
	kit_free(kit);
}

/* The module writes an event before the kernel writes the state; a walk may come between, and finds the older one. */
static void a_state_before_its_event(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 0);
	uint64_t opened_ns = kit->poll.now_ns + 1;

	(void)state;
	put_opened(kit, s, opened_ns);
	s.identity.state = TCP_SYN_SENT;
	s.traffic.delivered = 1;
	s.traffic.bytes_sent = 300;
	kit_poll(kit, &s, 1);
	s.identity.state = TCP_ESTABLISHED;
	s.traffic.bytes_sent = 400;
	kit_poll(kit, &s, 1);
	s.traffic.bytes_sent = 700;
	kit_begin(kit, false);
	put_closed(kit, s, opened_ns, kit->poll.now_ns + 1);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, sent, OUT) == 700);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	assert_int_equal(tracked(kit), 0);
	kit_free(kit);
}

/* The same of a connection that the walk sees for the first time, and the journal told of before it did. */
static void an_event_before_its_state(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 0);
	uint64_t opened_ns;

	(void)state;
	s.identity.state = TCP_SYN_SENT;
	s.traffic.delivered = s.traffic.segs_out = 1;
	kit_begin(kit, true);
	opened_ns = kit->poll.now_ns - 1;
	kit_put(kit, &s);
	put_opened(kit, s, opened_ns);
	kit_end(kit, true, false);
	s.identity.state = TCP_ESTABLISHED;
	s.traffic.bytes_sent = 700;
	kit_begin(kit, false);
	put_closed(kit, s, opened_ns, kit->poll.now_ns + 1);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, sent, OUT) == 700);
	assert_int_equal(skstat_self_get(&kit->self, closes_older), 0);
	assert_int_equal(tracked(kit), 0);
	kit_free(kit);
}

/* And of one that the journal tells of only when that walk is over. */
static void an_event_after_its_walk(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 0);
	uint64_t opened_ns;

	(void)state;
	s.identity.state = TCP_SYN_SENT;
	s.traffic.delivered = s.traffic.segs_out = 1;
	kit_poll(kit, &s, 1);
	kit_begin(kit, false);
	opened_ns = kit->poll.now_ns - 1;
	put_opened(kit, s, opened_ns);
	s.identity.state = TCP_ESTABLISHED;
	s.traffic.bytes_sent = 700;
	put_closed(kit, s, opened_ns, kit->poll.now_ns + 1);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, sent, OUT) == 700);
	assert_true(kit_sum(kit, "skstat_tcp_sent_segments") == 1);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	assert_int_equal(skstat_self_get(&kit->self, model_unannounced), 0);
	assert_int_equal(tracked(kit), 0);
	kit_free(kit);
}

/* SYNs that crossed: walks see SYN_RECV before the journal tells that it opened. It is one connection all the same. */
static void seen_in_syn_recv(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 0);

	(void)state;
	s.identity.state = TCP_SYN_SENT;
	s.traffic.segs_out = 1;
	kit_poll(kit, &s, 1);
	s.identity.state = TCP_SYN_RECV;
	s.traffic.segs_out = 2;
	kit_poll(kit, &s, 1);
	kit_begin(kit, false);
	put_opened(kit, s, kit->poll.now_ns + 1);
	kit_end(kit, true, false);
	s.identity.state = TCP_ESTABLISHED;
	s.traffic.bytes_sent = 300;
	s.traffic.segs_out = 3;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, sent, OUT) == 300);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	assert_int_equal(tracked(kit), 1);
	kit_free(kit);
}

/* Opened and closed between two polls: all of it is in the close. In the other order, too. */
static void a_short_one(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct kit *kit = journal_kit(NULL, 0);
		uint64_t open_ns = kit->poll.now_ns + 1, close_ns = open_ns + 20 * MS;
		struct skstat_sample s = client(1, 0), closed;

		closed = s;
		closed.traffic.bytes_sent = 1300;
		closed.traffic.bytes_retrans = 300;
		closed.traffic.bytes_received = 51;
		closed.traffic.segs_out = 9;
		closed.tcp.fin_received = 1;
		closed.tcp.rtt = 8 * 2000;
		closed.tcp.min_rtt = 1500;
		closed.tcp.snd_cwnd = 10;
		closed.traffic.wqueue = 77;
		kit_begin(kit, false);
		if (order == 0)
			put_opened(kit, s, open_ns);
		put_closed(kit, closed, open_ns, close_ns);
		if (order == 1)
			put_opened(kit, s, open_ns);
		kit_end(kit, true, false);
		assert_true(kit_value(kit, sent, OUT) == 1300);
		assert_true(kit_value(kit, "skstat_tcp_received_bytes", OUT) == 50);
		assert_true(kit_value(kit, connections, OUT) == 0);
		assert_int_equal(tracked(kit), 0);
		assert_true(kit_value(kit, "skstat_tcp_opened_connections", OUT "/handshake") == 1);
		assert_true(kit_value(kit, "skstat_tcp_closed_connections", OUT "/fin_local") == 1);
		assert_true(kit_sum(kit, "skstat_tcp_closed_connections") == 1);
		assert_true(kit_series(kit, "skstat_tcp_duration_seconds", OUT)->distribution.sum == 0.02);
		assert_true(kit_series(kit, "skstat_tcp_connection_sent_bytes", OUT)->distribution.sum == 1000);
		assert_true(kit_series(kit, "skstat_tcp_connection_received_bytes", OUT)->distribution.sum == 50);
		/* none came, or it was not seen */
		assert_true(kit_sum(kit, "skstat_tcp_first_byte_seconds") == 0);
		assert_true(kit_series(kit, "skstat_tcp_rtt_seconds", OUT)->distribution.sum == 0.002);
		assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 1);
		assert_true(kit_sum(kit, "skstat_tcp_cwnd_segments") == 1);
		assert_true(kit_sum(kit, "skstat_tcp_min_rtt_seconds") == 1);
		/* of a queue nothing is left to be said */
		assert_true(kit_sum(kit, "skstat_tcp_send_queue_bytes") == 0);
		assert_int_equal(skstat_self_get(&kit->self, closes_known), order == 0);
		assert_int_equal(skstat_self_get(&kit->self, closes_unseen), order == 1);
		assert_int_equal(skstat_self_get(&kit->self, model_tombstones), 1);
		/* nothing is made of it later */
		kit_poll(kit, NULL, 0);
		kit_poll(kit, NULL, 0);
		assert_int_equal(skstat_self_get(&kit->self, model_tombstones), 0);
		assert_true(kit_sum(kit, sent) == 1300);
		kit_free(kit);
	}
}

static void a_close_between_walks(void **state)
{
	struct skstat_sample s = client(1, 100);
	struct kit *kit = journal_kit(NULL, 0);

	(void)state;
	kit_poll(kit, &s, 1);
	s.traffic.bytes_sent = 150;
	s.traffic.segs_out += 3;
	s.tcp.rtt = 80;
	put_closed(kit, s, kit->poll.now_ns - 1, kit->poll.now_ns + 1);
	look(kit);
	assert_true(kit_value(kit, sent, OUT) == 150);
	assert_true(kit_value(kit, connections, OUT) == 0);
	/* once by the walk, without a figure; once by the close */
	assert_true(kit_sum(kit, "skstat_tcp_cwnd_segments") == 2);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 1);
	kit_poll(kit, NULL, 0);
	assert_int_equal(tracked(kit), 0);
	assert_int_equal(skstat_self_get(&kit->self, closes_known), 1);
	kit_free(kit);
}

/* Nothing moved since it was looked at: it is not looked at once more. */
static void a_close_without_a_move(void **state)
{
	struct skstat_sample s = client(1, 100);
	struct kit *kit = journal_kit(NULL, 0);

	(void)state;
	s.tcp.rtt = 80;
	kit_poll(kit, &s, 1);
	put_closed(kit, s, kit->poll.now_ns - 1, kit->poll.now_ns + 1);
	look(kit);
	assert_true(kit_sum(kit, "skstat_tcp_rtt_seconds") == 1);
	kit_free(kit);
}

/* The walk brings it, and before the poll is over it closes: as a newcomer, too, which has no group yet. */
static void a_close_during_the_walk(void **state)
{
	(void)state;
	for (int told = 0; told < 2; told++) {
		struct skstat_sample s = client(1, 100);
		struct kit *kit = journal_kit(NULL, 0);

		s.identity.sport = 80;
		s.identity.dport = 50000;
		kit_begin(kit, true);
		kit_put(kit, &s);
		if (told)
			put_opened(kit, s, kit->poll.now_ns - 5);
		s.traffic.bytes_sent = 170;
		put_closed(kit, s, kit->poll.now_ns - 5, kit->poll.now_ns + 5);
		kit_end(kit, true, false);
		assert_true(kit_value(kit, sent, "default/out/ephemeral/ipv4") == 170);
		assert_true(kit_sum(kit, "skstat_tcp_opened_connections") == told);
		assert_int_equal(tracked(kit), 0);
		kit_free(kit);
	}
}

/* --- one after another on the same socket */

/*
 * A connection that a walk saw is over, a second one came and went, a third one is there: in whatever order five events
 * come, and whether a walk saw the third, the sum is the same.
 */
static void three_in_a_row(void **state)
{
	(void)state;
	for (int order = 0; order < 3125; order++) {
		int pick[5], left = order;
		bool taken[5] = { false }, valid = true, walked = order % 2;
		struct skstat_sample first = client(1, 1000), second = client(1, 0), third = client(1, 0);
		struct kit *kit;
		uint64_t at;

		for (int i = 0; i < 5; i++, left /= 5) {
			pick[i] = left % 5;
			valid &= !taken[pick[i]];
			taken[pick[i]] = true;
		}
		if (!valid)
			continue;
		second.identity.sport = 40001;
		third.identity.sport = 40002;
		kit = journal_kit(NULL, 0);
		at = kit->poll.now_ns + 1;
		put_opened(kit, first, at);
		kit_poll(kit, &first, 1);
		first.traffic.bytes_sent = 1100;
		first.traffic.segs_out = 200;
		second.traffic.bytes_sent = 5000;
		second.traffic.segs_out = 300;
		third.traffic.bytes_sent = 400;
		kit_begin(kit, true);
		if (walked)
			kit_put(kit, &third);
		for (int i = 0; i < 5; i++) {
			uint64_t base = kit->poll.now_ns - 100 * MS;

			if (pick[i] == 0)
				put_closed(kit, first, at, base);
			else if (pick[i] == 1)
				put_opened(kit, second, base + 10 * MS);
			else if (pick[i] == 2)
				put_closed(kit, second, base + 10 * MS, base + 20 * MS);
			else if (pick[i] == 3)
				put_opened(kit, third, base + 30 * MS);
		}
		kit_end(kit, true, false);
		third.traffic.bytes_sent = 450;
		kit_poll(kit, &third, 1);
		if (kit_sum(kit, sent) != 6550 || kit_sum(kit, connections) != 1 ||
		    kit_sum(kit, "skstat_tcp_opened_connections") != 3 ||
		    kit_sum(kit, "skstat_tcp_closed_connections") != 2)
			fail_msg("order %d%d%d%d%d, walked %d: %g bytes, %g connections", pick[0], pick[1], pick[2],
				 pick[3], pick[4], walked, kit_sum(kit, sent), kit_sum(kit, connections));
		kit_free(kit);
	}
}

/*
 * While a walk goes on, a connection closes and another one opens between the same ends: what the walk saw may be of
 * either, and counts once.
 */
static void either_of_two(void **state)
{
	(void)state;
	for (int second = 0; second < 2; second++) {
		struct kit *kit = journal_kit(NULL, 0);
		struct skstat_sample s = client(1, 50);
		uint64_t start;

		kit_begin(kit, true);
		start = kit->poll.now_ns;
		kit_put(kit, &s);
		skstat_model_walked(kit->model, start + 50 * MS);
		put_opened(kit, s, start + 30 * MS);
		put_opened(kit, s, start - 5 * MS);
		s.traffic.bytes_sent = 80;
		put_closed(kit, s, start - 5 * MS, start + 20 * MS);
		kit_end(kit, true, false);
		/* the second one, of which the walk has seen 50, or nothing */
		s.traffic.bytes_sent = second ? 60 : 30;
		kit_poll(kit, &s, 1);
		assert_true(kit_sum(kit, sent) == 80 + s.traffic.bytes_sent);
		assert_true(kit_sum(kit, connections) == 1);
		kit_free(kit);
	}
}

/* During the very first walk two open one after another; it sees the second, and hears of the first one first. */
static void two_while_the_first_walk_goes_on(void **state)
{
	struct kit *kit = kit_new(NULL);
	struct skstat_sample first = client(1, 0), s = client(1, 40);
	uint64_t start;

	(void)state;
	first.identity.sport = 40001;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_begin(kit, true);
	start = kit->poll.now_ns;
	kit_put(kit, &s);
	skstat_model_walked(kit->model, start + 50 * MS);
	put_opened(kit, first, start + 1 * MS);
	put_opened(kit, s, start + 3 * MS);
	first.traffic.bytes_sent = 7;
	put_closed(kit, first, start + 1 * MS, start + 2 * MS);
	kit_end(kit, true, false);
	assert_true(kit_sum(kit, sent) == 47);
	s.traffic.bytes_sent = 41;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, sent) == 48);
	assert_true(kit_sum(kit, connections) == 1);
	kit_free(kit);
}

/* What tcp_disconnect() leaves alone is the socket's, and is counted once. */
static void busy_time_goes_on(void **state)
{
	(void)state;
	for (int walked = 0; walked < 2; walked++) {
		struct skstat_sample s = client(1, 1000);
		struct kit *kit = journal_kit(NULL, 0);
		uint64_t at = kit->poll.now_ns + 1;

		put_opened(kit, s, at);
		s.tcp.busy_time = 1000;
		if (walked)
			kit_poll(kit, &s, 1);
		s.tcp.busy_time = 1500;
		put_closed(kit, s, at, kit->poll.now_ns + 10);
		s = client(1, 0);
		s.identity.sport = 40001;
		put_opened(kit, s, kit->poll.now_ns + 20);
		s.tcp.busy_time = 1800;
		kit_poll(kit, &s, 1);
		assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 1.8);
		s.tcp.busy_time = 2000;
		put_closed(kit, s, kit->poll.now_ns - 10, kit->poll.now_ns + 10);
		/* and once more, without that it was seen to open */
		s = client(1, 10);
		s.identity.sport = 40002;
		s.tcp.busy_time = 2500;
		put_closed(kit, s, kit->poll.now_ns + 20, kit->poll.now_ns + 30);
		look(kit);
		assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 2.5);
		kit_free(kit);
	}
}

/* The record of one that has closed says nothing, until an OPENED or a full walk has shown that it is another. */
static void records_under_a_tombstone(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 100);

	(void)state;
	put_closed(kit, s, kit->poll.now_ns + 1, kit->poll.now_ns + 10);
	kit_begin(kit, false);
	kit_put(kit, &s);
	kit_end(kit, true, false);
	assert_int_equal(skstat_self_get(&kit->self, model_buried), 1);
	assert_true(kit_sum(kit, sent) == 100);
	/* an OPENED that is younger */
	kit_begin(kit, false);
	s.identity.sport = 40001;
	s.traffic.bytes_sent = 30;
	kit_put(kit, &s);
	put_opened(kit, s, kit->poll.now_ns - 1);
	kit_end(kit, true, false);
	kit_begin(kit, false);
	kit_put(kit, &s);
	kit_end(kit, true, false);
	assert_true(kit_sum(kit, sent) == 130);
	assert_int_equal(skstat_self_get(&kit->self, model_buried), 2);
	/* one whose OPENED was lost: a full walk that began after the close is the last that does not know it */
	put_closed(kit, s, kit->poll.now_ns - 1, kit->poll.now_ns + 10);
	s = client(1, 7);
	s.identity.sport = 40002;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, sent) == 130);
	kit_begin(kit, false);
	kit_put(kit, &s);
	kit_end(kit, true, false);
	assert_true(kit_sum(kit, sent) == 137);
	assert_int_equal(skstat_self_get(&kit->self, model_unannounced), 1);
	kit_free(kit);
}

/* --- what is lost */

static void a_lost_open(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 100), syn = client(2, 0);

	(void)state;
	/* that of a SYN is not due yet */
	syn.identity.state = TCP_SYN_SENT;
	kit_begin(kit, false);
	kit_put(kit, &s);
	kit_put(kit, &syn);
	kit_end(kit, true, false);
	assert_true(kit_sum(kit, sent) == 100);
	assert_int_equal(skstat_self_get(&kit->self, model_unannounced), 1);
	s.traffic.bytes_sent = 110;
	put_closed(kit, s, 0, kit->poll.now_ns + 10);
	look(kit);
	assert_true(kit_sum(kit, sent) == 110);
	kit_free(kit);
}

static void a_lost_close(void **state)
{
	(void)state;
	for (int known = 0; known < 2; known++) {
		struct skstat_sample s[2] = { client(1, 100), client(2, 0) };
		struct kit *kit = journal_kit(s, 1);

		/* The second one opened behind a walk's back. */
		kit_begin(kit, true);
		kit_put(kit, &s[0]);
		put_opened(kit, s[1], kit->poll.now_ns + 1);
		kit_end(kit, true, false);
		/* Two walks have to miss it; or one, if it is known that something was lost. */
		if (known)
			skstat_model_lost(kit->model, 1, false);
		kit_poll(kit, &s[1], 1);
		assert_int_equal(tracked(kit), known ? 1 : 2);
		kit_poll(kit, &s[1], 1);
		assert_int_equal(tracked(kit), 1);
		/* It comes after all: what it counted since nobody knows, and it is not to count whole. */
		s[0].traffic.bytes_sent = 150;
		put_closed(kit, s[0], 0, kit->poll.now_ns + 1);
		look(kit);
		assert_true(kit_sum(kit, sent) == 0);
		assert_true(kit_sum(kit, "skstat_tcp_closed_connections") == 1);
		kit_poll(kit, &s[1], 1);
		/* after another full walk it is only older than all that is known */
		assert_int_equal(skstat_self_get(&kit->self, closes_late), !known);
		assert_int_equal(skstat_self_get(&kit->self, closes_baseline), known);
		kit_free(kit);
	}
}

/* What walks had lost and bring again was there before. */
static void lost_and_found(void **state)
{
	struct skstat_sample s = client(1, 100);
	struct kit *kit = journal_kit(&s, 1);

	(void)state;
	kit_poll(kit, NULL, 0);
	kit_poll(kit, NULL, 0);
	assert_int_equal(tracked(kit), 0);
	s.traffic.bytes_sent = 180;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, sent) == 0);
	s.traffic.bytes_sent = 190;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, sent) == 10);
	kit_free(kit);
}

/* The journal could not be read in two polls: what closed meanwhile is waited for. */
static void the_journal_was_not_read(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 100);

	(void)state;
	kit_begin(kit, true);
	kit_put(kit, &s);
	skstat_model_heard(kit->model);
	kit_end(kit, true, false);
	kit_poll(kit, NULL, 0);
	kit_poll(kit, NULL, 0);
	kit_poll(kit, NULL, 0);
	s.traffic.bytes_sent = 150;
	put_closed(kit, s, kit->poll.now_ns - 4 * KIT_SECOND, kit->poll.now_ns - 1);
	look(kit);
	assert_true(kit_sum(kit, sent) == 150);
	kit_poll(kit, NULL, 0);
	assert_int_equal(skstat_self_get(&kit->self, closes_known), 1);
	kit_free(kit);
}

/* --- before counting begins */

static void a_baseline_connection_closes(void **state)
{
	struct skstat_sample s[2] = { client(1, 1000), client(2, 9000) };
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_begin(kit, true);
	kit_put(kit, &s[0]);
	/* the walk was not there yet when this one closed */
	put_closed(kit, s[1], 0, kit->poll.now_ns + 1);
	kit_end(kit, true, false);
	assert_true(kit_sum(kit, sent) == 0);
	assert_true(kit_sum(kit, "skstat_tcp_closed_connections") == 1);
	assert_int_equal(skstat_self_get(&kit->self, closes_baseline), 1);
	s[0].traffic.bytes_sent = 1010;
	put_closed(kit, s[0], 0, kit->poll.now_ns + 1);
	/* somebody else had held the journal before: it knows when this began, and that was before */
	s[1].identity.cookie = 3;
	put_closed(kit, s[1], kit->poll.journal_ns - 5, kit->poll.now_ns + 1);
	look(kit);
	assert_true(kit_sum(kit, sent) == 10);
	assert_true(kit_sum(kit, "skstat_tcp_closed_connections") == 3);
	kit_poll(kit, NULL, 0);
	assert_int_equal(skstat_self_get(&kit->self, closes_baseline), 2);
	kit_free(kit);
}

/* Opened after the journal was held, and before the first walk was over: it counts from its first byte. */
static void between_hold_and_ready(void **state)
{
	struct skstat_sample s[3] = { client(1, 100), client(2, 200), client(3, 400) };
	struct kit *kit = kit_new(NULL);
	uint64_t at = kit->poll.now_ns + 1;

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_begin(kit, true);
	kit_put(kit, &s[0]);
	kit_put(kit, &s[1]);
	put_opened(kit, s[0], at);
	/* its OPENED comes in a later poll */
	kit_end(kit, false, false);
	assert_true(kit_sum(kit, sent) == 100);
	put_opened(kit, s[1], at);
	put_closed(kit, s[2], at, kit->poll.now_ns);
	look(kit);
	assert_true(kit_sum(kit, sent) == 700);
	kit_free(kit);
}

static void before_the_first_poll(void **state)
{
	struct kit *kit = kit_new(NULL);

	(void)state;
	put_opened(kit, client(1, 0), 1);
	put_closed(kit, client(2, 10), 1, 2);
	kit_poll(kit, NULL, 0);
	assert_true(kit_sum(kit, sent) == 0);
	assert_int_equal(tracked(kit), 0);
	kit_free(kit);
}

/* The module is loaded anew: what opened and closed meanwhile is lost, what lived goes on. */
static void module_reload(void **state)
{
	struct skstat_sample s[2] = { client(1, 100), client(2, 300) };
	struct kit *kit = journal_kit(s, 1);

	(void)state;
	kit->poll.instance = 2;
	kit->poll.journal_ns = kit->poll.now_ns + KIT_SECOND / 2;
	skstat_model_lost(kit->model, 0, true);
	s[0].traffic.bytes_sent = 160;
	kit_poll(kit, s, 2);
	assert_true(kit_sum(kit, sent) == 360);
	assert_int_equal(skstat_self_get(&kit->self, model_unannounced), 1);
	/* neither is known to the module */
	s[0].traffic.bytes_sent = 170;
	s[1].traffic.bytes_sent = 310;
	put_closed(kit, s[0], 0, kit->poll.now_ns + 1);
	put_closed(kit, s[1], 0, kit->poll.now_ns + 1);
	look(kit);
	assert_true(kit_sum(kit, sent) == 380);
	kit_free(kit);
}

/* --- connects that fail, listeners */

static void a_connect_fails(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 0), again = client(1, 0);

	(void)state;
	s.identity.state = again.identity.state = TCP_SYN_SENT;
	kit_poll(kit, &s, 1);
	assert_int_equal(tracked(kit), 1);
	/* a walk has seen the next attempt already */
	again.identity.sport = 40001;
	kit_begin(kit, true);
	kit_put(kit, &again);
	s.event.event_direction = SKSTAT_EVENT_OUT;
	put_event(kit, s, SKSTAT_KIND_FAILED, SKSTAT_FAIL_REFUSED, kit->poll.now_ns - 1);
	kit_end(kit, true, false);
	assert_int_equal(tracked(kit), 1);
	put_event(kit, again, SKSTAT_KIND_FAILED, SKSTAT_FAIL_TIMED_OUT, kit->poll.now_ns + 1);
	look(kit);
	assert_true(kit_value(kit, "skstat_tcp_failed_connections", OUT "/refused") == 1);
	assert_true(kit_value(kit, "skstat_tcp_failed_connections", OUT "/timed_out") == 1);
	assert_true(kit_sum(kit, "skstat_tcp_failed_connections") == 2);
	assert_true(kit_value(kit, connections, OUT) == 0);
	kit_poll(kit, NULL, 0);
	assert_int_equal(tracked(kit), 0);
	kit_free(kit);
}

static void listeners_come_and_go(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample l = kit_listener(1, "10.0.0.1:50000");
	struct skstat_sample s[2] = { kit_connection(2, "10.0.0.1:50000", "10.0.0.2:50001"), l };

	(void)state;
	l.listen.accept_limit = s[1].listen.accept_limit = 128;
	s[1].memory.drops = 4;
	put_event(kit, l, SKSTAT_KIND_LISTEN_STARTED, 0, kit->poll.now_ns + 5);
	put_event(kit, l, SKSTAT_KIND_LISTEN_STARTED, 0, kit->poll.now_ns + 5);
	look(kit);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/50000/ipv4") == 1);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/50000/ipv4") == 128);
	/* a child that no event told of finds it */
	kit_poll(kit, s, 1);
	assert_true(kit_value(kit, connections, "default/in/50000/ipv4") == 1);
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/50000/ipv4") == 1);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/50000/ipv4") == 128);
	assert_true(kit_value(kit, "skstat_tcp_listen_drops", "default/in/50000/ipv4") == 4);
	/* a walk has seen it since: it listens again; then it does not */
	put_event(kit, l, SKSTAT_KIND_LISTEN_STOPPED, 0, kit->poll.now_ns - 5);
	look(kit);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/50000/ipv4") == 1);
	put_event(kit, l, SKSTAT_KIND_LISTEN_STOPPED, 0, kit->poll.now_ns + 5);
	put_event(kit, l, SKSTAT_KIND_LISTEN_STARTED, 0, kit->poll.now_ns + 4);
	look(kit);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/50000/ipv4") == 0);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/50000/ipv4") == 0);
	/* and again; what it dropped in its first time is not counted twice */
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/50000/ipv4") == 1);
	assert_true(kit_value(kit, "skstat_tcp_listen_drops", "default/in/50000/ipv4") == 4);
	/* and becomes a client */
	s[1] = client(1, 0);
	put_event(kit, l, SKSTAT_KIND_LISTEN_STOPPED, 0, kit->poll.now_ns + 5);
	put_opened(kit, s[1], kit->poll.now_ns + 6);
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/50000/ipv4") == 0);
	assert_true(kit_value(kit, connections, OUT) == 1);
	kit_free(kit);
}

/* The direction is the event's, and what is accepted has a port: there was a listener. */
static void a_port_that_was_accepted_on(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = kit_connection(1, "10.0.0.1:50000", "10.0.0.2:443");

	(void)state;
	kit_event(&s, SKSTAT_KIND_OPENED, SKSTAT_OPEN_SYNCOOKIE, kit->poll.now_ns + 1);
	s.event.event_direction = SKSTAT_EVENT_IN;
	assert_int_equal(skstat_model_event(&s, kit->model), 0);
	look(kit);
	assert_true(kit_value(kit, "skstat_tcp_opened_connections", "default/in/50000/ipv4/syncookie") == 1);
	assert_true(kit_value(kit, connections, "default/in/50000/ipv4") == 1);
	/* how long a SYN-ACK took was not measured */
	assert_true(kit_sum(kit, "skstat_tcp_connect_seconds") == 0);
	kit_free(kit);
}

/* --- odd ones */

static void strange_events(void **state)
{
	struct kit *kit = journal_kit(NULL, 0);
	struct skstat_sample s = client(1, 100), bare;

	(void)state;
	put_event(kit, s, SKSTAT_KIND_CLOSED, 200, kit->poll.now_ns + 1);
	put_event(kit, s, SKSTAT_KIND_OPENED, 0, 0);
	put_event(kit, client(1, 0), SKSTAT_KIND_FAILED, UINT8_MAX, UINT64_MAX);
	put_event(kit, kit_listener(2, "[::]:0"), SKSTAT_KIND_LISTEN_STOPPED, 0, 5);
	put_event(kit, kit_listener(UINT64_MAX, "[::]:65535"), SKSTAT_KIND_LISTEN_STARTED, 9, UINT64_MAX);
	assert_int_equal(skstat_model_event(&s, kit->model), 0);
	/* without what the schema promises it moves nothing, but is a close */
	memset(&bare, 0, sizeof(bare));
	bare.kind = SKSTAT_KIND_CLOSED;
	bare.identity.cookie = 9;
	bare.event.duration = UINT64_MAX;
	bare.event.event_flags = UINT32_MAX;
	assert_int_equal(skstat_model_event(&bare, kit->model), 0);
	look(kit);
	assert_true(kit_sum(kit, "skstat_tcp_closed_connections") == 2);
	assert_true(kit_value(kit, "skstat_tcp_closed_connections", OUT "/unknown") == 1);
	assert_true(kit_sum(kit, sent) == 100);
	kit_poll(kit, NULL, 0);
	kit_free(kit);
}

/* Without a journal there is nothing to be said of events. */
static void no_journal_no_families(void **state)
{
	struct skstat_sample s = client(1, 100);
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit_poll(kit, &s, 1);
	assert_null(kit_family(kit, "skstat_tcp_closed_connections"));
	assert_null(kit_family(kit, "skstat_tcp_duration_seconds"));
	kit->poll.journal = true;
	kit_poll(kit, &s, 1);
	/* at 0, before anything happens */
	assert_true(kit_value(kit, "skstat_tcp_closed_connections", OUT "/abort") == 0);
	assert_true(kit_sum(kit, "skstat_tcp_duration_seconds") == 0);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_before_any_walk),
		cmocka_unit_test(a_walk_before_the_event),
		cmocka_unit_test(a_state_before_its_event),
		cmocka_unit_test(an_event_before_its_state),
		cmocka_unit_test(an_event_after_its_walk),
		cmocka_unit_test(seen_in_syn_recv),
		cmocka_unit_test(a_short_one),
		cmocka_unit_test(a_close_between_walks),
		cmocka_unit_test(a_close_without_a_move),
		cmocka_unit_test(a_close_during_the_walk),
		cmocka_unit_test(three_in_a_row),
		cmocka_unit_test(either_of_two),
		cmocka_unit_test(two_while_the_first_walk_goes_on),
		cmocka_unit_test(busy_time_goes_on),
		cmocka_unit_test(records_under_a_tombstone),
		cmocka_unit_test(a_lost_open),
		cmocka_unit_test(a_lost_close),
		cmocka_unit_test(lost_and_found),
		cmocka_unit_test(the_journal_was_not_read),
		cmocka_unit_test(a_baseline_connection_closes),
		cmocka_unit_test(between_hold_and_ready),
		cmocka_unit_test(before_the_first_poll),
		cmocka_unit_test(module_reload),
		cmocka_unit_test(a_connect_fails),
		cmocka_unit_test(listeners_come_and_go),
		cmocka_unit_test(a_port_that_was_accepted_on),
		cmocka_unit_test(strange_events),
		cmocka_unit_test(no_journal_no_families),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_event", tests, NULL, NULL);
}
