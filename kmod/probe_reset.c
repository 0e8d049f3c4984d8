// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs. Received are those that ended a connection, or an attempt: one that is not acceptable, or comes for TIME_WAIT
 * or a request, passes no tracepoint. Sent are all by 6.12; before, those of TIME_WAIT and of no socket at all (a
 * closed port) pass none. OutRsts has them.
 */
#include <linux/tcp.h>
#include <net/dst.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "counter.h"
#include "netns.h"
#include "probe.h"
#include "service_port.h"
#include "symbol.h"

/*
 * Without a socket: tcp_v4_send_reset() and its twin, as a packet is received, under RCU. They have looked at its route
 * just before, and taken the namespace from there, too. The route's device is there as long as the route is.
 */
static u32 netns_of_packet(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb ? skb_dst(skb) : NULL;

	return dst ? skstat_netns_id(dev_net(READ_ONCE(dst->dev))) : 0;
}

/*
 * Three callers. tcp_send_active_reset() has the socket locked, or is just ending it: it is full. tcp_v4_send_reset()
 * and its twin have a full socket that they found or made, a TIME_WAIT (since 6.12, referenced, and of the namespace in
 * which a packet is being received), or none (likewise). An abortive close() has set the state to CLOSE before.
 */
static void on_send_reset(void *data, SKSTAT_SEND_RESET_ARGS(sk, skb))
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_RESET, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_RESET,
		.column = {
			SKSTAT_RESET_SENT,
			SKSTAT_SEND_RESET_REASON,
			sk ? sk->sk_state : 0,
			sk ? skstat_netns_id(sock_net(sk)) : netns_of_packet(skb),
			sk ? skstat_service_port(sk) : 0,
		},
	}, 1);
	skstat_probe_leave(&scope);
}

/* tcp_reset(), under the socket's lock: it is full; its state is the one that it had. */
static void on_receive_reset(void *data, struct sock *sk)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_RESET, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_RESET,
		.column = {
			SKSTAT_RESET_RECEIVED,
			0,
			sk->sk_state,
			skstat_netns_id(sock_net(sk)),
			skstat_service_port(sk),
		},
	}, 1);
	skstat_probe_leave(&scope);
}

static int reset_start(void)
{
	int err;

	check_trace_callback_type_tcp_send_reset(on_send_reset);
	check_trace_callback_type_tcp_receive_reset(on_receive_reset);
	err = skstat_counter_start();
	return err ? err : skstat_symbol_start();
}

static struct skstat_hook reset_hooks[] = {
	{ .tracepoint = "tcp_send_reset", .handler = on_send_reset },
	{ .tracepoint = "tcp_receive_reset", .handler = on_receive_reset },
};

struct skstat_probe skstat_probe_reset = {
	.id	  = SKSTAT_PROBE_RESET,
	.hooks	  = reset_hooks,
	.nr_hooks = ARRAY_SIZE(reset_hooks),
	.start	  = reset_start,
};
