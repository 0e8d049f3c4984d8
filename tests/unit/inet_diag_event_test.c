// SPDX-License-Identifier: GPL-2.0
/* Messages of destroyed sockets, made by hand, and the journal that is read out of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "diag_message.h"
#include "source/inet_diag_destroy.h"
#include "source/inet_diag_event.h"

/* A connection that has received payload and FIN. */
static const struct skstat_tcp_info info_closed = {
	.snd_mss = 1448, .rtt = 1234, .snd_cwnd = 10, .bytes_acked = 79, .bytes_sent = 77, .bytes_received = 1001,
	.segs_out = 5, .segs_in = 6, .data_segs_in = 2, .data_segs_out = 1, .delivered = 3, .total_retrans = 1,
};

/* The message of a socket with that cookie. */
static void destroyed(struct diag_message *made, uint64_t cookie, const struct skstat_tcp_info *info)
{
	struct inet_diag_msg msg = diag_message_of(TCP_CLOSE);

	msg.idiag_timer = 0;
	msg.id.idiag_cookie[0] = (uint32_t)cookie;
	msg.id.idiag_cookie[1] = (uint32_t)(cookie >> 32);
	diag_message_destroyed(made, &msg, info);
}

static void closed(void **state)
{
	struct diag_message made;
	struct skstat_sample event;

	(void)state;
	destroyed(&made, 0x5566778811223344, &info_closed);
	assert_int_equal(skstat_inet_diag_event(&made.header, &event), 0);
	assert_int_equal(event.kind, SKSTAT_KIND_CLOSED);
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		bool there = g == SKSTAT_GROUP_IDENTITY || g == SKSTAT_GROUP_TRAFFIC || g == SKSTAT_GROUP_TCP ||
			     g == SKSTAT_GROUP_MEMORY || g == SKSTAT_GROUP_EVENT;

		assert_int_equal(event.size[g], there ? skstat_groups[g].size : 0);
		assert_int_equal(!!(event.groups & 1u << g), there);
	}
	assert_true(event.identity.cookie == 0x5566778811223344);
	assert_int_equal(event.identity.sport, 8080);
	assert_int_equal(event.identity.dport, 40000);
	assert_int_equal(event.identity.state, TCP_CLOSE);
	assert_int_equal(event.traffic.bytes_sent, 77);
	assert_int_equal(event.traffic.bytes_received, 1001);
	assert_int_equal(event.traffic.rqueue, 11);
	assert_int_equal(event.tcp.rtt, 1234 * 8);
	assert_int_equal(event.tcp.fin_received, 0);
	/* What was not told is not there. */
	assert_int_equal(event.owner.uid, 0);
	assert_int_equal(event.timer.timer_retrans, 0);
}

/* What received 1 and no payload received a FIN. */
static void fin_alone(void **state)
{
	struct skstat_tcp_info info = info_closed;
	struct diag_message made;
	struct skstat_sample event;

	(void)state;
	info.bytes_received = 1;
	info.data_segs_in = 0;
	destroyed(&made, 1, &info);
	assert_int_equal(skstat_inet_diag_event(&made.header, &event), 0);
	assert_int_equal(event.tcp.fin_received, 1);
	info.data_segs_in = 1;
	destroyed(&made, 1, &info);
	assert_int_equal(skstat_inet_diag_event(&made.header, &event), 0);
	assert_int_equal(event.tcp.fin_received, 0);
}

static void kinds(void **state)
{
	static const struct {
		struct skstat_tcp_info info;
		bool peer;
		enum skstat_kind kind;
	} rows[] = {
		{ { .segs_out = 1 }, true, SKSTAT_KIND_FAILED },
		{ { .segs_out = 7, .total_retrans = 6 }, true, SKSTAT_KIND_FAILED },
		{ { .segs_out = 1, .segs_in = 1 }, true, SKSTAT_KIND_FAILED },
		{ { .segs_out = 1, .bytes_sent = 100 }, true, SKSTAT_KIND_FAILED },
		{ { .delivered = 1 }, true, SKSTAT_KIND_CLOSED },
		{ { .bytes_acked = 1 }, true, SKSTAT_KIND_CLOSED },
		{ { .bytes_received = 1 }, true, SKSTAT_KIND_CLOSED },
		/* A listener, a socket that was never connected, or is not any more. */
		{ { .snd_cwnd = 10 }, false, SKSTAT_KIND_UNSPEC },
	};
	struct diag_message made;
	struct skstat_sample event;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inet_diag_msg msg = diag_message_of(TCP_CLOSE);

		if (!rows[i].peer)
			msg.id.idiag_dport = 0;
		diag_message_destroyed(&made, &msg, &rows[i].info);
		assert_int_equal(skstat_inet_diag_event(&made.header, &event), 0);
		assert_int_equal(event.kind, rows[i].kind);
		if (rows[i].kind == SKSTAT_KIND_FAILED)
			assert_int_equal(event.groups, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_EVENT);
		if (rows[i].kind == SKSTAT_KIND_UNSPEC)
			assert_int_equal(event.groups, 0);
	}
}

static void malformed(void **state)
{
	struct inet_diag_msg msg = diag_message_of(TCP_LISTEN);
	struct diag_message made;
	struct skstat_sample event;

	(void)state;
	/* A copy of a listener that was given up. */
	diag_message_destroyed(&made, &msg, &info_closed);
	assert_int_equal(skstat_inet_diag_event(&made.header, &event), 0);
	assert_int_equal(event.kind, SKSTAT_KIND_UNSPEC);
	msg = diag_message_of(TCP_CLOSE);
	diag_message_start(&made, &msg);
	assert_int_equal(skstat_inet_diag_event(&made.header, &event), -EBADMSG);
	diag_message_put_u8(&made, INET_DIAG_INFO, 0);
	made.header.nlmsg_len -= 4;
	assert_int_equal(skstat_inet_diag_event(&made.header, &event), -EBADMSG);
	made.header.nlmsg_len = NLMSG_HDRLEN;
	assert_int_equal(skstat_inet_diag_event(&made.header, &event), -EBADMSG);
}

/* A journal over a pair of sockets, in the kernel's place. */
struct played {
	int kernel;
	struct skstat_inet_diag_destroy *destroy;
	struct skstat_inet_diag_seen *seen;
	struct skstat_journal_totals totals; /* of the last reading */
	struct skstat_source_cost cost;
	struct skstat_sample event[100];
	size_t count, stop_at; /* stop_at: returns 1 at that one; 0: never */
};

static int played_open(void **state)
{
	struct played *played = calloc(1, sizeof(*played));
	int fds[2];

	assert_non_null(played);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	played->kernel = fds[0];
	played->destroy = skstat_inet_diag_destroy_new(fds[1]);
	played->seen = skstat_inet_diag_seen_new();
	assert_non_null(played->destroy);
	assert_non_null(played->seen);
	assert_int_equal(skstat_inet_diag_destroy_fd(played->destroy), fds[1]);
	*state = played;
	return 0;
}

static int played_close(void **state)
{
	struct played *played = *state;

	skstat_inet_diag_destroy_free(played->destroy);
	skstat_inet_diag_seen_free(played->seen);
	close(played->kernel);
	free(played);
	return 0;
}

static void play_bytes(struct played *played, const void *bytes, size_t length)
{
	assert_int_equal(send(played->kernel, bytes, length, 0), length);
}

static void play(struct played *played, uint64_t cookie)
{
	struct diag_message made;

	destroyed(&made, cookie, &info_closed);
	play_bytes(played, made.bytes, made.header.nlmsg_len);
}

static int take(const struct skstat_sample *event, void *arg)
{
	struct played *played = arg;

	assert_true(played->count < sizeof(played->event) / sizeof(played->event[0]));
	played->event[played->count++] = *event;
	return played->count == played->stop_at;
}

static int journal(struct played *played)
{
	memset(&played->totals, 0, sizeof(played->totals));
	return skstat_inet_diag_destroy_read(played->destroy, played->seen, take, played, &played->totals,
					     &played->cost, NULL);
}

static void reads_all(void **state)
{
	struct played *played = *state;

	assert_int_equal(journal(played), 0);
	assert_true(played->totals.complete && played->count == 0);
	/* A unix socket has room for ten. */
	for (unsigned int round = 0; round < 9; round++) {
		for (uint64_t i = 1; i <= 10; i++)
			play(played, round * 10 + i);
		assert_int_equal(journal(played), 0);
		assert_int_equal(played->totals.events, 10);
		assert_true(played->totals.complete && !played->totals.lost && !played->totals.fresh);
	}
	for (uint64_t i = 0; i < 90; i++) {
		assert_true(played->event[i].identity.cookie == i + 1);
		assert_true(played->event[i].event.event_sequence == i + 1);
		assert_true(played->event[i].event.event_time >= played->event[i ? i - 1 : 0].event.event_time);
	}
	assert_int_equal(played->cost.messages, 90);
	assert_int_equal(played->cost.datagrams, 90);
	assert_true(played->cost.wait_ns > 0 && played->cost.bytes > 90 * sizeof(struct skstat_tcp_info));
}

static void goes_on_where_it_stopped(void **state)
{
	struct played *played = *state;

	for (uint64_t i = 1; i <= 5; i++)
		play(played, i);
	played->stop_at = 2;
	assert_int_equal(journal(played), 1);
	assert_false(played->totals.complete);
	assert_int_equal(played->totals.events, 2);
	played->stop_at = 3;
	assert_int_equal(journal(played), 1);
	assert_int_equal(played->totals.events, 1);
	play(played, 6);
	assert_int_equal(journal(played), 0);
	assert_int_equal(played->totals.events, 3);
	for (uint64_t i = 0; i < 6; i++)
		assert_true(played->event[i].event.event_sequence == i + 1 && played->event[i].identity.cookie == i + 1);
}

/* What cannot be read should have been an event. */
static void what_cannot_be_read_is_lost(void **state)
{
	struct played *played = *state;
	struct diag_message made;

	play(played, 1);
	play_bytes(played, "x", 1);
	destroyed(&made, 2, &info_closed);
	play_bytes(played, made.bytes, made.header.nlmsg_len - 4);
	made.header.nlmsg_len = 3;
	play_bytes(played, made.bytes, 300);
	destroyed(&made, 2, &info_closed);
	play_bytes(played, made.bytes, sizeof(made.bytes)); /* longer than any message may be */
	play(played, 3);
	assert_int_equal(journal(played), 0);
	assert_int_equal(played->totals.events, 2);
	assert_int_equal(played->totals.lost, 4);
	assert_int_equal(played->cost.truncated, 1);
	assert_true(played->event[1].identity.cookie == 3);
	assert_true(played->event[1].event.event_sequence == 6);
}

static void what_walks_have_met(void **state)
{
	struct inet_diag_msg listener = diag_message_of(TCP_CLOSE);
	struct played *played = *state;
	struct diag_message made;
	uint32_t drops = 7;

	listener.id.idiag_dport = 0;
	skstat_inet_diag_seen_add(played->seen, 1, 100, &drops);
	skstat_inet_diag_seen_add(played->seen, 0x5566778811223344, 100, NULL);
	play(played, 1);
	play(played, 2);
	play(played, 1);
	diag_message_destroyed(&made, &listener, &info_closed);
	play_bytes(played, made.bytes, made.header.nlmsg_len);
	assert_int_equal(journal(played), 0);
	assert_int_equal(played->count, 3);
	assert_int_equal(played->event[0].event.event_flags, SKSTAT_EVENT_OLD);
	assert_int_equal(played->event[0].memory.drops, 7);
	assert_int_equal(played->event[1].event.event_flags, 0);
	assert_int_equal(played->event[1].memory.drops, 0);
	assert_int_equal(played->event[2].event.event_flags, 0);
	/* Also what is no connection any more is forgotten. */
	assert_false(skstat_inet_diag_seen_take(played->seen, 0x5566778811223344, &drops));
}

static void seen_forgets_nothing(void **state)
{
	struct skstat_inet_diag_seen *seen = skstat_inet_diag_seen_new();
	uint32_t drops;

	(void)state;
	assert_non_null(seen);
	assert_false(skstat_inet_diag_seen_take(seen, 1, &drops));
	for (uint32_t i = 1; i <= 20000; i++)
		skstat_inet_diag_seen_add(seen, i * UINT64_C(1000003), 5, &i);
	/* Met again: the drops stay unless they are told. */
	for (uint32_t i = 1; i <= 20000; i++)
		skstat_inet_diag_seen_add(seen, i * UINT64_C(1000003), 6, i % 2 ? NULL : &(uint32_t){ i + 1 });
	/* Out in another order, with gaps to close at every turn. */
	for (uint32_t n = 0; n < 20000; n++) {
		uint32_t i = n * 7919 % 20000 + 1;

		assert_true(skstat_inet_diag_seen_take(seen, i * UINT64_C(1000003), &drops));
		assert_int_equal(drops, i % 2 ? i : i + 1);
		assert_false(skstat_inet_diag_seen_take(seen, i * UINT64_C(1000003), &drops));
		assert_int_equal(drops, 0);
	}
	skstat_inet_diag_seen_free(seen);
	skstat_inet_diag_seen_free(NULL);
}

/* Those whose end was lost go when room is needed, and they are old enough; others do not. */
static void seen_forgets_what_is_stale(void **state)
{
	struct skstat_inet_diag_seen *seen = skstat_inet_diag_seen_new();
	uint32_t drops, left = 0;

	(void)state;
	assert_non_null(seen);
	for (uint64_t i = 1; i <= 700; i++)
		skstat_inet_diag_seen_add(seen, i, i <= 500 ? 10 : 20, NULL);
	for (uint64_t i = 701; i <= 1400; i++)
		skstat_inet_diag_seen_add(seen, i, 15 + SKSTAT_INET_DIAG_SEEN_SECONDS, NULL);
	for (uint64_t i = 1; i <= 1400; i++)
		left += skstat_inet_diag_seen_take(seen, i, &drops);
	assert_int_equal(left, 900);
	skstat_inet_diag_seen_free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed),
		cmocka_unit_test(fin_alone),
		cmocka_unit_test(kinds),
		cmocka_unit_test(malformed),
		cmocka_unit_test_setup_teardown(reads_all, played_open, played_close),
		cmocka_unit_test_setup_teardown(goes_on_where_it_stopped, played_open, played_close),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_lost, played_open, played_close),
		cmocka_unit_test_setup_teardown(what_walks_have_met, played_open, played_close),
		cmocka_unit_test(seen_forgets_nothing),
		cmocka_unit_test(seen_forgets_what_is_stale),
	};

	return cmocka_run_group_tests_name("inet_diag events", tests, NULL, NULL);
}
