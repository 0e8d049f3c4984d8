/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be seen of a connection's beginning and end: fills what life_name.h decides by. In handlers, under the
 * socket's lock or on behalf of the one that makes or ends it; `conn` is its entry or NULL.
 */
#ifndef SKSTAT_LIFE_LOOK_H
#define SKSTAT_LIFE_LOOK_H

#include <linux/tcp.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "conn.h"
#include "life_name.h"

/* SKSTAT_EVENT_IN or _OUT of a socket that leaves the state SYN_SENT or SYN_RECV. */
static __always_inline u8 skstat_direction_look(u8 state, const struct skstat_conn *conn)
{
	if (conn && skstat_conn_direction(conn))
		return skstat_conn_direction(conn);
	/* Not known: then crossed SYNs are the exception. */
	return state == TCP_SYN_SENT ? SKSTAT_EVENT_OUT : SKSTAT_EVENT_IN;
}

/*
 * tcp_rcv_fastopen_synack() decides by the same, but only after the state has changed: the data is in the queue of
 * what is to be acknowledged, or it was taken. The queue is guarded by the socket's lock. Of a child the SYN's data
 * is in its receive queue by now.
 */
static inline bool skstat_syn_data_taken(const struct sock *sk, u8 direction)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (direction == SKSTAT_EVENT_IN)
		return tp->syn_data_acked;
	return tp->syn_data && RB_EMPTY_ROOT(&sk->tcp_rtx_queue);
}

static __always_inline struct skstat_begin skstat_begin_look(const struct sock *sk, u8 state, const struct skstat_conn *conn)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u8 direction = skstat_direction_look(state, conn);

	return (struct skstat_begin) {
		.passive       = direction == SKSTAT_EVENT_IN,
		.repair	       = tp->repair,
		.simultaneous  = conn && (conn->flags & SKSTAT_CONN_SIMULTANEOUS),
		.syn_data      = skstat_syn_data_taken(sk, direction),
		.cookie	       = conn && (conn->flags & SKSTAT_CONN_COOKIE),
		.known	       = conn && skstat_conn_direction(conn),
		/* A first sample is eight times what was measured; timestamps are milliseconds here. */
		.stamped       = tp->srtt_us % (8 * USEC_PER_MSEC) == 0,
		.measured      = tp->srtt_us,
		.retransmitted = tp->total_retrans,
		.mptcp	       = sk_is_mptcp(sk),
	};
}

/*
 * Which direction a handshake without anything special has, of a connection that was seen as it came: what
 * skstat_begin_name() calls a handshake, too. 0: it is something else, or more has to be looked at. A child has the
 * listener's queues then, and whoever opens has none.
 */
static __always_inline u8 skstat_begin_handshake(const struct sock *sk, u32 state, const struct skstat_conn *conn)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (unlikely(!conn || tp->repair || tp->syn_data || tp->syn_data_acked))
		return 0;
	if (conn->flags == (SKSTAT_CONN_IN | SKSTAT_CONN_QUEUES) && likely(state == TCP_SYN_RECV))
		return SKSTAT_EVENT_IN;
	if (conn->flags == SKSTAT_CONN_OUT && likely(state == TCP_SYN_SENT))
		return SKSTAT_EVENT_OUT;
	return 0;
}

/*
 * Data that came after close(), which the kernel answers with a RST. It was counted as it came in, but not taken:
 * since the FIN, if that was close()'s; after an earlier shutdown(), if nothing else was taken since.
 */
static inline bool skstat_late_data_look(const struct sock *sk, u8 state, const struct skstat_conn *conn)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!conn || !(conn->flags & SKSTAT_CONN_FIN) || (state != TCP_FIN_WAIT1 && state != TCP_FIN_WAIT2))
		return false;
	if (!(sk->sk_shutdown & RCV_SHUTDOWN) || sock_flag(sk, SOCK_DONE) || tp->data_segs_in == conn->fin.data_segs)
		return false;
	return (conn->flags & SKSTAT_CONN_FIN_CLOSE) || conn->fin.bytes == (u32)tp->bytes_received;
}

/*
 * The ends in order that leave nothing to decide: both FINs, and ours is acknowledged. True: `kind` and `flags` are
 * what life_name.h would make of it, CLOSED does not wait, and it is a segment of its own that does it: the ACK of our
 * FIN, or the peer's FIN, on which TIME_WAIT takes over at once.
 */
static __always_inline bool skstat_end_is_orderly(const struct sock *sk, u32 state, const struct skstat_conn *conn,
						  u32 *kind, u32 *flags)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (unlikely(!conn || conn->flags & (SKSTAT_CONN_RST_IN | SKSTAT_CONN_RST_OUT)))
		return false;
	if (state == TCP_LAST_ACK) {
		*kind = SKSTAT_CLOSE_FIN_REMOTE;
		*flags = 0;
		return likely(tp->snd_una == tp->write_seq);
	}
	*kind = SKSTAT_CLOSE_FIN_LOCAL;
	*flags = SKSTAT_EVENT_TIME_WAIT;
	return likely(state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DONE));
}

/*
 * Of a RST that came in, only that is filled in which life_name.h comes down to. The rest is 0 and decides nothing.
 */
static __always_inline bool skstat_end_look_quick(const struct sock *sk, u8 state, const struct skstat_conn *conn,
						  struct skstat_end *end)
{
	if (!conn || !(conn->flags & SKSTAT_CONN_RST_IN))
		return false;
	*end = (struct skstat_end) {
		.state = state, .rst_in = true, .late_data = skstat_late_data_look(sk, state, conn),
	};
	return true;
}

static __always_inline struct skstat_end skstat_end_look(const struct sock *sk, u8 state, const struct skstat_conn *conn)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	int err = READ_ONCE(sk->sk_err); /* SO_ERROR may clear it, without the lock */
	bool finished = sock_flag(sk, SOCK_DONE);

	return (struct skstat_end) {
		.state	      = state,
		.err	      = err,
		.soft	      = err == READ_ONCE(sk->sk_err_soft),
		.passive      = skstat_direction_look(state, conn) == SKSTAT_EVENT_IN,
		.task	      = in_task(),
		.timer	      = !icsk->icsk_pending,
		.dead	      = sock_flag(sk, SOCK_DEAD),
		.repair	      = tp->repair,
		.sent	      = tp->segs_out,
		.acked	      = tp->snd_una == tp->write_seq,
		.unsent	      = tp->snd_nxt != tp->write_seq,
		.unread	      = skb_queue_empty(&sk->sk_receive_queue) &&
				(int)(tp->rcv_nxt - tp->copied_seq) - finished > 0,
		.fin_in	      = finished,
		.late_data    = skstat_late_data_look(sk, state, conn),
		.linger_never = tp->linger2 < 0,
		.linger_long  = state == TCP_FIN_WAIT2 && tcp_fin_time(sk) > TCP_TIMEWAIT_LEN,
		/* Without an entry nobody has kept that in mind. */
		.rst_in	      = conn ? conn->flags & SKSTAT_CONN_RST_IN : err == ECONNRESET || err == EPIPE,
		.rst_out      = conn && (conn->flags & SKSTAT_CONN_RST_OUT),
	};
}

/*
 * A child that was made in SYN_RECV, and thrown away because another CPU has made one of the same request: no
 * connection ends, that one goes on.
 *
 * inet_ehash_nolisten() sets the state by itself. All others go through tcp_set_state(), which takes a child's port
 * away before.
 */
static __always_inline bool skstat_is_duplicate(const struct sock *sk, u8 state, const struct skstat_conn *conn)
{
	return state == TCP_SYN_RECV && skstat_direction_look(state, conn) == SKSTAT_EVENT_IN && inet_sk(sk)->inet_num;
}

/*
 * The queues of the listener, as a child of it shows for the first time. False: they cannot be told.
 *
 * inet_csk_clone_lock(). The child begins as a copy of its listener, queues included; sk_ack_backlog and its limit
 * stay so. Until 6.12 the state is set first of all, and the SYN queue is there as well; 7.2 has wiped it by then,
 * but has the child's addresses, with which the listener is found. A listener has no peer's port.
 */
static __always_inline bool skstat_queues_look(const struct sock *child, struct skstat_conn *conn)
{
	const struct sock *listener = inet_sk(child)->inet_dport ? skstat_listener(child) : child;

	if (!listener)
		return false;
	conn->queue.accept = READ_ONCE(child->sk_ack_backlog);
	conn->queue.accept_limit = READ_ONCE(child->sk_max_ack_backlog);
	conn->queue.syn = reqsk_queue_len(&inet_csk(listener)->icsk_accept_queue);
	return true;
}

/* skstat_cookie_look(), in a namespace where cookies were `taken` on this CPU. */
bool skstat_cookie_look_closer(const struct sock *child, const struct skstat_conn *conn, u64 taken);

/*
 * Whether a SYN cookie was taken on this CPU just before a child shows for the first time, after
 * skstat_queues_look(). The kernel counts them there, and makes the child then; if it could not, the count is there
 * and the next child's to look at.
 */
static __always_inline bool skstat_cookie_look(const struct sock *child, const struct skstat_conn *conn)
{
	u64 taken = raw_cpu_read(sock_net(child)->mib.net_statistics->mibs[LINUX_MIB_SYNCOOKIESRECV]);

	return unlikely(taken) && skstat_cookie_look_closer(child, conn, taken);
}

/* Our FIN is about to be sent: what has come until then. */
static inline void skstat_fin_look(const struct sock *sk, struct skstat_conn *conn)
{
	u16 flags = conn->flags | SKSTAT_CONN_FIN;

	conn->fin.data_segs = tcp_sk(sk)->data_segs_in;
	conn->fin.bytes = tcp_sk(sk)->bytes_received;
	conn->flags = sk->sk_shutdown & RCV_SHUTDOWN ? flags | SKSTAT_CONN_FIN_CLOSE : flags;
}

#endif
