// SPDX-License-Identifier: GPL-2.0
/*
 * How long TCP sockets are in each state; counted when they leave it. CLOSE is none. Requests and TIME_WAIT are no such
 * sockets: a child's SYN_RECV lasts but for a moment, and FIN_WAIT2 until TIME_WAIT takes over.
 */
#include <linux/moduleparam.h>
#include <linux/ktime.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <trace/events/sock.h>

#include "compat/compat.h"
#include "hist.h"
#include "pair.h"
#include "probe.h"
#include "state_places.h"

static unsigned int state_places = 65536;
module_param(state_places, uint, 0444);
MODULE_PARM_DESC(state_places, "sockets that a probe of states can follow (64 to 1048576, a power of two)");

u32 skstat_state_places(void)
{
	return state_places;
}

/* By socket. A socket leaves by way of CLOSE, always: nothing is ever too old. */
static struct skstat_pairs states;

static void change(const struct sock *sk, u8 old, u8 new)
{
	struct skstat_pair began, now = { .time = ktime_get_ns() };

	if (skstat_pair_end(&states, sk, &began))
		skstat_hist_add(SKSTAT_HISTOGRAM_STATE, old, 0, 0, now.time - began.time);
	if (new != TCP_CLOSE)
		skstat_pair_begin(&states, sk, now);
}

/*
 * Before the state is written; under the socket's lock, or by who just makes it. Of SCTP, DCCP and MPTCP as well;
 * tcp_close_state() sets some states once more.
 */
static void on_set_state(void *data, const struct sock *sk, const int old, const int new)
{
	struct skstat_scope scope;

	if (sk->sk_protocol != IPPROTO_TCP || old == new || !skstat_probe_enter(SKSTAT_PROBE_STATE, &scope))
		return;
	change(sk, old, new);
	skstat_probe_leave(&scope);
}

static int state_start(void)
{
	int err;

	check_trace_callback_type_inet_sock_set_state(on_set_state);
	err = skstat_hist_start();
	return err ? err : skstat_pairs_start(&states, state_places, 0);
}

static void state_stop(void)
{
	skstat_pairs_stop(&states);
}

static u64 state_missed(void)
{
	return skstat_pairs_missed(&states);
}

static struct skstat_hook state_hooks[] = {
	{ .tracepoint = "inet_sock_set_state", .handler = on_set_state },
};

struct skstat_probe skstat_probe_state = {
	.id	  = SKSTAT_PROBE_STATE,
	.hooks	  = state_hooks,
	.nr_hooks = ARRAY_SIZE(state_hooks),
	.start	  = state_start,
	.stop	  = state_stop,
	.missed	  = state_missed,
};
