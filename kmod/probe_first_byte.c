// SPDX-License-Identifier: GPL-2.0
#include <linux/tcp.h>
#include <trace/events/tcp.h>

#include "compat/tracepoint.h"
#include "conn.h"
#include "probe.h"
#include "probe_first_byte.h"

u16 skstat_first_byte_holding;
static u16 holds;

/*
 * tcp_rcv_established(), under the socket's lock: the socket is full and ours to look at, the segment is linear up to
 * the end of its TCP header, where skb->data begins.
 */
static void on_tcp_probe(void *data, struct sock *sk, skstat_tcp_probe_skb *skb)
{
	struct skstat_scope scope;
	struct skstat_conn *conn;

	if (!skstat_probe_enter(SKSTAT_PROBE_FIRST_BYTE, &scope))
		return;
	if (tcp_sk(sk)->bytes_received || skb->len <= __tcp_hdrlen((const struct tcphdr *)skb->data))
		goto out;
	conn = skstat_conn_find(sk);
	if (conn && skstat_first_byte_wanted(conn))
		conn->first_byte = ktime_get_ns();
out:
	skstat_probe_leave(&scope);
}

static int first_byte_start(void)
{
	check_trace_callback_type_tcp_probe(on_tcp_probe);
	if (!++holds)
		holds = 1;
	WRITE_ONCE(skstat_first_byte_holding, holds);
	return 0;
}

static void first_byte_stop(void)
{
	WRITE_ONCE(skstat_first_byte_holding, 0);
}

static struct skstat_hook first_byte_hooks[] = {
	{ .tracepoint = "tcp_probe", .handler = on_tcp_probe },
};

struct skstat_probe skstat_probe_first_byte = {
	.id	  = SKSTAT_PROBE_FIRST_BYTE,
	.hooks	  = first_byte_hooks,
	.nr_hooks = ARRAY_SIZE(first_byte_hooks),
	.start	  = first_byte_start,
	.stop	  = first_byte_stop,
};
