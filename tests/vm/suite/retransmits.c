// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that are sent again, by cause: all of them, as often as the kernel has counted them in RetransSegs, and for
 * the causes that it knows as well, as often as it has counted those.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "../lib/counting.h"
#include "../lib/must.h"
#include "source/channel.h"
#include "suite.h"

#define PAIRS 20
#define FORTH 200000 /* bytes of each pair, from client to server */
#define BACK  50000
#define PATIENCE_NS 200000000000ull

#define sent_again(side, format, ...)                                                                             \
	cells_sum(&counting.cells, SKSTAT_TABLE_RETRANSMIT, "netns=%lu " format, counting.netns[side], ##__VA_ARGS__)

static uint64_t by_cause(enum road_end side, enum skstat_cause cause)
{
	return sent_again(side, "cause=%d", cause);
}

static uint64_t kernel(enum road_end side, const char *name)
{
	return counting_kernel(side, strcmp(name, "RetransSegs") != 0 ? "TcpExt" : "Tcp", name);
}

/*
 * Timers of connections that fired, each of which sends again what it is set for: but not while that is still in a
 * queue of this host, as it may be when the machine has stood still. TCPTimeouts has those, too.
 */
static void all_timeouts(enum road_end side, uint64_t sent)
{
	uint64_t timeouts = kernel(side, "TCPTimeouts");

	assert_true(sent <= timeouts && sent + kernel(side, "TCPSpuriousRtxHostQueues") >= timeouts);
}

/*
 * What holds on every kernel, when nothing is on its way and no attempt has failed.
 *
 * TCPSynRetrans has SYNs and SYN-ACKs. A loss probe may also be new data, which is in TCPLossProbes alone. A timeout is
 * in TCPTimeouts when the timer of a connection or a request fires.
 */
static void balance(enum road_end side)
{
	uint64_t syn = by_cause(side, SKSTAT_CAUSE_SYN), rto = by_cause(side, SKSTAT_CAUSE_RTO),
		 slow = by_cause(side, SKSTAT_CAUSE_SLOW_START), fast = by_cause(side, SKSTAT_CAUSE_FAST),
		 tlp = by_cause(side, SKSTAT_CAUSE_TLP), other = by_cause(side, SKSTAT_CAUSE_OTHER),
		 synacks = by_cause(side, SKSTAT_CAUSE_SYNACK);

	note("%s: syn %" PRIu64 " rto %" PRIu64 " slow start %" PRIu64 " fast %" PRIu64 " tlp %" PRIu64 " other %" PRIu64
	     "; the kernel: %" PRIu64 " of which SYN-ACKs %" PRIu64 ", timeouts %" PRIu64 " probes %" PRIu64
	     " still queued %" PRIu64,
	     side == ROAD_CLIENT ? "client" : "server", syn, rto, slow, fast, tlp, other, kernel(side, "RetransSegs"),
	     synacks, kernel(side, "TCPTimeouts"), kernel(side, "TCPLossProbes"),
	     kernel(side, "TCPSpuriousRtxHostQueues"));
	assert_int_equal(kernel(side, "TCPRetransFail"), 0);
	assert_int_equal(syn + rto + slow + fast + tlp + other + synacks, kernel(side, "RetransSegs"));
	assert_int_equal(syn + synacks, kernel(side, "TCPSynRetrans"));
	assert_int_equal(sent_again(side, "cause=%d state=12", SKSTAT_CAUSE_SYNACK), synacks);
	assert_int_equal(sent_again(side, "cause=%d", SKSTAT_CAUSE_UNSPEC), 0);
	assert_int_equal(other, 0);
	assert_int_equal(slow, kernel(side, "TCPSlowStartRetrans"));
	assert_int_equal(fast, kernel(side, "TCPFastRetrans"));
	assert_true(tlp <= kernel(side, "TCPLossProbes"));
	/* Here no connection is given up, and only one side has requests. */
	if (side == ROAD_CLIENT)
		all_timeouts(side, syn + rto);
	else
		assert_true(rto <= kernel(side, "TCPTimeouts"));
	/* A client's ports are its kernel's to choose, the server's are a service's. */
	assert_int_equal(sent_again(side, "port=%u", side == ROAD_SERVER ? COUNTING_PORT : 0), sent_again(side, ""));
}

/* --- many connections at once */

struct runner {
	struct pair pair;
	size_t sent[2], received[2]; /* by the client, by the server */
};

static struct runner runner[PAIRS];

static void step(struct runner *r, bool server, short events)
{
	static char buffer[65536];
	int fd = server ? r->pair.server : r->pair.client;
	size_t wanted = server ? BACK : FORTH;
	ssize_t n;

	must_be(!(events & POLLERR));
	if (events & POLLOUT && r->sent[server] < wanted) {
		n = send(fd, buffer, wanted - r->sent[server] < sizeof(buffer) ? wanted - r->sent[server] : sizeof(buffer),
			 MSG_DONTWAIT);
		r->sent[server] += n > 0 ? (size_t)n : 0;
	}
	if (events & POLLIN) {
		n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		r->received[server] += n > 0 ? (size_t)n : 0;
	}
}

static bool is_done(const struct runner *r)
{
	return r->received[1] == FORTH && r->received[0] == BACK;
}

/* Everybody once, and whoever wants to come in. Whether all are done. */
static bool round_of_all(int listener, size_t *accepted)
{
	struct pollfd poller[2 * PAIRS + 1];
	size_t done = 0;

	for (size_t i = 0; i < PAIRS; i++) {
		const struct runner *r = &runner[i];

		poller[2 * i] = (struct pollfd){ .fd = r->pair.client,
						 .events = POLLIN | (r->sent[0] < FORTH ? POLLOUT : 0) };
		poller[2 * i + 1] = (struct pollfd){ .fd = r->pair.server,
						     .events = POLLIN | (r->sent[1] < BACK ? POLLOUT : 0) };
		done += is_done(r);
	}
	poller[2 * PAIRS] = (struct pollfd){ .fd = listener, .events = POLLIN };
	must(poll(poller, 2 * PAIRS + 1, 100));
	for (size_t i = 0; i < PAIRS; i++) {
		step(&runner[i], false, poller[2 * i].revents);
		if (runner[i].pair.server >= 0)
			step(&runner[i], true, poller[2 * i + 1].revents);
	}
	if (poller[2 * PAIRS].revents & POLLIN)
		runner[(*accepted)++].pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
	return done == PAIRS;
}

/* Until all that was said is acknowledged. */
static void await_quiet(int fd)
{
	struct tcpinfo info;

	for (int left = 6000;; left--) {
		pair_info(fd, &info);
		if (!info.unacked && !info.notsent_bytes)
			return;
		must_be(left);
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
}

/* Pairs of whom the one end does not know the other: they are counted by side. */
static void run_all(int listener)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;
	size_t accepted = 0;

	for (size_t i = 0; i < PAIRS; i++) {
		runner[i] = (struct runner){ .pair = { road_socket(&counting.road, ROAD_CLIENT, PAIR_V4), -1 } };
		pair_nonblock(runner[i].pair.client);
		must_be(road_dial(runner[i].pair.client, PAIR_V4, ROAD_SERVER, COUNTING_PORT) == -EINPROGRESS);
	}
	while (!round_of_all(listener, &accepted))
		must_be(skstat_channel_clock() < deadline);
	for (size_t i = 0; i < PAIRS; i++) {
		await_quiet(runner[i].pair.client);
		await_quiet(runner[i].pair.server);
	}
}

static void on_a_lossy_way(void **state)
{
	int listener = road_socket(&counting.road, ROAD_SERVER, PAIR_V4);

	(void)state;
	if (!road_shape(&counting.road, "netem limit 100000 delay 5ms loss 2%"))
		skip_because("no netem in this kernel");
	road_listen(listener, PAIR_V4, ROAD_SERVER, COUNTING_PORT, PAIRS);
	run_all(listener);
	assert_true(by_cause(ROAD_CLIENT, SKSTAT_CAUSE_FAST) > 0);
	balance(ROAD_CLIENT);
	balance(ROAD_SERVER);
	assert_int_equal(sent_again(ROAD_CLIENT, "state=%d", TCP_ESTABLISHED) +
				 sent_again(ROAD_CLIENT, "state=%d", TCP_SYN_SENT),
			 sent_again(ROAD_CLIENT, ""));
}

/* --- one at a time */

static void nothing_arrives(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	if (!road_shape(&counting.road, "netem delay 10ms"))
		skip_because("no netem in this kernel");
	pair_talk(pair, 1000, 1000);
	await_quiet(pair.client);
	counting_mark();
	must_be(road_shape(&counting.road, "netem delay 10ms loss 100%"));
	pair_write(pair.client, 14000);
	cells_await(&counting.cells, 3, SKSTAT_TABLE_RETRANSMIT, "cause=%d", SKSTAT_CAUSE_RTO);
	must_be(road_shape(&counting.road, "netem delay 10ms"));
	pair_read(pair.server, 14000);
	await_quiet(pair.client);
	balance(ROAD_CLIENT);
	assert_true(by_cause(ROAD_CLIENT, SKSTAT_CAUSE_RTO) >= 3);
	assert_true(by_cause(ROAD_CLIENT, SKSTAT_CAUSE_SLOW_START) > 0);
	all_timeouts(ROAD_CLIENT, by_cause(ROAD_CLIENT, SKSTAT_CAUSE_RTO));
	pair_close(pair);
}

/* The last of it is lost, and nothing comes behind that would show it. */
static void the_tail_is_lost(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	if (!road_shape(&counting.road, "netem delay 10ms"))
		skip_because("no netem in this kernel");
	for (int i = 0; i < 5; i++)
		pair_talk(pair, 1000, 1000);
	await_quiet(pair.client);
	counting_mark();
	must_be(road_shape(&counting.road, "netem delay 10ms loss 100%"));
	pair_write(pair.client, 3000);
	cells_await(&counting.cells, 1, SKSTAT_TABLE_RETRANSMIT, "netns=%lu", counting.netns[ROAD_CLIENT]);
	must_be(road_shape(&counting.road, "netem delay 10ms"));
	pair_read(pair.server, 3000);
	await_quiet(pair.client);
	balance(ROAD_CLIENT);
	/* It was the probe that found out. */
	assert_int_equal(by_cause(ROAD_CLIENT, SKSTAT_CAUSE_TLP), 1);
	assert_int_equal(kernel(ROAD_CLIENT, "TCPLossProbes"), 1);
	pair_close(pair);
}

/* One segment is not heard, those behind it are. */
static void a_hole(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);

	(void)state;
	pair_option(pair.client, IPPROTO_TCP, TCP_NODELAY, 1);
	pair_talk(pair, 1000, 1000);
	pair_deafen_to(pair.server, 120, 170);
	pair_write(pair.client, 100);
	for (int i = 0; i < 8; i++)
		pair_write(pair.client, 1000);
	cells_await(&counting.cells, 1, SKSTAT_TABLE_RETRANSMIT, "cause=%d", SKSTAT_CAUSE_FAST);
	pair_hear(pair.server);
	pair_read(pair.server, 8100);
	await_quiet(pair.client);
	balance(ROAD_CLIENT);
	assert_true(by_cause(ROAD_CLIENT, SKSTAT_CAUSE_FAST) >= 1);
	pair_close(pair);
}

/* SYNs that nobody hears, and SYN-ACKs. */
static void handshakes(void **state)
{
	int listener = road_socket(&counting.road, ROAD_SERVER, PAIR_V4);
	int fd = road_socket(&counting.road, ROAD_CLIENT, PAIR_V4);
	struct pair pair;

	(void)state;
	road_listen(listener, PAIR_V4, ROAD_SERVER, COUNTING_PORT, 8);
	pair_deafen(listener);
	pair_nonblock(fd);
	must_be(road_dial(fd, PAIR_V4, ROAD_SERVER, COUNTING_PORT) == -EINPROGRESS);
	cells_await(&counting.cells, 1, SKSTAT_TABLE_RETRANSMIT, "cause=%d state=%d", SKSTAT_CAUSE_SYN, TCP_SYN_SENT);
	pair_hear(listener);
	pair_await_state(fd, TCP_ESTABLISHED);
	pair.client = fd;
	pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	await_quiet(pair.server);
	balance(ROAD_CLIENT);
	assert_int_equal(by_cause(ROAD_CLIENT, SKSTAT_CAUSE_SYN), kernel(ROAD_CLIENT, "TCPSynRetrans"));
	assert_true(by_cause(ROAD_CLIENT, SKSTAT_CAUSE_SYN) >= 1);
	pair_close(pair);
	counting_mark();
	/* who does not hear the answer asks again, and is answered again */
	fd = road_socket(&counting.road, ROAD_CLIENT, PAIR_V4);
	pair_deafen(fd);
	pair_nonblock(fd);
	must_be(road_dial(fd, PAIR_V4, ROAD_SERVER, COUNTING_PORT) == -EINPROGRESS);
	for (int i = 0; i < 1000 && !kernel(ROAD_SERVER, "TCPSynRetrans"); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	pair_hear(fd);
	pair_await_state(fd, TCP_ESTABLISHED);
	balance(ROAD_CLIENT);
	balance(ROAD_SERVER);
	assert_true(by_cause(ROAD_SERVER, SKSTAT_CAUSE_SYNACK) > 0);
	assert_int_equal(by_cause(ROAD_SERVER, SKSTAT_CAUSE_SYNACK), kernel(ROAD_SERVER, "RetransSegs"));
	close(fd);
	close(listener);
}

#define retransmits_test(name) cmocka_unit_test_setup_teardown(name, counting_begin, counting_end)

int suite_retransmits(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		retransmits_test(on_a_lossy_way),
		retransmits_test(nothing_arrives),
		retransmits_test(the_tail_is_lost),
		retransmits_test(a_hole),
		retransmits_test(handshakes),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("retransmits", tests, counting_setup, counting_teardown);
}
