// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that had no room. A full SO_RCVBUF is told of by __sock_queue_rcv_skb() alone, which ping sockets use, raw
 * ones until 6.1 (by 6.12 they are passed over before there is a copy for them), and some of other families: UDP has a
 * probe of its own, and what TCP does not take is a drop. The protocol's memory (tcp_mem, udp_mem) and that of a
 * cgroup are all protocols'.
 */
#include <linux/in.h>
#include <net/sock.h>
#include <trace/events/sock.h>

#include "compat/compat.h"
#include "counter.h"
#include "netns.h"
#include "probe.h"
#include "service_port.h"

/* IPPROTO_*: other families mean other things by it. */
static u32 l4_of(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6 ? sk->sk_protocol : 0;
}

/*
 * All callers charge something to the socket, before and after: they hold it, or have it by RCU on the way of a packet
 * to it. It is full. Its namespace is there with it: a process is in a call on it, or a packet has come in there.
 */
static void count(const struct sock *sk, enum skstat_limit limit)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_LIMIT, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_LIMIT,
		.column = { limit, l4_of(sk), skstat_netns_id(sock_net(sk)), skstat_service_port(sk) },
	}, 1);
	skstat_probe_leave(&scope);
}

/* __sock_queue_rcv_skb() */
static void on_rcvqueue_full(void *data, struct sock *sk, struct sk_buff *skb)
{
	count(sk, SKSTAT_LIMIT_RECEIVE_QUEUE);
}

/* __sk_mem_raise_allocated(). 5.10 does not tell when it is the cgroup that receives no more. */
static void on_exceed_buf_limit(void *data, struct sock *sk, struct proto *prot, long allocated, int kind)
{
	count(sk, kind == SK_MEM_SEND ? SKSTAT_LIMIT_SEND : SKSTAT_LIMIT_RECEIVE);
}

static int limit_start(void)
{
	check_trace_callback_type_sock_rcvqueue_full(on_rcvqueue_full);
	check_trace_callback_type_sock_exceed_buf_limit(on_exceed_buf_limit);
	return skstat_counter_start();
}

static struct skstat_hook limit_hooks[] = {
	{ .tracepoint = "sock_rcvqueue_full", .handler = on_rcvqueue_full },
	{ .tracepoint = "sock_exceed_buf_limit", .handler = on_exceed_buf_limit },
};

struct skstat_probe skstat_probe_limit = {
	.id	  = SKSTAT_PROBE_LIMIT,
	.hooks	  = limit_hooks,
	.nr_hooks = ARRAY_SIZE(limit_hooks),
	.start	  = limit_start,
};
