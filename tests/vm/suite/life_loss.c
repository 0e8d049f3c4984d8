// SPDX-License-Identifier: GPL-2.0
/*
 * Many connections at once over a way of 20 ms that loses every fiftieth segment: times are what they must be, and
 * every retransmit of the kernel's is somebody's.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "../lib/life.h"
#include "../lib/must.h"
#include "../lib/procnet.h"
#include "source/channel.h"
#include "suite.h"

#define PORT 7600
#define BYTES 20000 /* each way */
#define ROUND_TRIP_NS 40000000ull
#define PATIENCE_NS 240000000000ull

/* One end, and how far it has got. */
struct runner {
	struct end end;
	size_t sent, received;
	bool said_all, heard_all; /* the peer's FIN too */
	bool over;		  /* its last figures stand */
};

static struct runner *runner; /* clients, then servers as they came */
static size_t count, started, servers;

/* A server answers when it has heard all. */
static bool may_send(size_t at)
{
	const struct runner *r = &runner[at];

	return r->sent < BYTES && (at < count || r->received == BYTES);
}

static void say(size_t at)
{
	static const char buffer[BYTES];
	ssize_t n = send(runner[at].end.fd, buffer, BYTES - runner[at].sent, MSG_DONTWAIT);

	must_be(n > 0 || errno == EAGAIN);
	runner[at].sent += n > 0 ? n : 0;
}

static void hear(size_t at)
{
	static char buffer[BYTES];
	ssize_t n = recv(runner[at].end.fd, buffer, sizeof(buffer), MSG_DONTWAIT);

	must_be(n >= 0 || errno == EAGAIN);
	runner[at].received += n > 0 ? n : 0;
	runner[at].heard_all |= n == 0;
}

/* A client is the first to close, when it has had its answer. */
static void step(size_t at, short events)
{
	struct runner *r = &runner[at];

	must_be(!(events & POLLERR));
	if (events & POLLOUT && may_send(at))
		say(at);
	if (events & POLLIN && !r->heard_all)
		hear(at);
	if (!r->said_all && r->sent == BYTES && (at < count ? r->received == BYTES : r->heard_all)) {
		must(shutdown(r->end.fd, SHUT_WR));
		r->said_all = true;
	}
	if (r->said_all && r->heard_all) {
		struct tcpinfo info;

		pair_info(r->end.fd, &info);
		r->over = info.state == TCP_CLOSE;
	}
}

/* Everybody once. Whether all are done. */
static bool round_of_all(const struct end *listener)
{
	static struct pollfd *poller;
	size_t over = 0;

	poller = must_have(realloc(poller, (2 * count + 1) * sizeof(*poller)));
	for (size_t i = 0; i < started + servers; i++) {
		size_t at = i < started ? i : count + i - started;
		short wanted = (runner[at].heard_all ? 0 : POLLIN) | (may_send(at) ? POLLOUT : 0);

		poller[i] = (struct pollfd){ .fd = wanted ? runner[at].end.fd : -1, .events = wanted };
		over += runner[at].over;
	}
	if (over == 2 * count)
		return true;
	poller[started + servers] = (struct pollfd){ .fd = listener->fd, .events = POLLIN };
	must(poll(poller, started + servers + 1, 10));
	for (size_t i = 0, n = started + servers; i < n; i++)
		step(i < started ? i : count + i - started, poller[i].revents);
	if (poller[started + servers].revents & POLLIN)
		runner[count + servers++].end = life_accept(listener);
	return false;
}

static uint64_t retransmits(enum road_end side)
{
	struct procnet procnet;
	uint64_t value;

	ns_enter(&life.road.ns[side]);
	procnet_read(&procnet);
	ns_enter(&life.road.home);
	value = *(const uint64_t *)must_have(procnet_find(&procnet, "Tcp", "RetransSegs"));
	procnet_free(&procnet);
	return value;
}

struct synacks {
	const struct skstat_schema *schema;
	uint64_t count[2];
};

static int synacks_take(const struct skstat_mib *mib, void *arg)
{
	struct synacks *synacks = arg;

	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; mib->netns == life.netns[side] && i < mib->count[SKSTAT_MIB_OWN]; i++) {
			if (!strcmp(skstat_schema_counter_name(synacks->schema, SKSTAT_MIB_OWN, i), "SynAckRetrans"))
				synacks->count[side] = skstat_mib_value(mib, SKSTAT_MIB_OWN, i);
		}
	}
	return 0;
}

static struct synacks synacks(void)
{
	struct synacks synacks = { .schema = skstat_source_info(life.chronicle.source)->schema };

	must_be(!skstat_source_mib(life.chronicle.source, synacks_take, &synacks, NULL));
	return synacks;
}

/* The way takes this long at least, and a lost SYN a second more, or three, or seven. */
static void is_opened(struct end *end, uint64_t in_all, size_t *slow)
{
	bool out = end->side == ROAD_CLIENT;
	const struct skstat_sample *event = life_opened(end, SKSTAT_OPEN_HANDSHAKE, out ? SKSTAT_EVENT_OUT : SKSTAT_EVENT_IN);

	if (out)
		assert_true(life_has(event, SKSTAT_EVENT_HAS_CONNECT));
	if (life_has(event, SKSTAT_EVENT_HAS_CONNECT))
		assert_in_range(event->event.connect_latency, ROUND_TRIP_NS, in_all);
	*slow += out && event->event.connect_latency > 1000000000;
}

static const struct skstat_sample *is_closed(const struct end *end, size_t *prompt)
{
	const struct skstat_sample *event =
		life_closed(end, end->side == ROAD_CLIENT ? SKSTAT_CLOSE_FIN_LOCAL : SKSTAT_CLOSE_FIN_REMOTE);

	assert_int_equal(event->traffic.bytes_received, BYTES + 1);
	assert_int_equal(event->traffic.bytes_sent - event->traffic.bytes_retrans, BYTES);
	assert_true(event->tcp.rtt / 8 >= ROUND_TRIP_NS / 1000);
	assert_true(event->tcp.min_rtt >= ROUND_TRIP_NS / 1000);
	/* A guest that is slow adds to it. */
	*prompt += event->tcp.min_rtt < 3 * ROUND_TRIP_NS / 2000;
	assert_true(life_has(event, SKSTAT_EVENT_HAS_FIRST_BYTE));
	/* An answer takes a way there and back. */
	if (end->side == ROAD_CLIENT)
		assert_in_range(event->event.first_byte, ROUND_TRIP_NS - 1000000, event->event.duration);
	return event;
}

static void far_away_and_with_losses(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 1024);
	uint64_t before[2] = { retransmits(ROAD_CLIENT), retransmits(ROAD_SERVER) }, sum[2] = { 0 }, deadline, was, in_all;
	struct synacks requests_before = synacks(), requests;
	const struct skstat_sample *event;
	size_t slow = 0, prompt = 0, of_requests = 0;

	(void)state;
	if (!road_shape(&life.road, "netem limit 100000 delay 20ms loss 2%"))
		skip_because("no netem in this kernel");
	count = pair_scaled(400);
	runner = must_have(calloc(2 * count, sizeof(*runner)));
	was = skstat_channel_clock();
	for (started = 0; started < count; started++) {
		runner[started].end = end_make(ROAD_CLIENT, PAIR_V4);
		pair_nonblock(runner[started].end.fd);
		must_be(road_dial(runner[started].end.fd, PAIR_V4, ROAD_SERVER, PORT) == -EINPROGRESS);
	}
	for (deadline = was + PATIENCE_NS; !round_of_all(&listener);)
		must_be(skstat_channel_clock() < deadline);
	in_all = skstat_channel_clock() - was;
	note("%zu connections in %.1f s", count, in_all / 1e9);
	for (size_t i = 0; i < 2 * count; i++) {
		struct end *end = &runner[i].end;

		is_opened(end, in_all, &slow);
		event = is_closed(end, &prompt);
		life_is_final(event, end);
		sum[end->side] += event->traffic.total_retrans;
		end_close(end);
	}
	must_be(road_shape(&life.road, NULL));
	/* Requests send SYN-ACKs again, and who comes of one takes the number over. */
	requests = synacks();
	for (size_t i = 0; i < life.chronicle.count; i++)
		of_requests += life.chronicle.event[i]->sample.event.synack_retrans *
			       (life.chronicle.event[i]->sample.kind == SKSTAT_KIND_OPENED);
	sum[ROAD_SERVER] += requests.count[ROAD_SERVER] - requests_before.count[ROAD_SERVER] - of_requests;
	note("%zu of %zu ends have a lowest RTT of 40 to 60 ms", prompt, 2 * count);
	/* The debug kernel, for which things are scaled, is slower than the way. */
	assert_true(prompt > (pair_scaled(100) < 100 ? 0 : count));
	note("retransmitted: %" PRIu64 " and %" PRIu64 ", by requests %" PRIu64 " of which %zu became connections'; %zu SYNs",
	     sum[0], sum[1], requests.count[ROAD_SERVER] - requests_before.count[ROAD_SERVER], of_requests, slow);
	assert_true(sum[ROAD_CLIENT] > 0 && sum[ROAD_SERVER] > 0);
	assert_int_equal(sum[ROAD_CLIENT], retransmits(ROAD_CLIENT) - before[ROAD_CLIENT]);
	assert_int_equal(sum[ROAD_SERVER], retransmits(ROAD_SERVER) - before[ROAD_SERVER]);
	free(runner);
	life_unlisten(&listener);
}

int suite_life_loss(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(far_away_and_with_losses, life_begin, life_end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_loss", tests, life_setup, life_teardown);
}
