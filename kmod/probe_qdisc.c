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
static __always_inline void enqueue(const struct sk_buff *skb, u64 now, u32 device, u32 kind)
{
	const struct skstat_pair pair = { .time = now, .tag = { device, kind } };

	skstat_pair_begin(&qdisc_pairs, skb, pair);
}

/* It is timed, or something has to be looked for. */
static noinline void enqueue_slow(const struct Qdisc *q, const struct netdev_queue *txq, const struct sk_buff *skb,
				  bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0;

	enqueue(skb, skstat_clock(), skstat_device_id(txq->dev), skstat_qdisc_kind_id(q));
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_QDISC, began);
}

/* What is common calls nobody, so that it has no registers to save. */
static notrace void on_enqueue(void *data, struct Qdisc *q, const struct netdev_queue *txq, struct sk_buff *skb)
{
	bool timed = skstat_probe_hit(SKSTAT_PROBE_QDISC);
	const struct skstat_device_place *place = skstat_device_known(txq->dev);
	const struct skstat_qdisc_kind *kind = skstat_qdisc_kind_known(q);

	if (likely(!timed && place && kind && skstat_clock_is_short()))
		enqueue(skb, skstat_clock(), READ_ONCE(place->id), kind->id);
	else
		enqueue_slow(q, txq, skb, timed);
	skstat_probe_go();
}

static __always_inline void dequeue(const struct sk_buff *skb, u64 now)
{
	struct skstat_pair pair = skstat_pair_end(&qdisc_pairs, skb);
	s64 ns = pair.time ? skstat_clock_between(pair.time, now) : -1;

	if (likely(ns >= 0))
		skstat_hist_add(SKSTAT_HISTOGRAM_QDISC, pair.tag[0], pair.tag[1], 0, ns);
}

/* It is timed, or there are several. */
static noinline void dequeue_slow(const struct sk_buff *skb, int packets, bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0, now = skstat_clock();

	for (; skb && packets > 0; skb = skb->next, packets--)
		dequeue(skb, now);
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_QDISC, began);
}

/* dequeue_skb(): the packets are a list that the caller has, or there is none. */
static notrace void on_dequeue(void *data, struct Qdisc *q, const struct netdev_queue *txq, int packets,
			       struct sk_buff *skb)
{
	bool timed;

	if (!skb)
		return;
	timed = skstat_probe_hit(SKSTAT_PROBE_QDISC);
	if (likely(!timed && packets == 1 && skstat_clock_is_short()))
		dequeue(skb, skstat_clock());
	else
		dequeue_slow(skb, packets, timed);
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
