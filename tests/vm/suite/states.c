// SPDX-License-Identifier: GPL-2.0
/*
 * How long connections are in a state, of TCP's and of congestion control's: clocks are read on both sides of each
 * change, so that the time in between is known within bounds, however slow the machine.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/measuring.h"
#include "../lib/must.h"
#include "suite.h"

#define LONG	   1200000000 /* ns: its square is more than 64 bits' worth of small ones */
#define CA_LOSS	   4
#define MANY	   200

/* Two readings of the clock, and something that happened in between. */
struct moment {
	uint64_t after, before;
};

#define moment_of(call)                                        \
	({                                                     \
		struct moment moment = { measuring_now(), 0 }; \
                                                               \
		call;                                          \
		moment.before = measuring_now();               \
		moment;                                        \
	})

static struct hists_sum in_state(uint64_t least, int state)
{
	return hists_await(&measuring, least, SKSTAT_HISTOGRAM_STATE, "state=%d", state);
}

/* From one moment to another, so many times. */
static void lasted(struct hists_sum sum, enum skstat_histogram_id id, uint64_t count, struct moment from, struct moment to)
{
	measuring_is(sum, id, count, count * (to.after - from.before), count * (to.before - from.after));
}

static void wait_long(void)
{
	nanosleep(&(struct timespec){ .tv_sec = LONG / 1000000000, .tv_nsec = LONG % 1000000000 }, NULL);
}

static void states_of_tcp(void **state)
{
	struct moment opened, shut, closed;
	struct hists_sum sum;
	struct pair pair;

	(void)state;
	opened = moment_of(pair = counting_pair(PAIR_V4));
	measuring_wait();
	shut = moment_of(shutdown(pair.client, SHUT_WR); pair_await_state(pair.server, TCP_CLOSE_WAIT);
			 pair_await_state(pair.client, TCP_FIN_WAIT2));
	wait_long();
	closed = moment_of(close(pair.server); pair_await_state(pair.client, TCP_CLOSE));
	lasted(in_state(2, TCP_ESTABLISHED), SKSTAT_HISTOGRAM_STATE, 2, opened, shut);
	sum = in_state(1, TCP_CLOSE_WAIT);
	lasted(sum, SKSTAT_HISTOGRAM_STATE, 1, shut, closed);
	/* one value: what is squared is known */
	assert_true(sum.squares == (unsigned __int128)sum.sum * sum.sum);
	assert_int_equal(hists_between(&sum, SKSTAT_HISTOGRAM_STATE, (double)sum.sum, (double)sum.sum), 1);
	lasted(in_state(1, TCP_FIN_WAIT2), SKSTAT_HISTOGRAM_STATE, 1, shut, closed);
	assert_int_equal(in_state(1, TCP_LAST_ACK).count, 1);
	assert_int_equal(in_state(1, TCP_SYN_SENT).count, 1);
	assert_int_equal(in_state(1, TCP_SYN_RECV).count, 1);
	assert_int_equal(in_state(1, TCP_FIN_WAIT1).count, 1);
	assert_int_equal(in_state(1, TCP_LISTEN).count, 1);
	assert_int_equal(in_state(0, TCP_CLOSE).count, 0);
	close(pair.client);
}

/* Who was there before is not measured in the state that it was in then. */
static void what_was_there_before(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	/* In so many words: what a closed socket held goes some time later, and stays attached if it is held anew by then. */
	assert_int_equal(skstat_netlink_probe_set(measuring.holder, 0, measuring.held, NULL), 0);
	hists_close(&measuring);
	hists_open(&measuring, SKSTAT_PROBE_BIT(STATE) | SKSTAT_PROBE_BIT(CONGESTION));
	close(pair.server);
	pair_await_state(pair.client, TCP_CLOSE_WAIT);
	close(pair.client);
	assert_int_equal(in_state(1, TCP_LAST_ACK).count, 1);
	assert_int_equal(in_state(1, TCP_CLOSE_WAIT).count, 1);
	assert_int_equal(in_state(0, TCP_ESTABLISHED).count, 0);
}

static struct hists_sum in_congestion(uint64_t least, int state)
{
	return hists_await(&measuring, least, SKSTAT_HISTOGRAM_CONGESTION, "state=%d", state);
}

static void congestion_await(int fd, unsigned int state)
{
	struct tcpinfo info;

	for (int left = 6000;; left--) {
		pair_info(fd, &info);
		if (info.ca_state == state)
			return;
		must_be(left);
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
}

static void states_of_congestion(void **state)
{
	struct moment lost, healed, opened, closed;
	struct pair pair;

	(void)state;
	if (!hists_has(&measuring, SKSTAT_PROBE_BIT(CONGESTION)))
		skip_because("this kernel does not tell of congestion states");
	opened = moment_of(pair = counting_pair(PAIR_V4));
	pair_deafen(pair.server);
	lost = moment_of(pair_write(pair.client, 1000); congestion_await(pair.client, CA_LOSS));
	measuring_wait();
	healed = moment_of(pair_hear(pair.server); congestion_await(pair.client, 0));
	pair_read(pair.server, 1000);
	lasted(in_congestion(1, CA_LOSS), SKSTAT_HISTOGRAM_CONGESTION, 1, lost, healed);
	lasted(in_congestion(1, 0), SKSTAT_HISTOGRAM_CONGESTION, 1, opened, lost);
	closed = moment_of(close(pair.client); pair_await_state(pair.server, TCP_CLOSE_WAIT); close(pair.server));
	hists_mark(&measuring);
	assert_true(closed.before >= closed.after);
}

/* The server's is open for as long as it is there. */
static void congestion_until_the_end(void **state)
{
	struct moment opened, closed;
	struct pair pair;

	(void)state;
	if (!hists_has(&measuring, SKSTAT_PROBE_BIT(CONGESTION)))
		skip_because("this kernel does not tell of congestion states");
	opened = moment_of(pair = counting_pair(PAIR_V4));
	measuring_wait();
	closed = moment_of(close(pair.client); pair_await_state(pair.server, TCP_CLOSE_WAIT); close(pair.server);
			   in_congestion(2, 0));
	lasted(in_congestion(2, 0), SKSTAT_HISTOGRAM_CONGESTION, 2, opened, closed);
}

static uint64_t missed(uint32_t probe)
{
	struct skstat_error error;
	struct skstat_info info;

	assert_int_equal(skstat_netlink_info(measuring.reader, &info, &error), 0);
	return info.probe[probe].missed;
}

/* No room: neither measured nor silent. */
static void no_room(void **state)
{
	static struct pair pairs[MANY];
	struct hists_sum sum;

	measuring_teardown(state);
	measuring_open(SKSTAT_PROBE_BIT(STATE), "state_places=64");
	for (size_t i = 0; i < MANY; i++)
		pairs[i] = counting_pair(PAIR_V4);
	hists_mark(&measuring);
	for (size_t i = 0; i < MANY; i++)
		pair_close(pairs[i]);
	sum = in_state(1, TCP_ESTABLISHED);
	note("%lu measured, %lu missed", sum.count, missed(SKSTAT_PROBE_STATE));
	assert_in_range(sum.count, 1, 64);
	assert_true(missed(SKSTAT_PROBE_STATE) >= 2 * MANY - 64);
}

static int states_setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(STATE) | SKSTAT_PROBE_BIT(CONGESTION), NULL);
	return 0;
}

#define states_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, counting_end)

int suite_states(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		states_test(states_of_tcp),	     states_test(states_of_congestion),
		states_test(congestion_until_the_end), states_test(what_was_there_before),
		states_test(no_room),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("states", tests, states_setup, measuring_teardown);
}
