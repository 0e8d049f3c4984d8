// SPDX-License-Identifier: GPL-2.0
/*
 * What calls move: all sizes are known, so the histogram is, to the last bit of its sum of squares.
 */
#include <fcntl.h>
#include <netinet/in.h>

#include "../lib/measuring.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT 7805

static struct hists_sum calls(uint64_t least, enum skstat_call call, int protocol, enum pair_family family)
{
	return hists_await(&measuring, least, SKSTAT_HISTOGRAM_CALL, "call=%d transport=%d family=%d", call, protocol,
			   family == PAIR_V4 ? AF_INET : AF_INET6);
}

static void is(const struct hists_sum *is, uint64_t count, uint64_t sum, uint64_t squares)
{
	assert_int_equal(is->count, count);
	assert_int_equal(is->sum, sum);
	assert_int_equal((uint64_t)is->squares, squares);
	assert_int_equal((uint64_t)(is->squares >> 64), 0);
	assert_int_equal(is->high, 0);
}

static void datagrams(void **state)
{
	int to = counting_udp(ROAD_SERVER, PAIR_V4, PORT), from = counting_udp(ROAD_CLIENT, PAIR_V4, 0);
	static const enum skstat_call both[] = { SKSTAT_CALL_SEND, SKSTAT_CALL_RECEIVE };
	size_t came = 0;

	(void)state;
	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 5, 100);
	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 3, 1000);
	counting_send(from, ROAD_SERVER, PAIR_V4, PORT, 1, 0);
	must(recv(to, (char[1]){ 0 }, 1, MSG_PEEK)); /* which moves nothing */
	while (came < 9)
		came += counting_drain(to);
	for (size_t i = 0; i < 2; i++) {
		struct hists_sum sum = calls(9, both[i], IPPROTO_UDP, PAIR_V4);

		hists_show(&measuring, SKSTAT_HISTOGRAM_CALL);
		is(&sum, 9, 3500, 5 * 100 * 100 + 3 * 1000 * 1000);
		assert_int_equal(sum.low, 1);
		assert_int_equal(hists_between(&sum, SKSTAT_HISTOGRAM_CALL, 100, 100), 5);
		assert_int_equal(hists_between(&sum, SKSTAT_HISTOGRAM_CALL, 1000, 1000), 3);
	}
	close(to);
	close(from);
}

static void streams(enum pair_family family)
{
	struct pair pair = counting_pair(family);
	struct hists_sum sum;

	hists_mark(&measuring);
	for (int i = 0; i < 10; i++)
		pair_talk(pair, 100, 10000);
	sum = calls(20, SKSTAT_CALL_SEND, IPPROTO_TCP, family);
	is(&sum, 20, 10 * 10100, 10ULL * (100 * 100 + 10000 * 10000));
	/* reads may come in between two segments */
	sum = calls(20, SKSTAT_CALL_RECEIVE, IPPROTO_TCP, family);
	assert_true(sum.count >= 20);
	assert_int_equal(sum.sum, 10 * 10100);
	assert_int_equal(hists_between(&sum, SKSTAT_HISTOGRAM_CALL, 100, 100), 10);
	/* an error moves nothing, and is not counted; the stream's end is, as nothing */
	pair_nonblock(pair.client);
	assert_int_equal(recv(pair.client, (char[1]){ 0 }, 1, 0), -1);
	pair_block(pair.client);
	shutdown(pair.server, SHUT_WR);
	assert_int_equal(must(recv(pair.client, (char[1]){ 0 }, 1, 0)), 0);
	assert_int_equal(calls(sum.count + 1, SKSTAT_CALL_RECEIVE, IPPROTO_TCP, family).low, 1);
	pair_close(pair);
}

static void streams_of_ipv4(void **state)
{
	(void)state;
	streams(PAIR_V4);
}

static void streams_of_ipv6(void **state)
{
	(void)state;
	streams(PAIR_V6);
}

/* Of the two probes a kernel has one. */
static void one_of_two(void **state)
{
	(void)state;
	assert_int_equal(hists_has(&measuring, SKSTAT_PROBE_BIT(CALL)) + hists_has(&measuring, SKSTAT_PROBE_BIT(CALL_RETURN)),
			 1);
}

static int calls_setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(CALL) | SKSTAT_PROBE_BIT(CALL_RETURN), NULL);
	return 0;
}

#define calls_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, counting_end)

int suite_calls(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		calls_test(one_of_two), calls_test(datagrams), calls_test(streams_of_ipv4), calls_test(streams_of_ipv6),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("calls", tests, calls_setup, measuring_teardown);
}
