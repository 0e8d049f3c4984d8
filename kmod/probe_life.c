// SPDX-License-Identifier: GPL-2.0
/*
 * The lives of connections and listeners, told by changes of their state.
 *
 * All handlers here get full TCP sockets, and run under their lock (the softirq's or the owner's), or on behalf of the
 * one that is just making or ending them: fields may be read as they are, and no other event of the same socket runs.
 * What sockets point to and is followed here or in record.c (namespace, congestion control, cgroup, struct socket) lives
 * at least until tcp_v4_destroy_sock() has passed its tracepoint, which it does first of all.
 */
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/tcp.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "conn.h"
#include "journal.h"
#include "life_look.h"
#include "netns.h"
#include "probe.h"
#include "probe_first_byte.h"

static void life_write(enum skstat_kind kind, const struct sock *csk, u8 state, struct skstat_incident *event)
{
	struct sock *sk = (struct sock *)csk; /* for the cookie, which is made by whoever asks first */
	struct skstat_source src = { .sk = sk, .netns = skstat_netns_id(sock_net(sk)), .state = state };
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
	src.cookie = (u64)cookie[1] << 32 | cookie[0];
	skstat_journal_write(kind, &src, event);
}

/* Of a socket that has no entry: it began before there was a table, or found no place in it. */
static u32 flags_without_entry(void)
{
	return skstat_conn_missed() ? SKSTAT_EVENT_MISSED : SKSTAT_EVENT_OLD;
}

/* An entry for a socket that should have one, made now if need be: it is an old one then. */
static struct skstat_conn *conn_of(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_find(sk);

	if (conn || skstat_conn_missed())
		return conn;
	conn = skstat_conn_make(sk);
	if (conn)
		conn->flags |= SKSTAT_CONN_OLD;
	return conn;
}

static void put_queues(struct skstat_incident *event, const struct skstat_conn *conn)
{
	if (!(conn->flags & SKSTAT_CONN_QUEUES))
		return;
	event->flags |= SKSTAT_EVENT_HAS_QUEUES;
	event->accept_queue = conn->queue.accept;
	event->accept_limit = conn->queue.accept_limit;
	event->syn_queue = conn->queue.syn;
}

static void put_latency(struct skstat_incident *event, u64 latency)
{
	event->connect_latency = latency;
	event->flags |= SKSTAT_EVENT_HAS_CONNECT;
}

/* CLOSE to SYN_SENT: connect(), before the SYN, which TCP_FASTOPEN_CONNECT leaves to the first write. */
static void life_connect(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_renew(sk);

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
static void life_arrive(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_renew(sk);

	if (!conn)
		return;
	conn->direction = SKSTAT_EVENT_IN;
	if (skstat_queues_look(sk, conn))
		conn->flags |= SKSTAT_CONN_QUEUES;
	if (skstat_cookie_look(sk, conn))
		conn->flags |= SKSTAT_CONN_COOKIE;
}

static void life_cross(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_find(sk);

	if (conn)
		conn->flags |= SKSTAT_CONN_SIMULTANEOUS;
}

/* From here on the connection is counted as open, and has an entry if there is room for one. */
static void conn_opened(const struct sock *sk, u8 direction, u64 now)
{
	struct skstat_conn *conn = skstat_conn_make(sk);

	if (!conn)
		return;
	conn->direction = direction;
	conn->since = now;
	conn->flags |= SKSTAT_CONN_OPENED;
	conn->flags &= ~(SKSTAT_CONN_QUEUES | SKSTAT_CONN_OLD);
	skstat_first_byte_watch(conn);
}

static void life_opened(const struct sock *sk, u8 old)
{
	const struct skstat_conn *conn = skstat_conn_find(sk);
	struct skstat_begin begin = skstat_begin_look(sk, old, conn);
	struct skstat_incident event = {
		.time	   = ktime_get_ns(),
		.kind	   = skstat_begin_name(&begin),
		.direction = skstat_direction_look(old, conn),
		.err	   = READ_ONCE(sk->sk_err),
	};
	const struct tcp_sock *tp = tcp_sk(sk);

	if (begin.passive) {
		/*
		 * A first sample is eight times what was measured: from the SYN-ACK to what answered it. A cookie leaves
		 * nothing to measure by, its timestamp is made of options.
		 */
		if (begin.measured && event.kind != SKSTAT_OPEN_SYNCOOKIE)
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
	life_write(SKSTAT_KIND_OPENED, sk, old, &event);
	conn_opened(sk, event.direction, event.time);
}

static void life_failed(const struct sock *sk, u8 old)
{
	const struct skstat_conn *conn = skstat_conn_find(sk);
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
	life_write(SKSTAT_KIND_FAILED, sk, old, &event);
}

static void put_times(struct skstat_incident *event, const struct skstat_conn *conn)
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
		.direction = conn ? conn->direction : 0,
		.err	   = READ_ONCE(sk->sk_err),
		.flags	   = flags,
	};

	if (conn) {
		skstat_first_byte_look(conn, sk, event.time);
		put_times(&event, conn);
		if (conn->flags & SKSTAT_CONN_RST_OUT)
			event.flags |= SKSTAT_EVENT_RST_COUNTED | SKSTAT_EVENT_ACTIVE_RST;
		conn->closing = 0;
	} else {
		event.flags |= flags_without_entry();
	}
	life_write(SKSTAT_KIND_CLOSED, sk, old, &event);
}

static void life_closed(const struct sock *sk, u8 old)
{
	struct skstat_conn *conn = conn_of(sk);
	struct skstat_end end = skstat_end_look(sk, old, conn);
	u8 kind = skstat_end_close(&end);
	u32 flags = 0;

	if (conn && skstat_end_waits(&end)) {
		conn->closing = old;
		conn->kind = kind;
		return;
	}
	if (skstat_end_time_wait(&end))
		flags = SKSTAT_EVENT_TIME_WAIT | (old == TCP_FIN_WAIT2 && !end.fin_in ? SKSTAT_EVENT_FIN_PENDING : 0);
	write_closed(sk, old, conn, kind, flags);
}

/* What was to be waited for has come, or never will. */
static void life_finish(const struct sock *sk, struct skstat_conn *conn)
{
	if (conn && conn->closing)
		write_closed(sk, conn->closing, conn, conn->kind, 0);
}

/* Neither open nor closed by it: one of the FINs. */
static void life_move(const struct sock *sk, u8 new)
{
	struct skstat_conn *conn = conn_of(sk);

	if (!conn)
		return;
	if (new == TCP_FIN_WAIT1)
		skstat_fin_look(sk, conn);
	skstat_first_byte_look(conn, sk, ktime_get_ns());
}

/* listen(), in process context. The port is not asked for yet: that may still fail, and listening stop at once. */
static void life_listen_started(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_renew(sk);
	struct skstat_incident event = { .time = ktime_get_ns(), .flags = conn ? 0 : SKSTAT_EVENT_MISSED };

	if (conn && in_task())
		skstat_conn_set_process(conn, SKSTAT_PROCESS_CALLER);
	life_write(SKSTAT_KIND_LISTEN_STARTED, sk, TCP_CLOSE, &event);
}

static void life_listen_stopped(const struct sock *sk)
{
	struct skstat_incident event = {
		.time  = ktime_get_ns(),
		.flags = skstat_conn_find(sk) ? 0 : flags_without_entry(),
		.err   = READ_ONCE(sk->sk_err),
	};

	life_write(SKSTAT_KIND_LISTEN_STOPPED, sk, TCP_LISTEN, &event);
}

static bool is_opening(u8 state)
{
	return state == TCP_SYN_SENT || state == TCP_SYN_RECV;
}

static void life_change(const struct sock *sk, u8 old, u8 new)
{
	if (old == TCP_CLOSE)
		life_finish(sk, skstat_conn_find(sk));
	if (new == TCP_SYN_SENT)
		return life_connect(sk);
	if (new == TCP_SYN_RECV)
		return old == TCP_SYN_SENT ? life_cross(sk) : life_arrive(sk);
	if (new == TCP_LISTEN)
		return life_listen_started(sk);
	if (old == TCP_LISTEN)
		return life_listen_stopped(sk);
	if (new == TCP_CLOSE)
		return is_opening(old) ? life_failed(sk, old) : life_closed(sk, old);
	if (is_opening(old))
		life_opened(sk, old);
	life_move(sk, new);
}

/* Before the state is written. Of SCTP, DCCP and MPTCP as well; tcp_close_state() sets some states once more. */
static void on_set_state(void *data, const struct sock *sk, const int old, const int new)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_LIFE, &scope))
		return;
	if (sk->sk_protocol == IPPROTO_TCP && old != new)
		life_change(sk, old, new);
	skstat_probe_leave(&scope);
}

/* tcp_reset(), before anything else; of a closed socket it does no more. */
static void on_receive_reset(void *data, struct sock *sk)
{
	struct skstat_scope scope;
	struct skstat_conn *conn;

	if (!skstat_probe_enter(SKSTAT_PROBE_LIFE, &scope))
		return;
	conn = sk->sk_state != TCP_CLOSE ? conn_of(sk) : NULL;
	if (conn)
		conn->flags |= SKSTAT_CONN_RST_IN;
	skstat_probe_leave(&scope);
}

/*
 * tcp_send_active_reset() has sent it, and has counted it in segs_out: then there is no segment, and the socket is a full
 * one. With a segment it is the answer to that: no socket's, and `sk` may be of any kind, or NULL.
 */
static void on_send_reset(void *data, const struct sock *sk, const struct sk_buff *skb SKSTAT_RST_REASON_ARG)
{
	struct skstat_scope scope;
	struct skstat_conn *conn;

	if (!skstat_probe_enter(SKSTAT_PROBE_LIFE, &scope))
		return;
	conn = sk && !skb ? conn_of(sk) : NULL;
	if (conn) {
		conn->flags |= SKSTAT_CONN_RST_OUT;
		life_finish(sk, conn);
	}
	skstat_probe_leave(&scope);
}

/* tcp_v4_destroy_sock(): closed, without an owner, and nothing of it freed yet. */
static void on_destroy_sock(void *data, struct sock *sk)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_LIFE, &scope))
		return;
	life_finish(sk, skstat_conn_find(sk));
	skstat_conn_drop(sk);
	skstat_probe_leave(&scope);
}

static int life_start(void)
{
	int err;

	check_trace_callback_type_inet_sock_set_state(on_set_state);
	check_trace_callback_type_tcp_receive_reset(on_receive_reset);
	check_trace_callback_type_tcp_send_reset(on_send_reset);
	check_trace_callback_type_tcp_destroy_sock(on_destroy_sock);
	err = skstat_journal_start();
	return err ? err : skstat_conn_start();
}

/* Entries end before they begin: what makes them is attached last. */
static struct skstat_hook life_hooks[] = {
	{ .tracepoint = "tcp_destroy_sock", .handler = on_destroy_sock },
	{ .tracepoint = "tcp_send_reset", .handler = on_send_reset },
	{ .tracepoint = "tcp_receive_reset", .handler = on_receive_reset },
	{ .tracepoint = "inet_sock_set_state", .handler = on_set_state },
};

struct skstat_probe skstat_probe_life = {
	.id	  = SKSTAT_PROBE_LIFE,
	.hooks	  = life_hooks,
	.nr_hooks = ARRAY_SIZE(life_hooks),
	.start	  = life_start,
	.stop	  = skstat_conn_stop,
};
