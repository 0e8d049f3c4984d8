// SPDX-License-Identifier: GPL-2.0
#include <trace/events/tcp.h>

#include "netns.h"
#include "probe.h"
#include "probe_synack.h"

static bool held;

bool skstat_synack_held(void)
{
	return READ_ONCE(held);
}

/*
 * tcp_rtx_synack(), where the kernel has just counted it in RetransSegs, and only there. The socket is a listener,
 * which the request holds, or a child by Fast Open, under its lock: both are full, and hold their namespace.
 */
static void on_retransmit_synack(void *data, const struct sock *sk, const struct request_sock *req)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_SYNACK, &scope))
		return;
	if (sk->sk_protocol == IPPROTO_TCP)
		skstat_netns_count_own(sock_net(sk), SKSTAT_OWN_SYNACK_RETRANS);
	skstat_probe_leave(&scope);
}

static int synack_start(void)
{
	check_trace_callback_type_tcp_retransmit_synack(on_retransmit_synack);
	WRITE_ONCE(held, true);
	return 0;
}

static void synack_stop(void)
{
	WRITE_ONCE(held, false);
}

static struct skstat_hook synack_hooks[] = {
	{ .tracepoint = "tcp_retransmit_synack", .handler = on_retransmit_synack },
};

struct skstat_probe skstat_probe_synack = {
	.id	  = SKSTAT_PROBE_SYNACK,
	.hooks	  = synack_hooks,
	.nr_hooks = ARRAY_SIZE(synack_hooks),
	.start	  = synack_start,
	.stop	  = synack_stop,
};
