// SPDX-License-Identifier: GPL-2.0
/*
 * How long packets are in a device's queueing discipline: the root's, whatever is below it. What finds it empty and
 * passes it by has not been in it, nor what was taken out and put back because the driver had no room. One that a
 * discipline makes itself (segments, duplicates) is not measured, nor is the one that it was made from.
 */
#include <net/sch_generic.h>
#include <trace/events/qdisc.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "clock.h"
#include "device.h"
#include "hist.h"
#include "pair.h"
#include "probe.h"
#include "qdisc_kind.h"

#define QDISC_MAX_AGE (60ULL * NSEC_PER_SEC)

static struct skstat_pairs qdisc_pairs; /* by skb; the tags are the device's number and the kind's */

/*
 * dev_qdisc_enqueue(), with the discipline's lock but for one that has none (pfifo_fast): of that, the skb may be gone
 * already, and is not followed. Discipline, queue and device are there for the sender, under RCU.
 */
static __always_inline void enqueue(const struct Qdisc *q, const struct netdev_queue *txq, const struct sk_buff *skb)
{
	const struct skstat_pair pair = {
		.time = skstat_clock(),
		.tag = { skstat_device_id(txq->dev), skstat_qdisc_kind_id(q) },
	};

	skstat_pair_begin(&qdisc_pairs, skb, pair);
}

static noinline void enqueue_timed(const struct Qdisc *q, const struct netdev_queue *txq, const struct sk_buff *skb)
{
	u64 began = ktime_get_ns();

	enqueue(q, txq, skb);
	skstat_probe_timed(SKSTAT_PROBE_QDISC, began);
}

static notrace void on_enqueue(void *data, struct Qdisc *q, const struct netdev_queue *txq, struct sk_buff *skb)
{
	if (skstat_probe_hit(SKSTAT_PROBE_QDISC))
		enqueue_timed(q, txq, skb);
	else
		enqueue(q, txq, skb);
	skstat_probe_go();
}

static __always_inline void dequeue(const struct sk_buff *skb, int packets)
{
	u64 now = skstat_clock();
	struct skstat_pair pair;
	s64 ns;

	do {
		pair = skstat_pair_end(&qdisc_pairs, skb);
		ns = pair.time ? skstat_clock_between(pair.time, now) : -1;
		if (likely(ns >= 0))
			skstat_hist_add(SKSTAT_HISTOGRAM_QDISC, pair.tag[0], pair.tag[1], 0, ns);
		skb = skb->next;
	} while (unlikely(--packets > 0 && skb));
}

static noinline void dequeue_timed(const struct sk_buff *skb, int packets)
{
	u64 began = ktime_get_ns();

	dequeue(skb, packets);
	skstat_probe_timed(SKSTAT_PROBE_QDISC, began);
}

/* dequeue_skb(): the packets are a list that the caller has, or there is none. */
static notrace void on_dequeue(void *data, struct Qdisc *q, const struct netdev_queue *txq, int packets,
			       struct sk_buff *skb)
{
	if (!skb || packets <= 0)
		return;
	if (skstat_probe_hit(SKSTAT_PROBE_QDISC))
		dequeue_timed(skb, packets);
	else
		dequeue(skb, packets);
	skstat_probe_go();
}

static int qdisc_start(void)
{
	int err;

	check_trace_callback_type_qdisc_enqueue(on_enqueue);
	check_trace_callback_type_qdisc_dequeue(on_dequeue);
	err = skstat_hist_start();
	if (!err)
		err = skstat_device_start();
	return err ?: skstat_pairs_start(&qdisc_pairs, skstat_pair_places(), QDISC_MAX_AGE);
}

static void qdisc_stop(void)
{
	skstat_pairs_stop(&qdisc_pairs);
}

static u64 qdisc_missed(void)
{
	return skstat_pairs_missed(&qdisc_pairs);
}

/* The end first: then there is no beginning whose end was not seen. */
static struct skstat_hook qdisc_hooks[] = {
	{ .tracepoint = "qdisc_dequeue", .handler = on_dequeue },
	{ .tracepoint = "qdisc_enqueue", .handler = on_enqueue },
};

struct skstat_probe skstat_probe_qdisc = {
	.id	  = SKSTAT_PROBE_QDISC,
	.hooks	  = qdisc_hooks,
	.nr_hooks = ARRAY_SIZE(qdisc_hooks),
	.start	  = qdisc_start,
	.stop	  = qdisc_stop,
	.missed	  = qdisc_missed,
};
