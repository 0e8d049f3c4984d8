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
static __always_inline void arrive(struct sock *sk, const struct sk_buff *skb, bool is_short)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct skstat_pair pair = {};

	if (!brings_data(tp, skb))
		return;
	pair.time = is_short ? skstat_clock_short() : skstat_clock();
	if (likely(READ_ONCE(tp->copied_seq) == tp->rcv_nxt))
		skstat_pair_begin(&read_pairs, sk, pair);
	else
		skstat_pair_begin_once(&read_pairs, sk, pair);
}

/* It is timed, or the clock takes a call. */
static noinline void arrive_slow(struct sock *sk, const struct sk_buff *skb, bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0;

	arrive(sk, skb, false);
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_READ, began);
}

/* What is common calls nobody, here and below, so that it has no registers to save. */
static notrace void on_tcp_probe(void *data, struct sock *sk, skstat_tcp_probe_skb *skb)
{
	bool timed = skstat_probe_hit(SKSTAT_PROBE_READ);

	if (likely(!timed && skstat_clock_is_short()))
		arrive(sk, skb, true);
	else
		arrive_slow(sk, skb, timed);
	skstat_probe_go();
}

/* A clock was set, or the port is given back. */
static noinline void observe_slow(const struct sock *sk, u64 began, u64 ended)
{
	s64 ns = skstat_clock_between(began, ended);

	if (ns >= 0)
		skstat_hist_add(SKSTAT_HISTOGRAM_READ, skstat_service_port(sk), 0, 0, ns);
}

/*
 * tcp_rcv_space_adjust(), as data goes from the receive queue to a reader, who has locked the socket: it is full, and
 * does not end meanwhile.
 */
static __always_inline void read(const struct sock *sk, bool is_short)
{
	struct skstat_pair pair;
	u64 now;
	u16 port;

	if (!skstat_pair_end(&read_pairs, sk, &pair) || skstat_reads_for_others())
		return;
	now = is_short ? skstat_clock_short() : skstat_clock();
	port = READ_ONCE(sk->sk_num);
	if (skstat_clock_is_near(pair.time, now) && likely(port))
		skstat_hist_add(SKSTAT_HISTOGRAM_READ, skstat_service_port_of(sock_net(sk), port), 0, 0,
				skstat_clock_near(pair.time, now));
	else
		observe_slow(sk, pair.time, now);
}

static noinline void read_slow(const struct sock *sk, bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0;

	read(sk, false);
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_READ, began);
}

static notrace void on_rcv_space_adjust(void *data, struct sock *sk)
{
	bool timed = skstat_probe_hit(SKSTAT_PROBE_READ);

	if (likely(!timed && skstat_clock_is_short()))
		read(sk, true);
	else
		read_slow(sk, timed);
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
