// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that are sent again, by what made TCP do so. SYN-ACKs of requests have a way of their own. All others lead
 * through __tcp_retransmit_skb(), and each of them leaves a trace on the socket or the segment:
 *
 *   a SYN, or the SYN-ACK of crossed SYNs   carries the flag SYN
 *   tcp_retransmit_timer()                  the timer is not pending any more; it went to CA_Loss before it sent
 *   tcp_xmit_retransmit_queue()             sends what is marked as lost and nothing else; in CA_Loss the kernel counts
 *                                           it in TCPSlowStartRetrans, else in TCPFastRetrans, and so do we
 *   tcp_send_loss_probe()                   the probe's timer is still pending, the segment mostly not marked as lost
 *   tcp_rcv_fastopen_synack(), until 5.1x   nothing of these: the data of a SYN that the server did not take
 *
 * tcp_ld_RTO_revert(), by an ICMP message, calls the second one with the timer pending: that counts as slow start.
 */
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "counter.h"
#include "netns.h"
#include "probe.h"
#include "service_port.h"

static u32 cause_of(const struct sock *sk, const struct sk_buff *skb)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	bool loss = icsk->icsk_ca_state == TCP_CA_Loss;

	if (cb->tcp_flags & TCPHDR_SYN)
		return SKSTAT_CAUSE_SYN;
	if (loss && !icsk->icsk_pending)
		return SKSTAT_CAUSE_RTO;
	if (cb->sacked & TCPCB_LOST)
		return loss ? SKSTAT_CAUSE_SLOW_START : SKSTAT_CAUSE_FAST;
	if (icsk->icsk_pending == ICSK_TIME_LOSS_PROBE)
		return SKSTAT_CAUSE_TLP;
	return SKSTAT_CAUSE_OTHER;
}

/*
 * __tcp_retransmit_skb(), under the socket's lock: it is full, and ours to look at, and holds its namespace or is used
 * by it. The segment stands in the retransmit queue, and what was sent is a copy: its control block is TCP's. It is
 * several segments, as the kernel counts them in RetransSegs.
 */
static void on_retransmit(void *data, SKSTAT_RETRANSMIT_ARGS(sk, skb))
{
	struct skstat_scope scope;

	if (SKSTAT_RETRANSMIT_ERR || !skstat_probe_enter(SKSTAT_PROBE_RETRANSMIT, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_RETRANSMIT,
		.column = {
			cause_of(sk, skb),
			sk->sk_state,
			skstat_netns_id(sock_net(sk)),
			skstat_service_port(sk),
		},
	}, tcp_skb_pcount(skb));
	skstat_probe_leave(&scope);
}

/*
 * tcp_rtx_synack(), where the kernel has just counted it in RetransSegs. The socket is a listener, which the request
 * holds, or a child by Fast Open, under its lock: both are full, and hold their namespace. MPTCP has its own requests.
 */
static void on_retransmit_synack(void *data, const struct sock *sk, const struct request_sock *req)
{
	struct skstat_scope scope;

	if (sk->sk_protocol != IPPROTO_TCP || !skstat_probe_enter(SKSTAT_PROBE_RETRANSMIT, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_RETRANSMIT,
		.column = {
			SKSTAT_CAUSE_SYNACK,
			TCP_NEW_SYN_RECV,
			skstat_netns_id(sock_net(sk)),
			skstat_service_port(sk),
		},
	}, 1);
	skstat_probe_leave(&scope);
}

static int retransmit_start(void)
{
	check_trace_callback_type_tcp_retransmit_skb(on_retransmit);
	check_trace_callback_type_tcp_retransmit_synack(on_retransmit_synack);
	return skstat_counter_start();
}

static struct skstat_hook retransmit_hooks[] = {
	{ .tracepoint = "tcp_retransmit_skb", .handler = on_retransmit },
	{ .tracepoint = "tcp_retransmit_synack", .handler = on_retransmit_synack },
};

struct skstat_probe skstat_probe_retransmit = {
	.id	  = SKSTAT_PROBE_RETRANSMIT,
	.hooks	  = retransmit_hooks,
	.nr_hooks = ARRAY_SIZE(retransmit_hooks),
	.start	  = retransmit_start,
};
