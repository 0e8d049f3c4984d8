// SPDX-License-Identifier: GPL-2.0
/*
 * Where in the kernel packets are dropped: the way there, and nothing of ours in it.
 */
#include "../lib/counting.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "suite.h"

#define CLOSED 7899
#define OURS   "stack_trace_save|on_kfree_skb|stack_here|__traceiter|trace_|kfree_skb|__kfree_skb|sk_skb_reason_drop|__sk_skb_reason"

static struct cells stacks;

#define stacks_sum(format, ...) cells_sum(&stacks, SKSTAT_TABLE_STACK, format, ##__VA_ARGS__)

static void drop(size_t count)
{
	int fd = counting_udp(ROAD_CLIENT, PAIR_V4, 0);

	counting_send(fd, ROAD_SERVER, PAIR_V4, CLOSED, count, 100);
	cells_are(&counting.cells, count, SKSTAT_TABLE_DROP, "reason=NO_SOCKET device=road@%lu protocol=2048",
		  counting.netns[ROAD_SERVER]);
	close(fd);
}

static void the_way_to_a_drop(void **state)
{
	(void)state;
	drop(5);
	cells_are(&stacks, 5, SKSTAT_TABLE_STACK, "reason=NO_SOCKET stack=__udp4_lib_rcv|udp_rcv");
	/* further out: the same packets */
	assert_int_equal(stacks_sum("reason=NO_SOCKET stack=ip_local_deliver|ip_protocol_deliver_rcu"), 5);
	assert_int_equal(stacks_sum("reason=NO_SOCKET stack=__napi_poll|net_rx_action|process_backlog"), 5);
	cells_show(&stacks, SKSTAT_TABLE_STACK);
}

static void nothing_of_ours(void **state)
{
	(void)state;
	drop(5);
	assert_true(stacks_sum("stack=__udp4_lib_rcv|udp_rcv") >= 5);
	assert_int_equal(stacks_sum("stack=" OURS), 0);
	assert_int_equal(stacks_sum("stack="), 0);
}

/* As many as drops, however they came about. */
static void each_drop(void **state)
{
	int fd = counting_udp(ROAD_SERVER, PAIR_V4, 7801), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);

	(void)state;
	counting_send(from, ROAD_SERVER, PAIR_V4, 7801, 20, 100);
	close(fd);
	close(from);
	cells_are(&stacks, 20, SKSTAT_TABLE_STACK, "stack=udp_destruct_common|udp_destruct_sock");
	/* by a process that closes: that is on the way, too */
	assert_int_equal(stacks_sum("stack=inet_release"), 20);
}

/* Of each CPU's. */
static void one_in_so_many(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		counting_mark();
		drop(64);
	}
	note("%lu stacks", stacks_sum("reason=NO_SOCKET stack=__udp4_lib_rcv|udp_rcv"));
	assert_true(stacks_sum("stack=__udp4_lib_rcv|udp_rcv") >= 5);
	assert_true(stacks_sum("stack=__udp4_lib_rcv|udp_rcv") <= 15);
}

static int setup_with(const char *parameters)
{
	module_replace_with(module_path(), parameters);
	counting_setup(NULL);
	cells_open(&stacks, SKSTAT_PROBE_BIT(STACK));
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_with("stack_sample=1");
}

static int setup_sampled(void **state)
{
	(void)state;
	return setup_with("");
}

static int teardown(void **state)
{
	cells_close(&stacks);
	counting_teardown(state);
	module_replace(module_path());
	return 0;
}

static int begin(void **state)
{
	counting_begin(state);
	cells_mark(&stacks);
	return 0;
}

#define stacks_test(name) cmocka_unit_test_setup_teardown(name, begin, counting_end)

int suite_stacks(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		stacks_test(the_way_to_a_drop),
		stacks_test(nothing_of_ours),
		stacks_test(each_drop),
	};
	const struct CMUnitTest sampled[] = {
		stacks_test(one_in_so_many),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("stacks", tests, setup, teardown) +
	       cmocka_run_group_tests_name("stacks, sampled", sampled, setup_sampled, teardown);
}
