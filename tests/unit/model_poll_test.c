// SPDX-License-Identifier: GPL-2.0
/* Polls: what is baseline, what is gone, and what becomes of it all when the source is another one. */
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

static struct skstat_sample numbered(uint64_t cookie, uint64_t bytes)
{
	struct skstat_sample s = kit_connection(cookie, "10.0.0.1:40000", "10.0.0.2:443");

	s.identity.sport = (uint16_t)(32768 + cookie);
	s.traffic.bytes_sent = bytes;
	return s;
}

static double sent(struct kit *kit)
{
	return kit_sum(kit, "skstat_tcp_sent_bytes");
}

static uint64_t tracked(const struct kit *kit)
{
	return skstat_self_get(&kit->self, model_tracked);
}

/* One sample in a poll that ends as told. */
static void poll_one(struct kit *kit, const struct skstat_sample *s, bool full, bool complete, bool partial)
{
	kit_begin(kit, full);
	if (s)
		kit_put(kit, s);
	kit_end(kit, complete, partial);
}

static void a_thousand_that_were_there(void **state)
{
	struct kit *kit = kit_new(NULL);

	(void)state;
	for (int poll = 0; poll < 3; poll++) {
		kit_begin(kit, true);
		for (uint64_t i = 1; i <= 1000; i++) {
			struct skstat_sample s = numbered(i, 1000000 * i + (uint64_t)poll * i);

			kit_put(kit, &s);
		}
		kit_end(kit, true, false);
		assert_true(sent(kit) == poll * 500500.0);
	}
	assert_int_equal(skstat_self_get(&kit->self, model_baseline), 1000);
	assert_int_equal(skstat_self_get(&kit->self, model_updated), 2000);
	assert_int_equal(tracked(kit), 1000);
	kit_free(kit);
}

/* Until a full walk has been complete, nothing is known to be new; a delta is none, nor is one cut short. */
static void baseline_until_complete(void **state)
{
	static const struct {
		bool full, complete, partial;
	} ends[] = { { true, true, true }, { true, false, false }, { false, true, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct skstat_sample s = numbered(1, 500);
		struct kit *kit = kit_new(NULL);

		poll_one(kit, NULL, ends[i].full, ends[i].complete, ends[i].partial);
		assert_false(skstat_model_ready(kit->model));
		poll_one(kit, &s, ends[i].full, ends[i].complete, ends[i].partial);
		assert_true(sent(kit) == 0);
		s.traffic.bytes_sent = 600;
		poll_one(kit, &s, true, true, false);
		assert_true(skstat_model_ready(kit->model));
		assert_true(sent(kit) == 100);
		s = numbered(2, 40);
		poll_one(kit, &s, false, true, false);
		assert_true(sent(kit) == 140);
		assert_int_equal(skstat_self_get(&kit->self, model_baseline), 1);
		assert_int_equal(skstat_self_get(&kit->self, model_new), 1);
		kit_free(kit);
	}
}

static void only_a_complete_full_walk_removes(void **state)
{
	struct skstat_sample s = numbered(1, 0);
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit_poll(kit, &s, 1);
	poll_one(kit, NULL, true, true, true);
	poll_one(kit, NULL, true, false, false);
	poll_one(kit, NULL, false, true, false);
	assert_int_equal(tracked(kit), 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 1);
	s.traffic.bytes_sent = 9;
	poll_one(kit, &s, true, true, true);
	assert_true(sent(kit) == 9);
	poll_one(kit, NULL, true, true, false);
	assert_int_equal(tracked(kit), 0);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 0);
	assert_true(sent(kit) == 9);
	kit_free(kit);
}

/* A source that may miss a socket has to miss it twice in a row; what it missed goes on, and is not new. */
static void an_inexact_source_misses_twice(void **state)
{
	struct skstat_sample s = numbered(1, 100);
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit->poll.exactly_once = false;
	kit_poll(kit, &s, 1);
	kit_poll(kit, NULL, 0);
	s.traffic.bytes_sent = 130;
	kit_poll(kit, &s, 1);
	assert_true(sent(kit) == 30);
	kit_poll(kit, NULL, 0);
	poll_one(kit, NULL, true, true, true);
	assert_int_equal(tracked(kit), 1);
	kit_poll(kit, NULL, 0);
	assert_int_equal(tracked(kit), 0);
	kit_free(kit);
}

/* A poll that is never ended has broken off. */
static void begun_twice(void **state)
{
	struct skstat_sample s = numbered(1, 100);
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit_begin(kit, true);
	kit_put(kit, &s);
	kit_begin(kit, true);
	s.traffic.bytes_sent = 101;
	kit_put(kit, &s);
	kit_end(kit, true, false);
	assert_true(sent(kit) == 1);
	kit_free(kit);
}

/* The module is loaded anew: cookies are the kernel's. Ids of namespaces begin again, in another order. */
static void module_reload(void **state)
{
	struct skstat_sample s[5];
	struct kit *kit = kit_new(NULL);

	(void)state;
	s[0] = numbered(1, 100);
	s[1] = kit_listener(2, "10.0.0.1:50000");
	s[1].identity.netns = 2;
	s[2] = kit_connection(3, "10.0.0.1:50000", "10.0.0.2:50001");
	s[2].identity.netns = 2;
	s[3] = kit_netns(1, 4001, 10);
	s[4] = kit_netns(2, 4002, 20);
	kit_poll(kit, s, 5);
	assert_true(kit_value(kit, "skstat_tcp_sockets", "4002/established") == 20);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/in/50000/ipv4") == 1);

	kit->poll.instance = 2;
	s[0].traffic.bytes_sent = 150;
	/* the listener has gone meanwhile; another child of it came, and one to the same port in the other namespace */
	s[1] = kit_connection(4, "10.0.0.1:50000", "10.0.0.2:50002");
	s[1].identity.netns = 1;
	s[1].traffic.bytes_sent = 7;
	s[2].identity.netns = 1;
	s[3] = kit_netns(2, 4001, 11);
	s[4] = kit_netns(1, 4002, 21);
	kit_poll(kit, s, 5);
	s[0].traffic.bytes_sent = 160;
	kit_poll(kit, s, 5);
	assert_true(sent(kit) == 67);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/in/50000/ipv4") == 2);
	assert_true(kit_value(kit, "skstat_tcp_sockets", "4001/established") == 11);
	assert_true(kit_value(kit, "skstat_tcp_sockets", "4002/established") == 21);
	assert_int_equal(skstat_self_get(&kit->self, gaps), 1);
	assert_int_equal(skstat_self_get(&kit->self, model_baseline), 2);
	assert_int_equal(skstat_self_get(&kit->self, model_removed), 0);
	kit_free(kit);
}

/* A listener that lives through it is found by its new id, also if its namespace was not named before. */
static void a_listener_lives_through_a_reload(void **state)
{
	struct skstat_sample s[2];
	struct kit *kit = kit_new(NULL);

	(void)state;
	s[0] = kit_listener(1, "10.0.0.1:50000");
	s[0].identity.netns = 5;
	kit_poll(kit, s, 1);
	kit->poll.instance = 2;
	s[0].identity.netns = 3;
	s[1] = kit_connection(2, "10.0.0.1:50000", "10.0.0.2:50001");
	s[1].identity.netns = 3;
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/in/50000/ipv4") == 1);
	kit_poll(kit, NULL, 0);
	kit_free(kit);
}

/* From the module to inet_diag: nothing is known any more, and nothing goes backwards. */
static void another_kind_of_source(void **state)
{
	struct skstat_sample s[2];
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit->poll.hz = 250;
	s[0] = numbered(1, 100);
	s[1] = kit_listener(2, "10.0.0.1:80");
	s[1].listen.accept_limit = 5;
	kit_poll(kit, s, 2);
	s[0].traffic.bytes_sent = 150;
	s[0].tcp.busy_time = 500;
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 2);

	kit->poll.instance = 2;
	kit->poll.hz = 1000;
	kit->poll.exactly_once = false;
	s[0].traffic.bytes_sent = 180;
	s[0].tcp.busy_time = 2500;
	kit_poll(kit, s, 2);
	assert_true(sent(kit) == 50);
	assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 2);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 1);
	assert_true(kit_value(kit, "skstat_tcp_accept_queue_limit", "default/in/80/ipv4") == 5);
	s[0].traffic.bytes_sent = 181;
	s[0].tcp.busy_time = 2600;
	kit_poll(kit, s, 2);
	assert_true(sent(kit) == 51);
	assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 2.1);
	assert_int_equal(skstat_self_get(&kit->self, gaps), 1);
	assert_int_equal(skstat_self_get(&kit->self, model_baseline), 2);
	assert_int_equal(tracked(kit), 1);
	kit_free(kit);
}

/* Whatever comes, nothing breaks. */
static void strange_records(void **state)
{
	struct skstat_sample s;
	struct kit *kit = kit_new(NULL);

	(void)state;
	s = numbered(0, 1);
	s.identity.netns = 0;
	s.identity.state = 200;
	s.identity.family = 77;
	kit_begin(kit, true);
	kit_put(kit, &s);
	kit_put(kit, &s);
	s = kit_listener(UINT64_MAX, "[::]:0");
	s.identity.netns = UINT64_MAX;
	kit_put(kit, &s);
	s = kit_netns(0, 0, 0);
	kit_put(kit, &s);
	s = kit_netns(UINT64_MAX, UINT32_MAX, UINT32_MAX);
	kit_put(kit, &s);
	kit_put(kit, &s);
	s.kind = __SKSTAT_KIND_MAX;
	kit_put(kit, &s);
	kit_end(kit, true, false);
	kit->poll.instance = 0;
	kit->poll.hz = 0;
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_busy_seconds") == 0);
	kit_free(kit);
}

static void what_to_ask_for(void **state)
{
	struct kit *kit = kit_new(NULL);
	uint32_t groups = skstat_model_groups(kit->model);

	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		if (skstat_fields[i].shown && skstat_groups[skstat_fields[i].group].kinds & 1u << SKSTAT_KIND_FULL)
			assert_true(groups & 1u << skstat_fields[i].group);
	/* Which only the journal brings. */
	assert_false(groups & 1u << SKSTAT_GROUP_EVENT);
	/* Which comes unasked, and is refused when it is asked for. */
	assert_false(groups & 1u << SKSTAT_GROUP_NETNS);
	assert_false(groups & 1u << SKSTAT_GROUP_CONGESTION);
	assert_false(groups & 1u << SKSTAT_GROUP_OWNER);
	assert_false(skstat_model_ready(kit->model));
	kit_free(kit);
	skstat_model_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_that_were_there),
		cmocka_unit_test(baseline_until_complete),
		cmocka_unit_test(only_a_complete_full_walk_removes),
		cmocka_unit_test(an_inexact_source_misses_twice),
		cmocka_unit_test(begun_twice),
		cmocka_unit_test(module_reload),
		cmocka_unit_test(a_listener_lives_through_a_reload),
		cmocka_unit_test(another_kind_of_source),
		cmocka_unit_test(strange_records),
		cmocka_unit_test(what_to_ask_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_poll", tests, NULL, NULL);
}
