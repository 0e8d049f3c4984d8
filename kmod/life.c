// SPDX-License-Identifier: GPL-2.0
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "conn.h"
#include "conn_table.h"
#include "life.h"
#include "life_look.h"
#include "life_write.h"
#include "probe_first_byte.h"

/* Nobody has asked for it yet. */
static noinline void life_cookie_make(struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
}

static __always_inline void life_write(enum skstat_kind kind, const struct sock *sk, const struct skstat_conn *conn,
				       u8 state, struct skstat_incident *event)
{
	struct skstat_place place;

	if (!atomic64_read(&sk->sk_cookie))
		life_cookie_make((struct sock *)sk);
	if (skstat_journal_begin(&place))
		skstat_life_write(&place, kind, sk, conn, state, event);
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

struct skstat_conn *skstat_life_renew(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk);

	if (conn)
		skstat_life_finish(sk, conn);
	return skstat_conn_renew(sk, conn);
}

static void life_cross(struct skstat_conn *conn)
{
	if (conn)
		conn->flags |= SKSTAT_CONN_SIMULTANEOUS;
}

/* Open. Its entry, if it has one now. */
static struct skstat_conn *life_opened(const struct sock *sk, struct skstat_conn *conn, u8 old)
{
	struct skstat_begin begin = skstat_begin_look(sk, old, conn);
	struct skstat_incident event = {
		.time	   = ktime_get_ns(),
		.kind	   = skstat_begin_name(&begin),
		.direction = skstat_direction_look(old, conn),
		.err	   = READ_ONCE(sk->sk_err),
		.flags	   = !conn && skstat_conn_missed() ? SKSTAT_EVENT_MISSED : 0,
	};

	if (event.direction == SKSTAT_EVENT_IN)
		skstat_life_put_synack(&event, sk);
	else if (conn && conn->since)
		skstat_life_put_latency(&event, event.time - conn->since);
	if (conn && conn->flags & SKSTAT_CONN_QUEUES)
		skstat_life_put_queues(&event, conn);
	life_write(SKSTAT_KIND_OPENED, sk, conn, old, &event);
	conn = conn ?: skstat_life_conn_of_old(sk); /* an entry if there is room for one */
	if (conn)
		skstat_life_note_opened(sk, conn, conn->flags | event.direction << SKSTAT_CONN_DIRECTION, event.time);
	return conn;
}

static void life_failed(const struct sock *sk, struct skstat_conn *conn, u8 old)
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
		skstat_life_put_latency(&event, event.time - conn->since);
	if (conn && conn->flags & SKSTAT_CONN_QUEUES)
		skstat_life_put_queues(&event, conn);
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

static void write_closed(const struct sock *sk, u8 old, struct skstat_conn *conn, u8 kind, u32 flags)
{
	struct skstat_incident event = {
		.time	   = ktime_get_ns(),
		.kind	   = kind,
		.direction = conn ? skstat_conn_direction(conn) : 0,
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

static void life_closed(const struct sock *sk, struct skstat_conn *conn, u8 old)
{
	struct skstat_end end;
	u32 kind, flags = 0;

	if (skstat_end_is_orderly(sk, old, conn, &kind, &flags))
		return write_closed(sk, old, conn, kind, flags);
	flags = 0;
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

void skstat_life_finish_late(const struct sock *sk, struct skstat_conn *conn)
{
	write_closed(sk, conn->closing, conn, conn->kind, 0);
}

static void life_move(const struct sock *sk, struct skstat_conn *conn, u8 new)
{
	if (!conn)
		conn = skstat_life_conn_of_old(sk);
	if (!conn)
		return;
	if (new == TCP_FIN_WAIT1)
		skstat_fin_look(sk, conn);
	skstat_first_byte_look(conn, sk);
}

/* listen(), in process context. The port is not asked for yet: that may still fail, and listening stop at once. */
static void life_listen_started(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_life_renew(sk);
	struct skstat_incident event = { .time = ktime_get_ns() };

	if (!conn)
		event.flags = SKSTAT_EVENT_MISSED;
	if (conn && in_task())
		skstat_conn_set_process(conn, SKSTAT_PROCESS_CALLER);
	life_write(SKSTAT_KIND_LISTEN_STARTED, sk, conn, TCP_CLOSE, &event);
}

static void life_listen_stopped(const struct sock *sk, struct skstat_conn *conn)
{
	struct skstat_incident event = {
		.time  = ktime_get_ns(),
		.flags = conn ? 0 : flags_without_entry(),
		.err   = READ_ONCE(sk->sk_err),
	};

	life_write(SKSTAT_KIND_LISTEN_STOPPED, sk, conn, TCP_LISTEN, &event);
}

static bool is_opening(u8 state)
{
	return state == TCP_SYN_SENT || state == TCP_SYN_RECV;
}

void skstat_life_change(const struct sock *sk, u8 old, u8 new)
{
	struct skstat_conn *conn;

	if (old == new) /* tcp_close_state() sets some once more */
		return;
	conn = skstat_conn_find_near(sk);
	if (old == TCP_CLOSE && conn)
		skstat_life_finish(sk, conn);
	if (new == TCP_SYN_SENT)
		return skstat_life_connect(sk);
	if (new == TCP_SYN_RECV)
		return old == TCP_SYN_SENT ? life_cross(conn) : skstat_life_arrive(sk);
	if (new == TCP_LISTEN)
		return life_listen_started(sk);
	if (old == TCP_LISTEN)
		return life_listen_stopped(sk, conn);
	if (new == TCP_CLOSE)
		return is_opening(old) ? life_failed(sk, conn, old) :
					 life_closed(sk, conn ?: skstat_life_conn_of_old(sk), old);
	if (is_opening(old))
		conn = life_opened(sk, conn, old);
	if (new != TCP_ESTABLISHED)
		life_move(sk, conn, new);
}
