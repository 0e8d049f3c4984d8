// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "dump.h"
#include "life.h"
#include "module.h"
#include "must.h"
#include "source/channel.h"

#define SLACK_NS 50000000ull /* between two looks at one clock, in an emulated machine */

struct life life;

static uint64_t began; /* the test */

static void sides_number(void)
{
	struct skstat_netlink *netlink = dump_connect();
	const struct skstat_netns *netns;
	struct dump dump;

	dump_take(&dump, netlink, NULL);
	for (size_t i = 0; i < 2; i++) {
		netns = dump_ns(&dump, life.road.ns[i].inode);
		must_be(netns);
		life.netns[i] = netns->netns_id;
	}
	dump_free(&dump);
	skstat_netlink_close(netlink);
}

void life_hold(void)
{
	chronicle_open(&life.chronicle, SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(FIRST_BYTE) | SKSTAT_PROBE_BIT(READER) |
					    SKSTAT_PROBE_BIT(SYNACK));
}

int life_setup(void **state)
{
	(void)state;
	pair_many_files();
	module_require();
	must_be(road_make(&life.road, true));
	sides_number();
	life_hold();
	return 0;
}

int life_teardown(void **state)
{
	(void)state;
	chronicle_close(&life.chronicle);
	road_free(&life.road);
	return 0;
}

int life_begin(void **state)
{
	(void)state;
	chronicle_forget(&life.chronicle);
	began = skstat_channel_clock();
	return 0;
}

/* What a test that failed has left open would be in the way of the next. */
static void sockets_close(void)
{
	for (int fd = 3; fd < 1024; fd++) {
		int domain, type;
		socklen_t length = sizeof(int);

		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) || domain == AF_NETLINK)
			continue;
		must(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length));
		if (type == SOCK_STREAM)
			close(fd);
	}
}

int life_end(void **state)
{
	size_t left = chronicle_left(&life.chronicle, life.netns, 2);

	(void)state;
	sockets_close();
	if (life.road.shaped)
		must_be(road_shape(&life.road, NULL));
	assert_int_equal(left, 0);
	return 0;
}

struct end end_of(int fd, enum road_end side)
{
	struct end end = { .fd = fd, .side = side };
	socklen_t length = sizeof(end.cookie);

	must(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &end.cookie, &length));
	return end;
}

struct end end_make(enum road_end side, enum pair_family family)
{
	return end_of(road_socket(&life.road, side, family), side);
}

void end_close(struct end *end)
{
	must(close(end->fd));
	end->fd = -1;
}

/* The next event of that socket. It is of this kind, of its namespace and of this test's time. */
static const struct skstat_sample *take(const struct end *end, enum skstat_kind kind)
{
	const struct chronicle_wish wish = { .cookie = end->cookie };
	const struct skstat_sample *event = chronicle_take(&life.chronicle, &wish);

	if (event->kind != kind) {
		chronicle_show(event);
		fail_msg("%s, not %s", skstat_kind_name(event->kind), skstat_kind_name(kind));
	}
	assert_int_equal(event->identity.netns, life.netns[end->side]);
	assert_in_range(event->event.event_time, began, skstat_channel_clock());
	return event;
}

/* Of its kind, it is this one. */
static void is_kind(const struct skstat_sample *event, uint8_t kind)
{
	struct skstat_sample wanted = { .kind = event->kind, .event.event_kind = kind };

	if (event->event.event_kind == kind)
		return;
	chronicle_show(event);
	fail_msg("%s %s, not %s", skstat_kind_name(event->kind), chronicle_kind_name(event), chronicle_kind_name(&wanted));
}

bool life_has(const struct skstat_sample *event, uint32_t flags)
{
	return event->event.event_flags & flags;
}

void life_is_mine(const struct skstat_sample *event)
{
	char comm[sizeof(event->owner.comm.text)] = "";
	int fd = must(open("/proc/self/comm", O_RDONLY | O_CLOEXEC));

	must(read(fd, comm, sizeof(comm) - 1));
	close(fd);
	comm[strcspn(comm, "\n")] = '\0';
	assert_int_equal(event->owner.process_from, SKSTAT_PROCESS_CALLER);
	assert_int_equal(event->owner.pid, getpid());
	assert_string_equal(event->owner.comm.text, comm);
}

struct end life_listen_on(int fd, enum road_end side, enum pair_family family, uint16_t port, int backlog)
{
	struct end listener = end_of(fd, side);
	const struct skstat_sample *event;

	road_listen(fd, family, side, port, backlog);
	event = take(&listener, SKSTAT_KIND_LISTEN_STARTED);
	assert_int_equal(event->identity.sport, port);
	assert_int_equal(event->identity.family, family == PAIR_V4 ? AF_INET : AF_INET6);
	assert_int_equal(event->listen.accept_limit, backlog);
	assert_int_equal(event->listen.accept_queue, 0);
	life_is_mine(event);
	return listener;
}

struct end life_listen(enum road_end side, enum pair_family family, uint16_t port, int backlog)
{
	return life_listen_on(road_socket(&life.road, side, family), side, family, port, backlog);
}

void life_listen_stopped(const struct end *listener)
{
	const struct skstat_sample *event = take(listener, SKSTAT_KIND_LISTEN_STOPPED);

	assert_int_equal(event->identity.state, TCP_LISTEN);
	assert_true(event->identity.sport > 0);
}

void life_unlisten(struct end *listener)
{
	end_close(listener);
	life_listen_stopped(listener);
}

struct end life_accept(const struct end *listener)
{
	return end_of(must(accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)), listener->side);
}

struct ends life_join(const struct end *listener, enum pair_family family, uint16_t port)
{
	struct ends ends = { .client = end_make(ROAD_CLIENT, family), .synacks = 1 };
	uint64_t before = skstat_channel_clock(), connected, accepted;
	const struct skstat_sample *event;

	errno = -road_dial(ends.client.fd, family, ROAD_SERVER, port);
	connected = skstat_channel_clock() - before;
	must_be(errno == 0);
	ends.server = life_accept(listener);
	accepted = skstat_channel_clock() - before;
	event = life_opened(&ends.client, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT);
	assert_int_equal(event->identity.state, TCP_SYN_SENT);
	assert_int_equal(event->identity.dport, port);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_CONNECT));
	assert_in_range(event->event.connect_latency, 1, connected);
	assert_false(life_has(event, SKSTAT_EVENT_HAS_QUEUES | SKSTAT_EVENT_OLD | SKSTAT_EVENT_MISSED));
	life_is_mine(event);
	event = life_opened(&ends.server, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN);
	assert_int_equal(event->identity.state, TCP_SYN_RECV);
	assert_int_equal(event->identity.sport, port);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_CONNECT));
	assert_in_range(event->event.connect_latency, 1, accepted);
	assert_true(life_has(event, SKSTAT_EVENT_HAS_QUEUES));
	assert_false(life_has(event, SKSTAT_EVENT_OLD | SKSTAT_EVENT_MISSED));
	return ends;
}

void life_quiet(struct ends *ends)
{
	struct tcpinfo client, server;

	for (uint64_t deadline = skstat_channel_clock() + 10000000000ull;;) {
		pair_info(ends->client.fd, &client);
		pair_info(ends->server.fd, &server);
		if (!client.unacked && !server.unacked && client.segs_out == server.segs_in + ends->unheard &&
		    client.segs_in == server.segs_out + ends->synacks)
			return;
		if (skstat_channel_clock() > deadline)
			fail_msg("client: %u out, %u in, %u unacknowledged; server: %u out, %u in, %u unacknowledged",
				 client.segs_out, client.segs_in, client.unacked, server.segs_out, server.segs_in,
				 server.unacked);
		poll(NULL, 0, 1);
	}
}

void life_talk(struct ends *ends, size_t from_client, size_t from_server)
{
	pair_talk((struct pair){ ends->client.fd, ends->server.fd }, from_client, from_server);
	life_quiet(ends);
}

const struct skstat_sample *life_opened(struct end *end, enum skstat_open kind, uint8_t direction)
{
	const struct skstat_sample *event = take(end, SKSTAT_KIND_OPENED);

	is_kind(event, kind);
	assert_int_equal(event->event.event_direction, direction);
	end->opened = event->event.event_time;
	return event;
}

const struct skstat_sample *life_failed(const struct end *end, enum skstat_fail kind, int err)
{
	const struct skstat_sample *event = take(end, SKSTAT_KIND_FAILED);

	is_kind(event, kind);
	if (err >= 0)
		assert_int_equal(event->event.event_errno, err);
	return event;
}

const struct skstat_sample *life_closed(const struct end *end, enum skstat_close kind)
{
	const struct skstat_sample *event = take(end, SKSTAT_KIND_CLOSED);
	uint64_t lived = event->event.event_time - end->opened;

	is_kind(event, kind);
	assert_false(life_has(event, SKSTAT_EVENT_MISSED));
	assert_int_equal(life_has(event, SKSTAT_EVENT_HAS_DURATION), end->opened != 0);
	assert_int_equal(life_has(event, SKSTAT_EVENT_OLD), end->opened == 0);
	if (end->opened)
		assert_in_range(event->event.duration, lived > SLACK_NS ? lived - SLACK_NS : 0, lived + SLACK_NS);
	return event;
}

struct end life_unseen(enum road_end side, uint16_t sport, uint16_t dport, enum skstat_kind kind)
{
	const struct chronicle_wish wish = { .netns = life.netns[side], .sport = sport, .dport = dport, .kind = kind };

	return (struct end){ .fd = -1, .side = side, .cookie = chronicle_see(&life.chronicle, &wish)->identity.cookie };
}

void life_is_final(const struct skstat_sample *closed, const struct end *end)
{
	struct tcpinfo info;

	pair_info(end->fd, &info);
	assert_int_equal(info.state, TCP_CLOSE);
	/* What was sent twice may find the socket as it closes: it is counted on it, and thrown away. */
	if (life.road.shaped && closed->traffic.segs_in + 1 == info.segs_in)
		info.segs_in--;
	assert_int_equal(chronicle_differs(closed, &info), 0);
}

struct last life_last(const struct end *end)
{
	struct last last = { .out = 0 };

	pair_info(end->fd, &last.info);
	return last;
}

void life_is_last(const struct skstat_sample *closed, const struct last *last)
{
	struct tcpinfo info = last->info;

	info.segs_out += last->out;
	info.segs_in += last->in;
	info.bytes_received += last->received;
	info.bytes_acked += last->acked;
	info.delivered += last->acked;
	assert_int_equal(chronicle_counters_differ(closed, &info), 0);
}

void life_linger(const struct end *end)
{
	const struct linger now = { .l_onoff = 1 };

	must(setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
}

void life_reap(pid_t child)
{
	int status;

	must(waitpid(child, &status, 0));
	must_be(WIFEXITED(status) && !WEXITSTATUS(status));
}
