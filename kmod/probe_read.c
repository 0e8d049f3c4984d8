// SPDX-License-Identifier: GPL-2.0
/*
 * How long TCP's data waits for the application: from the first segment that brings something to read, where nothing
 * has begun to wait yet, until a read takes something away. What a read leaves behind is not measured again; the next
 * segment is. What came while the socket was in use (its backlog) begins when the socket gets at it.
 */
#include <net/tcp.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "clock.h"
#include "hist.h"
#include "pair.h"
#include "probe.h"
#include "reader.h"
#include "service_port.h"

/* An application may take its time; but a socket that was closed unread has left its beginning behind. */
#define READ_MAX_AGE (600ULL * NSEC_PER_SEC)

static struct skstat_pairs read_pairs; /* by socket */

/* Whether it brings data that can be read at once: no ACK alone, nothing old, no hole before it. */
static bool brings_data(const struct tcp_sock *tp, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	return skb->len > __tcp_hdrlen((const struct tcphdr *)skb->data) && !after(cb->seq, tp->rcv_nxt) &&
	       after(cb->end_seq, tp->rcv_nxt);
}

/*
 * tcp_rcv_established(), under the socket's lock: the socket is full and ours to look at, the segment is linear up to
 * the end of its TCP header, where skb->data begins. What is there of a beginning although nothing waits is of a
 * socket that was at this address before, or of a segment that was refused.
 */
static __always_inline void arrive(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct skstat_pair pair = {};

	if (!brings_data(tp, skb))
		return;
	pair.time = skstat_clock();
	if (likely(READ_ONCE(tp->copied_seq) == tp->rcv_nxt))
		skstat_pair_begin(&read_pairs, sk, pair);
	else
		skstat_pair_begin_once(&read_pairs, sk, pair);
}

static noinline void arrive_timed(struct sock *sk, const struct sk_buff *skb)
{
	u64 began = ktime_get_ns();

	arrive(sk, skb);
	skstat_probe_timed(SKSTAT_PROBE_READ, began);
}

static notrace void on_tcp_probe(void *data, struct sock *sk, skstat_tcp_probe_skb *skb)
{
	if (skstat_probe_hit(SKSTAT_PROBE_READ))
		arrive_timed(sk, skb);
	else
		arrive(sk, skb);
	skstat_probe_go();
}

/*
 * tcp_rcv_space_adjust(), as data goes from the receive queue to a reader, who has locked the socket: it is full, and
 * does not end meanwhile.
 */
static __always_inline void read(const struct sock *sk)
{
	struct skstat_pair pair = skstat_pair_end(&read_pairs, sk);
	s64 ns;

	if (!pair.time || skstat_reads_for_others())
		return;
	ns = skstat_clock_between(pair.time, skstat_clock());
	if (likely(ns >= 0))
		skstat_hist_add(SKSTAT_HISTOGRAM_READ, skstat_service_port_of_tcp(sk), 0, 0, ns);
}

static noinline void read_timed(const struct sock *sk)
{
	u64 began = ktime_get_ns();

	read(sk);
	skstat_probe_timed(SKSTAT_PROBE_READ, began);
}

static notrace void on_rcv_space_adjust(void *data, struct sock *sk)
{
	if (skstat_probe_hit(SKSTAT_PROBE_READ))
		read_timed(sk);
	else
		read(sk);
	skstat_probe_go();
}

static int read_start(void)
{
	int err;

	check_trace_callback_type_tcp_probe(on_tcp_probe);
	check_trace_callback_type_tcp_rcv_space_adjust(on_rcv_space_adjust);
	err = skstat_hist_start();
	return err ?: skstat_pairs_start(&read_pairs, skstat_pair_places(), READ_MAX_AGE);
}

static void read_stop(void)
{
	skstat_pairs_stop(&read_pairs);
}

static u64 read_missed(void)
{
	return skstat_pairs_missed(&read_pairs);
}

/* The end first: then there is no beginning whose end was not seen. */
static struct skstat_hook read_hooks[] = {
	{ .tracepoint = "tcp_rcv_space_adjust", .handler = on_rcv_space_adjust },
	{ .tracepoint = "tcp_probe", .handler = on_tcp_probe },
};

struct skstat_probe skstat_probe_read = {
	.id	  = SKSTAT_PROBE_READ,
	.hooks	  = read_hooks,
	.nr_hooks = ARRAY_SIZE(read_hooks),
	.start	  = read_start,
	.stop	  = read_stop,
	.missed	  = read_missed,
};
