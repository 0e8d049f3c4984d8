/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handlers of tracepoints whose prototype has changed are written for the newest one. SKSTAT_<POINT>_ARGS are a
 * handler's parameters behind `data`; what an older kernel does not hand out is a constant by the name that stands
 * with it.
 */
#ifndef SKSTAT_COMPAT_TRACEPOINT_H
#define SKSTAT_COMPAT_TRACEPOINT_H

#include <linux/skbuff.h>
#include <net/sock.h>

#include "compat/config.h"

#if SKSTAT_HAVE_TCP_PROBE_CONST
typedef const struct sk_buff skstat_tcp_probe_skb;
#else
typedef struct sk_buff skstat_tcp_probe_skb;
#endif

/* SKSTAT_SEND_RESET_REASON: enum sk_rst_reason, 0 where the kernel has none. */
#if SKSTAT_HAVE_RST_REASON
#define SKSTAT_SEND_RESET_ARGS(sk, skb) \
	const struct sock *sk, const struct sk_buff *skb, const enum sk_rst_reason reason
#define SKSTAT_SEND_RESET_REASON ((u32)reason)
#else
#define SKSTAT_SEND_RESET_ARGS(sk, skb) const struct sock *sk, const struct sk_buff *skb
#define SKSTAT_SEND_RESET_REASON	0u
#endif

/* SKSTAT_KFREE_SKB_REASON: enum skb_drop_reason or 0. SKSTAT_KFREE_SKB_RX_SK: who was to get it, or NULL. */
#if SKSTAT_HAVE_KFREE_SKB_RX_SK_CONST
#define SKSTAT_KFREE_SKB_ARGS(skb, location) \
	struct sk_buff *skb, void *location, enum skb_drop_reason reason, const struct sock *rx_sk
#elif SKSTAT_HAVE_KFREE_SKB_RX_SK
#define SKSTAT_KFREE_SKB_ARGS(skb, location) \
	struct sk_buff *skb, void *location, enum skb_drop_reason reason, struct sock *rx_sk
#elif SKSTAT_HAVE_KFREE_SKB_REASON
#define SKSTAT_KFREE_SKB_ARGS(skb, location) struct sk_buff *skb, void *location, enum skb_drop_reason reason
#else
#define SKSTAT_KFREE_SKB_ARGS(skb, location) struct sk_buff *skb, void *location
#endif

#if SKSTAT_HAVE_KFREE_SKB_REASON
#define SKSTAT_KFREE_SKB_REASON ((u32)reason)
#else
#define SKSTAT_KFREE_SKB_REASON 0u
#endif

#if SKSTAT_HAVE_KFREE_SKB_RX_SK
#define SKSTAT_KFREE_SKB_RX_SK rx_sk
#else
#define SKSTAT_KFREE_SKB_RX_SK NULL
#endif

#if SKSTAT_HAVE_CONSUME_SKB_LOCATION
#define SKSTAT_CONSUME_SKB_ARGS(skb) struct sk_buff *skb, void *location
#else
#define SKSTAT_CONSUME_SKB_ARGS(skb) struct sk_buff *skb
#endif

/* Whether a reason says that it is none. Without reasons, kfree_skb is all that the kernel calls a drop. */
static inline bool skstat_is_no_drop(u32 reason)
{
#if SKSTAT_HAVE_SKB_CONSUMED
	return reason == SKB_NOT_DROPPED_YET || reason == SKB_CONSUMED;
#elif SKSTAT_HAVE_KFREE_SKB_REASON
	return reason == SKB_NOT_DROPPED_YET;
#else
	return false;
#endif
}

/* SKSTAT_RETRANSMIT_ERR: nonzero, the segment was not sent. Older kernels tell of those only that were. */
#if SKSTAT_HAVE_RETRANSMIT_ERR
#define SKSTAT_RETRANSMIT_ARGS(sk, skb) const struct sock *sk, const struct sk_buff *skb, int err
#define SKSTAT_RETRANSMIT_ERR		err
#else
#define SKSTAT_RETRANSMIT_ARGS(sk, skb) const struct sock *sk, const struct sk_buff *skb
#define SKSTAT_RETRANSMIT_ERR		0
#endif

/* SKSTAT_UDP_FAIL_PROTOCOL: the datagram's EtherType. Where there is no datagram, it is always IPv4's. */
#if SKSTAT_HAVE_UDP_FAIL_SKB
#define SKSTAT_UDP_FAIL_ARGS(rc, sk) int rc, struct sock *sk, struct sk_buff *skb
#define SKSTAT_UDP_FAIL_PROTOCOL     (skb->protocol)
#else
#define SKSTAT_UDP_FAIL_ARGS(rc, sk) int rc, struct sock *sk
#define SKSTAT_UDP_FAIL_PROTOCOL     htons(ETH_P_IP)
#endif

#if !SKSTAT_HAVE_QDISC_ENQUEUE
static inline void check_trace_callback_type_qdisc_enqueue(void (*handler)(void *data, struct Qdisc *q,
									   const struct netdev_queue *txq,
									   struct sk_buff *skb))
{
}
#endif

#if !SKSTAT_HAVE_BAD_CSUM
static inline void check_trace_callback_type_tcp_bad_csum(void (*handler)(void *data, const struct sk_buff *skb))
{
}
#endif

#if !SKSTAT_HAVE_CALL_LENGTH
static inline void check_trace_callback_type_sock_send_length(void (*handler)(void *data, struct sock *sk, int ret,
									      int flags))
{
}

static inline void check_trace_callback_type_sock_recv_length(void (*handler)(void *data, struct sock *sk, int ret,
									      int flags))
{
}
#endif

#if !SKSTAT_HAVE_CONG_STATE_SET
static inline void check_trace_callback_type_tcp_cong_state_set(void (*handler)(void *data, struct sock *sk,
										const u8 state))
{
}
#endif

#endif
