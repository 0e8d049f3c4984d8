// SPDX-License-Identifier: GPL-2.0
/*
 * How long connections are in each congestion state; counted when they leave it, or close. From ESTABLISHED on: what
 * happens to SYNs is not meant.
 */
#include <linux/ktime.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "hist.h"
#include "pair.h"
#include "probe.h"
#include "state_places.h"

/* By socket; tag[0] is the state. Each leaves by way of CLOSE. */
static struct skstat_pairs congestions;

static void begin(const struct sock *sk, u64 now, u8 state)
{
	const struct skstat_pair pair = { .time = now, .tag = { state } };

	skstat_pair_begin(&congestions, sk, pair);
}

/* The socket is in none that is known, until begin(). */
static void end(const struct sock *sk, u64 now)
{
	struct skstat_pair began;

	if (skstat_pair_end(&congestions, sk, &began))
		skstat_hist_add(SKSTAT_HISTOGRAM_CONGESTION, began.tag[0], 0, 0, now - began.time);
}

static bool is_connected(const struct sock *sk)
{
	return (1 << sk->sk_state) & ~(TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_NEW_SYN_RECV);
}

/* tcp_set_ca_state(), before it is written, which may be for the same once more. The socket is locked, and TCP's. */
static void on_cong_state(void *data, struct sock *sk, const u8 state)
{
	struct skstat_scope scope;
	u64 now;

	if (inet_csk(sk)->icsk_ca_state == state || !is_connected(sk) ||
	    !skstat_probe_enter(SKSTAT_PROBE_CONGESTION, &scope))
		return;
	now = ktime_get_ns();
	end(sk, now);
	begin(sk, now, state);
	skstat_probe_leave(&scope);
}

/* Before the state is written; under the socket's lock, or by who just makes it. Of SCTP, DCCP and MPTCP as well. */
static void on_set_state(void *data, const struct sock *sk, const int old, const int new)
{
	struct skstat_scope scope;

	if (sk->sk_protocol != IPPROTO_TCP || old == new || (new != TCP_ESTABLISHED && new != TCP_CLOSE) ||
	    !skstat_probe_enter(SKSTAT_PROBE_CONGESTION, &scope))
		return;
	if (new == TCP_CLOSE)
		end(sk, ktime_get_ns());
	else
		begin(sk, ktime_get_ns(), inet_csk(sk)->icsk_ca_state);
	skstat_probe_leave(&scope);
}

static int congestion_start(void)
{
	int err;

	check_trace_callback_type_tcp_cong_state_set(on_cong_state);
	check_trace_callback_type_inet_sock_set_state(on_set_state);
	err = skstat_hist_start();
	return err ? err : skstat_pairs_start(&congestions, skstat_state_places(), 0);
}

static void congestion_stop(void)
{
	skstat_pairs_stop(&congestions);
}

static u64 congestion_missed(void)
{
	return skstat_pairs_missed(&congestions);
}

/* What takes entries away is attached first, and longest. */
static struct skstat_hook congestion_hooks[] = {
	{ .tracepoint = "inet_sock_set_state", .handler = on_set_state },
	{ .tracepoint = "tcp_cong_state_set", .handler = on_cong_state },
};

struct skstat_probe skstat_probe_congestion = {
	.id	  = SKSTAT_PROBE_CONGESTION,
	.hooks	  = congestion_hooks,
	.nr_hooks = ARRAY_SIZE(congestion_hooks),
	.start	  = congestion_start,
	.stop	  = congestion_stop,
	.missed	  = congestion_missed,
};
