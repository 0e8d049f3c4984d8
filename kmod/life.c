// SPDX-License-Identifier: GPL-2.0
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "conn.h"
#include "conn_table.h"
#include "journal_write.h"
#include "life.h"
#include "life_look.h"
#include "netns.h"
#include "probe_first_byte.h"

/* Nobody has asked for it yet. */
static noinline u64 life_cookie_make(struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
}

/* All of it is inlined where the kind is known, and `event` is in registers then. */
static __always_inline void life_write(enum skstat_kind kind, const struct sock *csk, const struct skstat_conn *conn,
				       u8 state, struct skstat_incident *event)
{
	struct sock *sk = (struct sock *)csk; /* for the cookie, which is made by whoever asks first */
	const struct skstat_source src = {
		.sk = sk, .cookie = atomic64_read(&sk->sk_cookie) ?: life_cookie_make(sk),
		.netns = skstat_netns_id(sock_net(sk)), .state = state, .conn = conn, .kind = kind, .event = event,
	};

	skstat_journal_write(&src, event);
}

/* Of a socket that has no entry: it began before there was a table, or found no place in it. */
static u32 flags_without_entry(void)
{
	return skstat_conn_missed() ? SKSTAT_EVENT_MISSED : SKSTAT_EVENT_OLD;
}

struct skstat_conn *skstat_life_conn_of_old(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_missed() ? NULL : skstat_conn_add(sk);

	if (conn)
		conn->flags |= SKSTAT_CONN_OLD;
	return conn;
}

static __always_inline void put_queues(struct skstat_incident *event, const struct skstat_conn *conn)
{
	if (!(conn->flags & SKSTAT_CONN_QUEUES))
		return;
	event->flags |= SKSTAT_EVENT_HAS_QUEUES;
	event->accept_queue = conn->queue.accept;
	event->accept_limit = conn->queue.accept_limit;
	event->syn_queue = conn->queue.syn;
}

static __always_inline void put_latency(struct skstat_incident *event, u64 latency)
{
	event->connect_latency = latency;
	event->flags |= SKSTAT_EVENT_HAS_CONNECT;
}

/* The entry of a socket that begins anew, all 0. What it may still have to say of its last life is said. */
static struct skstat_conn *life_renew(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_add_first(sk);

	if (likely(conn))
		return conn;
	conn = skstat_conn_find_near(sk);
	if (conn)
		skstat_life_finish(sk, conn);
	return skstat_conn_renew(sk, conn);
}

/* CLOSE to SYN_SENT: connect(), before the SYN, which TCP_FASTOPEN_CONNECT leaves to the first write. */
notrace void skstat_life_connect(const struct sock *sk)
{
	struct skstat_conn *conn = life_renew(sk);

	if (!conn)
		return;
	conn->direction = SKSTAT_EVENT_OUT;
	conn->since = ktime_get_ns();
	if (in_task())
		skstat_conn_set_process(conn, SKSTAT_PROCESS_CALLER);
}

/*
 * LISTEN to SYN_RECV, of a child that is still being made; or CLOSE to SYN_RECV, if its listener was closed meanwhile.
 * Most of it is not filled in yet, until 6.12 not even its cookie: do not make one.
 */
notrace void skstat_life_arrive(const struct sock *sk)
{
	struct skstat_conn *conn = life_renew(sk);

	if (!conn)
		return;
	conn->direction = SKSTAT_EVENT_IN;
	if (skstat_queues_look(sk, conn))
		conn->flags |= SKSTAT_CONN_QUEUES;
	if (skstat_cookie_look(sk, conn))
		conn->flags |= SKSTAT_CONN_COOKIE;
}

void skstat_life_cross(struct skstat_conn *conn)
{
	if (conn)
		conn->flags |= SKSTAT_CONN_SIMULTANEOUS;
}

/* From here on the connection is counted as open. */
static __always_inline void conn_opened(const struct sock *sk, struct skstat_conn *conn, u8 direction, u64 now)
{
	conn->direction = direction;
	conn->since = now;
	conn->flags |= SKSTAT_CONN_OPENED;
	conn->flags &= ~(SKSTAT_CONN_QUEUES | SKSTAT_CONN_OLD);
	skstat_first_byte_watch(conn);
	skstat_first_byte_look(conn, sk);
}

/* What is known when this is compiled makes it short. `conn` or NULL. */
static __always_inline u64 write_opened(const struct sock *sk, const struct skstat_conn *conn, u8 old, u8 kind,
					u8 direction)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct skstat_incident event = {
		.time = ktime_get_ns(), .kind = kind, .direction = direction, .err = READ_ONCE(sk->sk_err),
	};

	if (direction == SKSTAT_EVENT_IN) {
		/*
		 * A first sample is eight times what was measured: from the SYN-ACK to what answered it. A cookie
		 * leaves nothing to measure by, its timestamp is made of options.
		 */
		if (tp->srtt_us && kind != SKSTAT_OPEN_SYNCOOKIE)
			put_latency(&event, (u64)(tp->srtt_us >> 3) * NSEC_PER_USEC);
		/* Nothing else can have been retransmitted yet. */
		event.synack_retrans = tp->total_retrans;
	} else if (conn && conn->since) {
		put_latency(&event, event.time - conn->since);
	}
	if (conn)
		put_queues(&event, conn);
	else if (skstat_conn_missed())
		event.flags |= SKSTAT_EVENT_MISSED;
	life_write(SKSTAT_KIND_OPENED, sk, conn, old, &event);
	return event.time;
}

static noinline struct skstat_conn *life_opened_otherwise(const struct sock *sk, struct skstat_conn *conn, u8 old)
{
	struct skstat_begin begin = skstat_begin_look(sk, old, conn);
	u8 direction = skstat_direction_look(old, conn);
	u64 now = write_opened(sk, conn, old, skstat_begin_name(&begin), direction);

	conn = conn ?: skstat_life_conn_of_old(sk); /* an entry if there is room for one */
	if (conn)
		conn_opened(sk, conn, direction, now);
	return conn;
}

notrace struct skstat_conn *skstat_life_opened(const struct sock *sk, u8 old)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk);

	if (unlikely(!skstat_begin_is_handshake(sk, conn)))
		return life_opened_otherwise(sk, conn, old);
	if (conn->direction == SKSTAT_EVENT_IN)
		conn_opened(sk, conn, SKSTAT_EVENT_IN,
			    write_opened(sk, conn, old, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN));
	else
		conn_opened(sk, conn, SKSTAT_EVENT_OUT,
			    write_opened(sk, conn, old, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT));
	return conn;
}

void skstat_life_failed(const struct sock *sk, struct skstat_conn *conn, u8 old)
{
	struct skstat_end end = skstat_end_look(sk, old, conn);
	struct skstat_incident event = {
		.time	   = ktime_get_ns(),
		.kind	   = skstat_end_fail(&end),
		.direction = skstat_direction_look(old, conn),
		.err	   = end.err,
		.flags	   = conn ? 0 : flags_without_entry(),
	};

	if (skstat_is_duplicate(sk, old, conn))
		return;
	if (end.passive)
		event.synack_retrans = tcp_sk(sk)->total_retrans;
	else if (conn && conn->since)
		put_latency(&event, event.time - conn->since);
	if (conn)
		put_queues(&event, conn);
	if (end.rst_out)
		event.flags |= SKSTAT_EVENT_RST_COUNTED | SKSTAT_EVENT_ACTIVE_RST;
	life_write(SKSTAT_KIND_FAILED, sk, conn, old, &event);
}

static __always_inline void put_times(struct skstat_incident *event, const struct skstat_conn *conn)
{
	if (!(conn->flags & SKSTAT_CONN_OPENED)) {
		event->flags |= SKSTAT_EVENT_OLD;
		return;
	}
	event->flags |= SKSTAT_EVENT_HAS_DURATION;
	event->duration = event->time - conn->since;
	if (!conn->first_byte)
		return;
	event->flags |= SKSTAT_EVENT_HAS_FIRST_BYTE;
	event->first_byte = conn->first_byte - conn->since;
	if (conn->flags & SKSTAT_CONN_LATE)
		event->flags |= SKSTAT_EVENT_FIRST_BYTE_LATE;
}

/* CLOSED of one that is_plain(), in order. */
static __always_inline void write_closed_plain(const struct sock *sk, u8 old, const struct skstat_conn *conn, u8 kind,
					       u32 flags)
{
	u64 now = ktime_get_ns();
	struct skstat_incident event = {
		.time = now, .duration = now - conn->since, .flags = flags | SKSTAT_EVENT_HAS_DURATION,
		.kind = kind, .direction = conn->direction, .err = READ_ONCE(sk->sk_err),
	};

	life_write(SKSTAT_KIND_CLOSED, sk, conn, old, &event);
}

/* It was seen to open, and nobody looked for its first byte. */
static bool is_plain(const struct skstat_conn *conn)
{
	return conn->flags & SKSTAT_CONN_OPENED && !conn->watch && !conn->first_byte;
}

static noinline void write_closed(const struct sock *sk, u8 old, struct skstat_conn *conn, u8 kind, u32 flags)
{
	struct skstat_incident event = {
		.time	   = ktime_get_ns(),
		.kind	   = kind,
		.direction = conn ? conn->direction : 0,
		.err	   = READ_ONCE(sk->sk_err),
		.flags	   = flags,
	};

	if (likely(conn)) {
		skstat_first_byte_look(conn, sk);
		put_times(&event, conn);
		if (conn->flags & SKSTAT_CONN_RST_OUT)
			event.flags |= SKSTAT_EVENT_RST_COUNTED | SKSTAT_EVENT_ACTIVE_RST;
		conn->closing = 0;
	} else {
		event.flags |= flags_without_entry();
	}
	life_write(SKSTAT_KIND_CLOSED, sk, conn, old, &event);
}

static noinline void life_closed_otherwise(const struct sock *sk, struct skstat_conn *conn, u8 old)
{
	struct skstat_end end;
	u32 flags = 0;
	u8 kind;

	if (!skstat_end_look_quick(sk, old, conn, &end))
		end = skstat_end_look(sk, old, conn);
	kind = skstat_end_close(&end);
	if (conn && skstat_end_waits(&end)) {
		conn->closing = old;
		conn->kind = kind;
		return;
	}
	if (skstat_end_time_wait(&end))
		flags = SKSTAT_EVENT_TIME_WAIT | (old == TCP_FIN_WAIT2 && !end.fin_in ? SKSTAT_EVENT_FIN_PENDING : 0);
	write_closed(sk, old, conn, kind, flags);
}

notrace void skstat_life_closed(const struct sock *sk, u8 old)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk) ?: skstat_life_conn_of_old(sk);
	u32 flags;
	u8 kind;

	if (unlikely(!skstat_end_is_orderly(sk, old, conn, &kind, &flags)))
		life_closed_otherwise(sk, conn, old);
	else if (is_plain(conn))
		write_closed_plain(sk, old, conn, kind, flags);
	else
		write_closed(sk, old, conn, kind, flags);
}

void skstat_life_finish_late(const struct sock *sk, struct skstat_conn *conn)
{
	write_closed(sk, conn->closing, conn, conn->kind, 0);
}

void skstat_life_move(const struct sock *sk, struct skstat_conn *conn, u8 new)
{
	if (!conn)
		conn = skstat_life_conn_of_old(sk);
	if (!conn)
		return;
	if (new == TCP_FIN_WAIT1)
		skstat_fin_look(sk, conn);
	skstat_first_byte_look(conn, sk);
}

notrace void skstat_life_fin(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk);

	if (unlikely(!conn))
		return skstat_life_move(sk, NULL, TCP_FIN_WAIT1);
	skstat_fin_look(sk, conn);
	skstat_first_byte_look(conn, sk);
}

/* listen(), in process context. The port is not asked for yet: that may still fail, and listening stop at once. */
void skstat_life_listen_started(const struct sock *sk)
{
	struct skstat_conn *conn = life_renew(sk);
	struct skstat_incident event = { .time = ktime_get_ns() };

	if (!conn)
		event.flags = SKSTAT_EVENT_MISSED;
	if (conn && in_task())
		skstat_conn_set_process(conn, SKSTAT_PROCESS_CALLER);
	life_write(SKSTAT_KIND_LISTEN_STARTED, sk, conn, TCP_CLOSE, &event);
}

void skstat_life_listen_stopped(const struct sock *sk, struct skstat_conn *conn)
{
	struct skstat_incident event = {
		.time  = ktime_get_ns(),
		.flags = conn ? 0 : flags_without_entry(),
		.err   = READ_ONCE(sk->sk_err),
	};

	life_write(SKSTAT_KIND_LISTEN_STOPPED, sk, conn, TCP_LISTEN, &event);
}
