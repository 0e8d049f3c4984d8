// SPDX-License-Identifier: GPL-2.0
/*
 * How long packets live, of one in `skb_sample`: from the stack's way out or in, until they are consumed or dropped, or
 * the application has read of them. What goes through lo or veth is one packet, from its sender on.
 *
 * TCP frees what it has received without a word. So of its segments only those are followed that bring something, and
 * the socket takes over from them; the reader's time is when it reads next. UDP of Linux 7 says that a datagram was
 * read only where another CPU than the reader's has to free it.
 *
 * An address may be another packet's by the time that it is freed. What would follow a wrong one is left out: a packet
 * has the address of its data for a mark, too.
 */
#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/tcp.h>
#include <trace/events/net.h>
#include <trace/events/skb.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "clock.h"
#include "hist.h"
#include "pair.h"
#include "probe.h"
#include "reader.h"
#include "sample.h"

#define SKB_MAX_AGE (60ULL * NSEC_PER_SEC)

static unsigned int skb_sample = 16;
module_param(skb_sample, uint, 0444);
MODULE_PARM_DESC(skb_sample, "of how many packets one is followed from its way into the stack to its end");

static DEFINE_PER_CPU(u32, skb_count);

static struct skstat_pairs skb_pairs;	  /* by skb; tag[0]: enum skstat_way, tag[1]: skb_mark_of() */
static struct skstat_pairs skb_read_pairs; /* by socket; tag[0] likewise */

static u32 skb_mark_of(const struct sk_buff *skb)
{
	return hash_64((unsigned long)skb->head, 32);
}

/* Whether this one is to be followed. */
static bool is_sample(void)
{
	return skstat_is_sample(this_cpu_inc_return(skb_count), skb_sample);
}

static void skb_begin(const struct sk_buff *skb, enum skstat_way way, u64 time)
{
	const struct skstat_pair pair = { .time = time, .tag = { way, skb_mark_of(skb) } };

	skstat_pair_begin(&skb_pairs, skb, pair);
}

static void skb_observe(enum skstat_way way, enum skstat_end end, u64 began)
{
	s64 ns = skstat_clock_between(began, skstat_clock());

	if (likely(ns >= 0))
		skstat_hist_add(SKSTAT_HISTOGRAM_SKB, way, end, 0, ns);
}

/* --- its beginning */

/* __dev_queue_xmit(): the sender has the skb. Forwarded, it goes on as it came in. */
static void on_queue(void *data, struct sk_buff *skb)
{
	struct skstat_scope scope;
	struct skstat_pair pair;

	if (!skstat_probe_enter(SKSTAT_PROBE_SKB, &scope))
		return;
	if (skstat_pair_end(&skb_pairs, skb, &pair) && skb->skb_iif && pair.tag[1] == skb_mark_of(skb))
		skb_begin(skb, pair.tag[0], pair.time);
	else if (is_sample())
		skb_begin(skb, SKSTAT_WAY_TRANSMIT, skstat_clock());
	skstat_probe_leave(&scope);
}

/* How long a TCP header is that begins at `offset`; 0: there is none. */
static u32 tcp_length(const struct sk_buff *skb, u32 offset)
{
	struct tcphdr copy;
	const struct tcphdr *th = skb_header_pointer(skb, offset, sizeof(copy), &copy);

	return th ? __tcp_hdrlen(th) : 0;
}

/*
 * Whether it is a segment of TCP with nothing in it, at netif_receive_skb, where skb->data is the network header. What
 * its headers say is looked at no further than it goes; one with extension headers passes for something else.
 */
static bool is_bare_tcp(const struct sk_buff *skb)
{
	const u32 offset = 0;
	u32 header;

	if (skb->protocol == htons(ETH_P_IP)) {
		struct iphdr copy;
		const struct iphdr *ip = skb_header_pointer(skb, offset, sizeof(copy), &copy);

		if (!ip || ip->protocol != IPPROTO_TCP || (ip->frag_off & htons(IP_OFFSET)))
			return false;
		header = tcp_length(skb, offset + ip->ihl * 4);
		return header && ntohs(ip->tot_len) <= ip->ihl * 4 + header && ip->tot_len;
	}
	if (skb->protocol == htons(ETH_P_IPV6)) {
		struct ipv6hdr copy;
		const struct ipv6hdr *ip = skb_header_pointer(skb, offset, sizeof(copy), &copy);

		if (!ip || ip->nexthdr != IPPROTO_TCP)
			return false;
		header = tcp_length(skb, offset + sizeof(*ip));
		return header && ntohs(ip->payload_len) <= header && ip->payload_len;
	}
	return false;
}

/* The way of one that is followed already: from its sender, or through a bridge, which receives it anew. 0: none. */
static enum skstat_way way_so_far(const struct sk_buff *skb, const struct skstat_pair *pair)
{
	if (pair->tag[1] != skb_mark_of(skb))
		return SKSTAT_WAY_UNSPEC;
	return pair->tag[0] == SKSTAT_WAY_TRANSMIT || skb->skb_iif ? pair->tag[0] : SKSTAT_WAY_UNSPEC;
}

/* __netif_receive_skb(): the stack has the skb. */
static void on_receive(void *data, struct sk_buff *skb)
{
	enum skstat_way way = SKSTAT_WAY_UNSPEC;
	struct skstat_scope scope;
	struct skstat_pair pair;

	if (!skstat_probe_enter(SKSTAT_PROBE_SKB, &scope))
		return;
	if (skstat_pair_end(&skb_pairs, skb, &pair))
		way = way_so_far(skb, &pair);
	if (!way && is_sample()) {
		way = SKSTAT_WAY_RECEIVE;
		pair.time = skstat_clock();
	}
	if (way && !is_bare_tcp(skb))
		skb_begin(skb, way, pair.time);
	skstat_probe_leave(&scope);
}

/* --- its end */

/*
 * The last reference to the skb is gone, and it is freed as we return: its own fields may be read, of what they point
 * to nothing.
 */
static void skb_end(const struct sk_buff *skb, enum skstat_end end)
{
	struct skstat_scope scope;
	struct skstat_pair pair;

	if (!skstat_probe_enter(SKSTAT_PROBE_SKB, &scope))
		return;
	if (skstat_pair_end(&skb_pairs, skb, &pair) && pair.tag[1] == skb_mark_of(skb))
		skb_observe(pair.tag[0], end, pair.time);
	skstat_probe_leave(&scope);
}

static void on_consume_skb(void *data, SKSTAT_CONSUME_SKB_ARGS(skb))
{
	skb_end(skb, SKSTAT_END_CONSUMED);
}

static void on_kfree_skb(void *data, SKSTAT_KFREE_SKB_ARGS(skb, location))
{
	skb_end(skb, skstat_is_no_drop(SKSTAT_KFREE_SKB_REASON) ? SKSTAT_END_CONSUMED : SKSTAT_END_DROPPED);
}

/*
 * tcp_rcv_established(), under the socket's lock: it is full, the segment is linear up to the end of its TCP header,
 * where skb->data begins. From here on the socket has what was in it. One that brings nothing new may be dropped yet.
 */
static void on_tcp_probe(void *data, struct sock *sk, skstat_tcp_probe_skb *skb)
{
	struct skstat_scope scope;
	struct skstat_pair pair;

	if (!skstat_probe_enter(SKSTAT_PROBE_SKB, &scope))
		return;
	if (!after(TCP_SKB_CB(skb)->end_seq, tcp_sk(sk)->rcv_nxt))
		goto out;
	if (!skstat_pair_end(&skb_pairs, skb, &pair) || pair.tag[1] != skb_mark_of(skb) ||
	    after(TCP_SKB_CB(skb)->seq, tcp_sk(sk)->rcv_nxt))
		goto out;
	if (READ_ONCE(tcp_sk(sk)->copied_seq) == tcp_sk(sk)->rcv_nxt)
		skstat_pair_begin(&skb_read_pairs, sk, pair);
	else
		skstat_pair_begin_once(&skb_read_pairs, sk, pair);
out:
	skstat_probe_leave(&scope);
}

/* tcp_rcv_space_adjust(), as data goes from the receive queue to a reader, who has locked the socket. */
static void on_rcv_space_adjust(void *data, struct sock *sk)
{
	struct skstat_scope scope;
	struct skstat_pair pair;

	if (!skstat_probe_enter(SKSTAT_PROBE_SKB, &scope))
		return;
	if (skstat_pair_end(&skb_read_pairs, sk, &pair) && !skstat_reads_for_others())
		skb_observe(pair.tag[0], SKSTAT_END_READ, pair.time);
	skstat_probe_leave(&scope);
}

/* --- the probe */

static void skb_check_handlers(void)
{
	check_trace_callback_type_net_dev_queue(on_queue);
	check_trace_callback_type_netif_receive_skb(on_receive);
	check_trace_callback_type_consume_skb(on_consume_skb);
	check_trace_callback_type_kfree_skb(on_kfree_skb);
	check_trace_callback_type_tcp_probe(on_tcp_probe);
	check_trace_callback_type_tcp_rcv_space_adjust(on_rcv_space_adjust);
}

static int skb_start(void)
{
	int err;

	skb_check_handlers();
	err = skstat_hist_start();
	if (!err)
		err = skstat_pairs_start(&skb_pairs, skstat_pair_places(), SKB_MAX_AGE);
	if (err)
		return err;
	err = skstat_pairs_start(&skb_read_pairs, skstat_pair_places(), SKB_MAX_AGE);
	if (err)
		skstat_pairs_stop(&skb_pairs);
	return err;
}

static void skb_stop(void)
{
	skstat_pairs_stop(&skb_read_pairs);
	skstat_pairs_stop(&skb_pairs);
}

static u64 skb_missed(void)
{
	return skstat_pairs_missed(&skb_pairs) + skstat_pairs_missed(&skb_read_pairs);
}

/* The ends first: then there is no beginning whose end was not seen. */
static struct skstat_hook skb_hooks[] = {
	{ .tracepoint = "consume_skb", .handler = on_consume_skb },
	{ .tracepoint = "kfree_skb", .handler = on_kfree_skb },
	{ .tracepoint = "tcp_rcv_space_adjust", .handler = on_rcv_space_adjust },
	{ .tracepoint = "tcp_probe", .handler = on_tcp_probe },
	{ .tracepoint = "netif_receive_skb", .handler = on_receive },
	{ .tracepoint = "net_dev_queue", .handler = on_queue },
};

struct skstat_probe skstat_probe_skb = {
	.id	  = SKSTAT_PROBE_SKB,
	.hooks	  = skb_hooks,
	.nr_hooks = ARRAY_SIZE(skb_hooks),
	.start	  = skb_start,
	.stop	  = skb_stop,
	.missed	  = skb_missed,
};
