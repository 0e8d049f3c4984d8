// SPDX-License-Identifier: GPL-2.0
/* The ledger in the model: when a namespace's book is opened, and what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "ledger_kit.h"
#include "model_kit.h"

#define KERNEL	     "skstat_ledger_kernel_segments"
#define ATTRIBUTED   "skstat_ledger_attributed_segments"
#define UNATTRIBUTED "skstat_ledger_unattributed_segments"
#define RESIDUAL     "skstat_ledger_residual_segments"
#define COVERAGE     "skstat_coverage_ratio"

static const char *name_of(uint32_t inode, void *arg)
{
	static char name[8];

	(void)arg;
	snprintf(name, sizeof(name), "n%u", inode % 100);
	return name;
}

static struct kit *ledger_kit(uint32_t limit)
{
	const struct skstat_model_config config = {
		KIT_VIEW(20, 3600 * KIT_SECOND, .labels = KIT_LABELS), .netns_limit = limit, .netns_name = name_of,
	};
	struct kit *kit = kit_new(&config);

	kit->schema.counter = counts_schema;
	kit->schema.counters = COUNTS;
	return kit;
}

/* A namespace, with one connection, of which every segment is the kernel's. */
struct space {
	uint64_t id;
	uint32_t inode;
	uint32_t sent;	   /* by the connection; 0: there is none */
	uint64_t out_segs; /* of the kernel */
	uint64_t synacks;  /* sent again, as the module counts */
};

static void walk(struct kit *kit, const struct space *space, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct skstat_sample s = kit_connection(1000 + space[i].inode, "10.0.0.1:40000", "10.0.0.2:80");

		s.identity.netns = space[i].id;
		s.traffic.segs_out = space[i].sent;
		s.traffic.delivered = space[i].sent;
		if (space[i].sent)
			kit_put(kit, &s);
	}
	for (size_t i = 0; i < count; i++) {
		struct skstat_sample s = kit_netns(space[i].id, space[i].inode, 1);

		kit_put(kit, &s);
	}
}

static void mib(struct kit *kit, const struct space *space, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct counts counts = { 0 };
		struct skstat_mib mib = counts_mib(&counts, true);

		counts.OUT_SEGS = counts.DELIVERED = space[i].out_segs;
		counts.SYNACK_RETRANS = space[i].synacks;
		mib.netns = space[i].id;
		mib.inode = space[i].inode;
		assert_int_equal(skstat_model_mib(&mib, kit->model), 0);
	}
}

static void poll(struct kit *kit, const struct space *space, size_t count)
{
	kit_begin(kit, true);
	walk(kit, space, count);
	kit_end(kit, true, false);
	mib(kit, space, count);
}

static void sent_is(struct kit *kit, const char *netns, double kernel, double attributed)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "%s/sent", netns);
	assert_true(kit_value(kit, KERNEL, labels) == kernel);
	assert_true(kit_value(kit, ATTRIBUTED, labels) == attributed);
	assert_true(kit_value(kit, RESIDUAL, labels) == kernel - attributed);
}

static void all_begins_with_the_first_walk(void **state)
{
	struct space space = { 1, 1, 500, 9000, 0 };
	struct kit *kit = ledger_kit(20);

	(void)state;
	/* not complete: nothing begins */
	kit_begin(kit, true);
	walk(kit, &space, 1);
	kit_end(kit, true, true);
	mib(kit, &space, 1);
	assert_int_equal(kit_family(kit, KERNEL)->count, 0);
	assert_int_equal(kit_family(kit, COVERAGE)->count, 0);
	space.sent = 510;
	space.out_segs = 9010;
	poll(kit, &space, 1);
	sent_is(kit, "n1", 0, 0);
	assert_int_equal(kit_family(kit, KERNEL)->count, 3);
	assert_true(kit_value(kit, RESIDUAL, "n1/retransmitted") == 0);
	assert_true(kit_value(kit, UNATTRIBUTED, "n1/sent/synack") == 0);
	assert_null(kit_series(kit, UNATTRIBUTED, "n1/sent/reset"));
	assert_null(kit_series(kit, UNATTRIBUTED, "n1/delivered/synack"));
	/* of nothing there is no part */
	assert_int_equal(kit_family(kit, COVERAGE)->count, 0);
	space.sent += 30;
	space.out_segs += 40;
	poll(kit, &space, 1);
	sent_is(kit, "n1", 40, 30);
	assert_true(kit_value(kit, COVERAGE, "n1/sent") == 0.75);
	assert_true(kit_value(kit, COVERAGE, "n1/delivered") == 0.75);
	assert_null(kit_series(kit, COVERAGE, "n1/retransmitted"));
	/* the counters could not be read: nothing moves */
	space.sent += 100;
	kit_begin(kit, false);
	walk(kit, &space, 1);
	kit_end(kit, true, false);
	sent_is(kit, "n1", 40, 30);
	space.out_segs += 100;
	mib(kit, &space, 1);
	kit_begin(kit, false);
	kit_end(kit, true, false);
	sent_is(kit, "n1", 140, 130);
	kit_free(kit);
}

/* The first walk went well, and then the counters could not be read: both sides wait for them. */
static void counters_that_come_late(void **state)
{
	struct skstat_sample s = event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, SKSTAT_EVENT_OUT,
				       SKSTAT_EVENT_FIN_PENDING);
	struct space space = { 1, 1, 100, 100, 0 };
	struct kit *kit = ledger_kit(20);

	(void)state;
	kit->poll.journal = true;
	kit_begin(kit, true);
	walk(kit, &space, 1);
	kit_end(kit, true, false);
	assert_int_equal(skstat_model_event(&s, kit->model), 0);
	space.sent = space.out_segs = 150;
	poll(kit, &space, 1);
	sent_is(kit, "n1", 0, 0);
	assert_true(kit_value(kit, UNATTRIBUTED, "n1/sent/time_wait") == 0);
	space.sent = space.out_segs = 160;
	poll(kit, &space, 1);
	sent_is(kit, "n1", 10, 10);
	kit_free(kit);
}

static void a_namespace_that_comes_later(void **state)
{
	struct space space[] = { { 1, 1, 100, 100, 0 }, { 2, 2, 25, 26, 0 } };
	struct kit *kit = ledger_kit(20);
	struct skstat_sample s;

	(void)state;
	poll(kit, space, 1);
	poll(kit, space, 2);
	sent_is(kit, "n1", 0, 0);
	sent_is(kit, "n2", 26, 25);
	/* a third one: an event tells of it first, then its counters, and then a walk */
	s = event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_SIMULTANEOUS, SKSTAT_EVENT_OUT, 0);
	s.identity.netns = 3;
	kit_begin(kit, true);
	walk(kit, space, 2);
	assert_int_equal(skstat_model_event(&s, kit->model), 0);
	kit_end(kit, true, false);
	mib(kit, space, 2);
	mib(kit, &(struct space){ 3, 3, 0, 0, 0 }, 1);
	assert_null(kit_series(kit, "skstat_tcp_sockets", "n3/established"));
	sent_is(kit, "n3", 0, 0);
	kit_begin(kit, true);
	walk(kit, (struct space[]){ space[0], space[1], { 3, 3, 11, 0, 0 } }, 3);
	kit_end(kit, true, false);
	mib(kit, &(struct space){ 3, 3, 0, 10, 0 }, 1);
	sent_is(kit, "n3", 10, 10);
	kit_free(kit);
}

/* Events of namespaces that nothing else ever tells of. */
static void short_ones(struct kit *kit, uint64_t first, const struct space *space)
{
	for (uint64_t id = first; id < first + 200; id++) {
		struct skstat_sample s = event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_SIMULTANEOUS, SKSTAT_EVENT_OUT, 0);

		s.identity.netns = id;
		assert_int_equal(skstat_model_event(&s, kit->model), 0);
	}
	poll(kit, space, 1);
	poll(kit, space, 1);
	poll(kit, space, 1);
}

/* They go, and what they have counted is in no book. */
static void a_namespace_that_was_too_short(void **state)
{
	struct space space = { 1, 1, 100, 100, 0 };
	struct kit *kit = ledger_kit(20);
	uint64_t bytes;

	(void)state;
	poll(kit, &space, 1);
	short_ones(kit, 1000, &space);
	bytes = skstat_self_get(&kit->self, model_bytes);
	short_ones(kit, 2000, &space);
	assert_int_equal(skstat_self_get(&kit->self, model_bytes), bytes);
	assert_int_equal(kit_family(kit, KERNEL)->count, 3);
	kit_free(kit);
}

static void namespaces_that_go(void **state)
{
	struct space space[] = { { 1, 1, 100, 100, 0 }, { 2, 2, 25, 25, 0 }, { 3, 3, 7, 7, 0 } };
	struct kit *kit = ledger_kit(1);

	(void)state;
	poll(kit, space, 3);
	for (size_t i = 0; i < 3; i++) {
		space[i].sent += 10;
		space[i].out_segs += 11;
	}
	poll(kit, space, 3);
	sent_is(kit, "n1", 11, 10);
	sent_is(kit, "other", 22, 20);
	assert_int_equal(kit_family(kit, KERNEL)->count, 6);
	/* a folded one goes, and what it had counted stays */
	space[1].sent++;
	space[1].out_segs++;
	poll(kit, space, 2);
	sent_is(kit, "other", 23, 21);
	/* one with a label goes, and another one takes its place */
	poll(kit, space + 1, 1);
	assert_null(kit_series(kit, KERNEL, "n1/sent"));
	sent_is(kit, "other", 23, 21);
	space[0] = (struct space){ 4, 4, 3, 4, 0 };
	poll(kit, space, 2);
	sent_is(kit, "n4", 4, 3);
	sent_is(kit, "other", 23, 21);
	/* its inode, of a namespace that is another one */
	space[0] = (struct space){ 5, 4, 0, 2, 0 };
	poll(kit, space, 2);
	sent_is(kit, "n4", 2, 0);
	kit_free(kit);
}

/* Ids begin again; before the walk has said which is which, sockets come by the new ones. */
static void the_module_is_loaded_anew(void **state)
{
	struct space space[] = { { 1, 1, 100, 100, 6 }, { 2, 2, 50, 50, 0 } };
	struct kit *kit = ledger_kit(20);

	(void)state;
	poll(kit, space, 2);
	space[0].sent = space[0].out_segs = 110;
	poll(kit, space, 2);
	kit->poll.instance++;
	/* the namespace whose SYN-ACKs it has counted goes on with what the new one counts */
	space[0] = (struct space){ 2, 1, 115, 115, 7 };
	space[1] = (struct space){ 1, 2, 51, 51, 0 };
	poll(kit, space, 2);
	assert_true(kit_value(kit, ATTRIBUTED, "n1/sent") == 15);
	assert_true(kit_value(kit, UNATTRIBUTED, "n1/retransmitted/synack") == 7);
	assert_true(kit_value(kit, UNATTRIBUTED, "n1/sent/synack") == 7);
	assert_true(kit_value(kit, RESIDUAL, "n1/sent") == -7);
	sent_is(kit, "n2", 1, 1);
	/* the inode is another namespace's meanwhile, which began with 0 */
	kit->poll.instance++;
	space[1] = (struct space){ 1, 2, 0, 9, 0 };
	poll(kit, space, 2);
	sent_is(kit, "n2", 10, 1);
	kit_free(kit);
}

/* From the module to inet_diag, and what was between is in neither side. */
static void another_source(void **state)
{
	struct space space = { 1, 1, 100, 100, 0 };
	struct kit *kit = ledger_kit(20);

	(void)state;
	poll(kit, &space, 1);
	space.sent = space.out_segs = 110;
	poll(kit, &space, 1);
	kit->poll.instance++;
	kit->poll.exactly_once = false;
	space.sent = space.out_segs = 1000;
	kit_begin(kit, true);
	walk(kit, &space, 1);
	kit_end(kit, false, false);
	mib(kit, &space, 1);
	sent_is(kit, "n1", 10, 10);
	poll(kit, &space, 1);
	sent_is(kit, "n1", 10, 10);
	space.sent = 1003;
	space.out_segs = 1005;
	poll(kit, &space, 1);
	sent_is(kit, "n1", 15, 13);
	kit_free(kit);
}

/* An accepted connection that was found by a walk: the arrival of its SYN-ACK is its own alone. */
static void accepted(void **state)
{
	struct space space = { 1, 1, 0, 0, 0 };
	struct skstat_sample s[] = { kit_listener(5, "10.0.0.1:80"), kit_connection(6, "10.0.0.1:80", "10.0.0.2:5") };
	struct kit *kit = ledger_kit(20);

	(void)state;
	kit_begin(kit, true);
	kit_put(kit, &s[0]);
	walk(kit, &space, 1);
	kit_end(kit, true, false);
	mib(kit, &space, 1);
	kit_begin(kit, true);
	s[1].traffic.delivered = 4;
	kit_put(kit, &s[0]);
	kit_put(kit, &s[1]);
	walk(kit, &space, 1);
	kit_end(kit, true, false);
	space.out_segs = 3;
	mib(kit, &space, 1);
	assert_true(kit_value(kit, KERNEL, "n1/delivered") == 3);
	assert_true(kit_value(kit, RESIDUAL, "n1/delivered") == 0);
	kit_free(kit);
}

/* The same, whose close is read before its open, for they are of two CPUs: taken off once. */
static void accepted_and_closed(void **state)
{
	struct skstat_sample s = kit_connection(6, "10.0.0.1:80", "10.0.0.2:5"), closed, opened;
	struct space space = { 1, 1, 0, 0, 0 };
	struct kit *kit = ledger_kit(20);

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	poll(kit, &space, 1);
	s.traffic.delivered = 4;
	closed = opened = s;
	closed.traffic.delivered = 6;
	kit_begin(kit, true);
	kit_put(kit, &s);
	walk(kit, &space, 1);
	kit_event(&closed, SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, kit->poll.now_ns + 5);
	kit_event(&opened, SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, kit->poll.now_ns - 5);
	closed.event.event_direction = opened.event.event_direction = SKSTAT_EVENT_IN;
	assert_int_equal(skstat_model_event(&closed, kit->model), 0);
	assert_int_equal(skstat_model_event(&opened, kit->model), 0);
	kit_end(kit, true, false);
	space.out_segs = 5;
	mib(kit, &space, 1);
	assert_true(kit_value(kit, KERNEL, "n1/delivered") == 5);
	assert_true(kit_value(kit, ATTRIBUTED, "n1/delivered") == 5);
	kit_free(kit);
}

/* What a walk saw of it is not counted again, and the rest is in the event; a second one was never seen. */
static void connects_that_fail(void **state)
{
	struct skstat_sample s[2];
	struct space space = { 1, 1, 0, 0, 0 };
	struct kit *kit = ledger_kit(20);

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	poll(kit, &space, 1);
	for (uint64_t i = 0; i < 2; i++) {
		s[i] = kit_connection(6 + i, "10.0.0.1:40000", "10.0.0.2:443");
		s[i].identity.state = TCP_SYN_SENT;
		s[i].traffic.segs_out = 1;
	}
	kit_begin(kit, true);
	kit_put(kit, &s[0]);
	walk(kit, &space, 1);
	kit_end(kit, true, false);
	for (uint64_t i = 0; i < 2; i++) {
		s[i].traffic.segs_out = 4;
		s[i].traffic.total_retrans = 3;
		kit_event(&s[i], SKSTAT_KIND_FAILED, SKSTAT_FAIL_TIMED_OUT, kit->poll.now_ns + 7);
		s[i].event.event_direction = SKSTAT_EVENT_OUT;
		s[i].event.event_flags = SKSTAT_EVENT_HAS_CONNECT;
		s[i].event.connect_latency = 6;
		assert_int_equal(skstat_model_event(&s[i], kit->model), 0);
	}
	/* and one that began before the journal was held, and one before the probes were */
	s[0].event.connect_latency = kit->poll.now_ns - kit->poll.journal_ns + 8;
	assert_int_equal(skstat_model_event(&s[0], kit->model), 0);
	s[1].event.event_flags = SKSTAT_EVENT_OLD;
	assert_int_equal(skstat_model_event(&s[1], kit->model), 0);
	kit_begin(kit, true);
	walk(kit, &space, 1);
	kit_end(kit, true, false);
	space.out_segs = 2;
	mib(kit, &space, 1);
	sent_is(kit, "n1", 2, 2);
	assert_true(kit_value(kit, ATTRIBUTED, "n1/retransmitted") == 6);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", "default/out/443/ipv4") == 8);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_begins_with_the_first_walk),
		cmocka_unit_test(counters_that_come_late),
		cmocka_unit_test(a_namespace_that_comes_later),
		cmocka_unit_test(a_namespace_that_was_too_short),
		cmocka_unit_test(namespaces_that_go),
		cmocka_unit_test(the_module_is_loaded_anew),
		cmocka_unit_test(another_source),
		cmocka_unit_test(accepted),
		cmocka_unit_test(connects_that_fail),
		cmocka_unit_test(accepted_and_closed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("ledger_netns", tests, NULL, NULL);
}
