// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that the kernel drops. What it calls so by kfree_skb, that is: where it has not made up its mind, purging a
 * queue of a socket that is closed is a drop, too. consume_skb is none.
 *
 * 5.10 has a blind spot: tcp_drop(), which is for all that a connection does not take, calls no tracepoint there.
 */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "counter.h"
#include "device.h"
#include "known.h"
#include "probe.h"
#include "service_port.h"
#include "symbol.h"

/*
 * Two ways to a socket.
 *
 * rx_sk, where there is one: who gives it has the socket in use, or has found it in the read-side section of RCU that
 * he is still in (tcp_v4_rcv() lets go of its reference just before), on the way of a packet through that socket's
 * namespace. That is what skstat_service_port() asks for.
 *
 * skb->sk is somebody's only if there is a destructor: the place has other uses (ip_defrag_offset). Every destructor
 * means a hold on the socket: of its send buffer (sock_wfree, tcp_wfree), its receive queue (sock_rfree), or a
 * reference (sock_edemux, sock_efree); or RCU (sock_pfree). What such a socket says of its namespace is another
 * matter. One of a user's holds it for as long as it is; those of the kernel, TIME_WAIT and requests do not, and a
 * packet of theirs may have come through veth into a queue of another namespace, and stay there longer than their own
 * lives.
 */
static u32 port_of(const struct sk_buff *skb, const struct sock *rx_sk)
{
	if (rx_sk)
		return skstat_service_port(rx_sk);
	if (skb->destructor && skb->sk && sk_fullsock(skb->sk) && skb->sk->sk_net_refcnt)
		return skstat_service_port(skb->sk);
	return 0;
}

/*
 * The last reference to the skb is gone, and it is freed as we return: its own fields may be read. skb->dev may not be
 * followed: in a UDP socket's queue the same place has figures, in TCP's out-of-order queue a node of a tree, and a
 * device may be gone for long. As an address it is compared with those of devices that are there.
 */
static void on_kfree_skb(void *data, SKSTAT_KFREE_SKB_ARGS(skb, location))
{
	struct skstat_scope scope;

	if (skstat_is_no_drop(SKSTAT_KFREE_SKB_REASON) || !skstat_probe_enter(SKSTAT_PROBE_DROP, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_DROP,
		.column = {
			SKSTAT_KFREE_SKB_REASON,
			skstat_symbol_id(location),
			skstat_device_id(skb->dev),
			skstat_known_protocol(skb->protocol),
			port_of(skb, SKSTAT_KFREE_SKB_RX_SK),
		},
	}, 1);
	skstat_probe_leave(&scope);
}

static int drop_start(void)
{
	int err;

	check_trace_callback_type_kfree_skb(on_kfree_skb);
	err = skstat_counter_start();
	if (!err)
		err = skstat_symbol_start();
	if (!err)
		err = skstat_device_start();
	return err;
}

static struct skstat_hook drop_hooks[] = {
	{ .tracepoint = "kfree_skb", .handler = on_kfree_skb },
};

struct skstat_probe skstat_probe_drop = {
	.id	  = SKSTAT_PROBE_DROP,
	.hooks	  = drop_hooks,
	.nr_hooks = ARRAY_SIZE(drop_hooks),
	.start	  = drop_start,
};
