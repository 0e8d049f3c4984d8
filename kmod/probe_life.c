// SPDX-License-Identifier: GPL-2.0
/*
 * The lives of connections and listeners, told by changes of their state.
 *
 * All handlers here get full TCP sockets, and run under their lock (the softirq's or the owner's), or on behalf of
 * the one that is just making or ending them: fields may be read as they are, and no other event of the same socket
 * runs. What sockets point to and is followed here or in record.c (namespace, congestion control, cgroup, struct
 * socket) lives at least until tcp_v4_destroy_sock() has passed its tracepoint, which it does first of all.
 */
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "conn_table.h"
#include "journal.h"
#include "life.h"
#include "probe.h"
#include "probe_first_byte.h"

/* Its entry; one that should have one and has not gets it. */
static struct skstat_conn *life_conn(const struct sock *sk)
{
	return skstat_conn_find_near(sk) ?: skstat_life_conn_of_old(sk);
}

/*
 * Between open and closed, with nothing to be noted: not even that there is data whose first byte nobody has seen. A
 * socket that is older than the table gets its entry once there is something to write into it.
 */
static __always_inline bool is_quiet(const struct sock *sk, u32 old, u32 new)
{
	if (!((1 << new) & (TCPF_CLOSE_WAIT | TCPF_FIN_WAIT2 | TCPF_LAST_ACK | TCPF_CLOSING)) ||
	    !((1 << old) & (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_CLOSE_WAIT)))
		return false;
	return !skstat_first_byte_held() || !skstat_received_data(sk);
}

/* What happens to every connection is told at once. */
static __always_inline void life_change(const struct sock *sk, u32 old, u32 new)
{
	if (new == TCP_ESTABLISHED)
		skstat_life_established(sk, old);
	else if (new == TCP_CLOSE)
		skstat_life_closed(sk, old);
	else if (new == TCP_SYN_SENT && old == TCP_CLOSE)
		skstat_life_connect(sk);
	else if (new == TCP_SYN_RECV && old == TCP_LISTEN)
		skstat_life_arrive(sk);
	else if (new == TCP_FIN_WAIT1 && old == TCP_ESTABLISHED)
		skstat_life_fin(sk);
	else
		skstat_life_change(sk, old, new);
}

static noinline void life_change_timed(const struct sock *sk, u32 old, u32 new)
{
	u64 began = ktime_get_ns();

	life_change(sk, old, new);
	skstat_probe_timed(SKSTAT_PROBE_LIFE, began);
}

/*
 * This hook and the last, which every connection passes, do without a scope. They cannot be entered again in the same
 * context: what is called in between is a clock, a cookie and a bell, none of which touches a socket's state; and no NMI
 * does. What interrupts them finds another socket: entries are of one, rings are written with interrupts off.
 *
 * Before the state is written. Of SCTP, DCCP and MPTCP as well; and of states that are set once more.
 */
static notrace void on_set_state(void *data, const struct sock *sk, const int old, const int new)
{
	if (sk->sk_protocol != IPPROTO_TCP || is_quiet(sk, old, new))
		return;
	if (skstat_probe_hit(SKSTAT_PROBE_LIFE))
		life_change_timed(sk, old, new);
	else
		life_change(sk, old, new);
	skstat_probe_go();
}

/* tcp_reset(), before anything else; of a closed socket it does no more. */
static void on_receive_reset(void *data, struct sock *sk)
{
	struct skstat_scope scope;
	struct skstat_conn *conn;

	if (!skstat_probe_enter(SKSTAT_PROBE_LIFE, &scope))
		return;
	conn = sk->sk_state != TCP_CLOSE ? life_conn(sk) : NULL;
	if (conn)
		conn->flags |= SKSTAT_CONN_RST_IN;
	skstat_probe_leave(&scope);
}

/*
 * tcp_send_active_reset() has sent it, and has counted it in segs_out: then there is no segment, and the socket is a
 * full one. With a segment it is the answer to that: no socket's, and `sk` may be of any kind, or NULL.
 */
static void on_send_reset(void *data, SKSTAT_SEND_RESET_ARGS(sk, skb))
{
	struct skstat_scope scope;
	struct skstat_conn *conn;

	if (!sk || skb || !skstat_probe_enter(SKSTAT_PROBE_LIFE, &scope))
		return;
	conn = life_conn(sk);
	if (conn) {
		conn->flags |= SKSTAT_CONN_RST_OUT;
		skstat_life_finish(sk, conn);
	}
	skstat_probe_leave(&scope);
}

static noinline void life_destroy_far(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk);

	if (!conn)
		return;
	skstat_life_finish(sk, conn);
	skstat_conn_drop_far(conn);
}

static __always_inline void life_destroy(const struct sock *sk)
{
	struct conn_set *set = skstat_conn_set_of(skstat_conn_table_get(), sk);

	if (skstat_conn_is_near(set, sk) && likely(!set->conn->closing))
		skstat_conn_drop_near(set);
	else
		life_destroy_far(sk);
}

static noinline void life_destroy_timed(const struct sock *sk)
{
	u64 began = ktime_get_ns();

	life_destroy(sk);
	skstat_probe_timed(SKSTAT_PROBE_LIFE, began);
}

/* tcp_v4_destroy_sock(): closed, without an owner, and nothing of it freed yet. */
static notrace void on_destroy_sock(void *data, struct sock *sk)
{
	if (skstat_probe_hit(SKSTAT_PROBE_LIFE))
		life_destroy_timed(sk);
	else
		life_destroy(sk);
	skstat_probe_go();
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
