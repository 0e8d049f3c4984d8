// SPDX-License-Identifier: GPL-2.0
/*
 * How long packets are in a device's queueing discipline: the root's, whatever is below it. What finds it empty and
 * passes it by has not been in it, nor what was taken out and put back because the driver had no room. One that a
 * discipline makes itself (segments, duplicates) is not measured, nor is the one that it was made from.
 */
#include <linux/hash.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
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

static struct skstat_pairs qdisc_pairs; /* by skb */

/*
 * Histograms of this CPU for what it met lately, by device and description of the kind. One knows its device's place
 * and its kind for good, in this order; but is known by the device's address and the kind's name alone.
 */
#define QDISC_KNOWN_BITS 4
struct qdisc_known {
	struct skstat_hist *hist[1 << QDISC_KNOWN_BITS];
};
static DEFINE_PER_CPU(struct qdisc_known, qdisc_known);

static __always_inline u32 known_slot(const struct Qdisc *q, const struct net_device *dev)
{
	return ((u32)(unsigned long)dev + (u32)(unsigned long)q->ops) * GOLDEN_RATIO_32 >> (32 - QDISC_KNOWN_BITS);
}

/* NULL: it was not met lately. */
static __always_inline struct skstat_hist *known_find(const struct Qdisc *q, const struct net_device *dev)
{
	struct skstat_hist *hist = this_cpu_read(qdisc_known.hist[known_slot(q, dev)]);
	const struct skstat_device_place *place;

	if (unlikely(!hist))
		return NULL;
	place = hist->owner[0];
	/* a word, which is compared and nothing else: see probe_size.c */
	return likely(data_race(place->dev) == dev && skstat_qdisc_kind_is(hist->owner[1], q)) ? hist : NULL;
}

static void known_remember(const struct Qdisc *q, const struct net_device *dev, u32 device, u32 kind)
{
	struct skstat_hist *hist = skstat_hist_known(SKSTAT_HISTOGRAM_QDISC, device, kind, 0);
	const struct skstat_device_place *place = skstat_device_known(dev);
	const struct skstat_qdisc_kind *described = skstat_qdisc_kind(kind);

	if (!hist || !place || READ_ONCE(place->id) != device || !described)
		return;
	hist->owner[0] = place;
	hist->owner[1] = described;
	barrier(); /* an interrupt that finds it here finds both; if it came in between, it wrote the same */
	this_cpu_write(qdisc_known.hist[known_slot(q, dev)], hist);
}

static noinline void observe_new(const struct Qdisc *q, const struct net_device *dev, u64 ns)
{
	u32 device = skstat_device_id(dev), kind = skstat_qdisc_kind_id(q);

	skstat_hist_add(SKSTAT_HISTOGRAM_QDISC, device, kind, 0, ns);
	known_remember(q, dev, device, kind);
}

static __always_inline void observe(const struct Qdisc *q, const struct net_device *dev, u64 ns)
{
	struct skstat_hist *hist = known_find(q, dev);

	if (likely(hist))
		skstat_hist_observe(hist, SKSTAT_HISTOGRAM_QDISC, ns);
	else
		observe_new(q, dev, ns);
}

static noinline void observe_far(const struct Qdisc *q, const struct net_device *dev, u64 began, u64 ended)
{
	s64 ns = skstat_clock_far(began, ended);

	if (ns >= 0)
		observe(q, dev, ns);
}

static __always_inline void enqueue(const struct sk_buff *skb)
{
	const struct skstat_pair pair = { .time = skstat_clock() };

	skstat_pair_begin(&qdisc_pairs, skb, pair);
}

/* It is timed, or the clock takes a call. */
static noinline void enqueue_slow(const struct sk_buff *skb, bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0;

	enqueue(skb);
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_QDISC, began);
}

/*
 * dev_qdisc_enqueue(), with the discipline's lock but for one that has none (pfifo_fast): of that, the skb may be gone
 * already, and is not followed. What is common calls nobody, so that it has no registers to save.
 */
static notrace void on_enqueue(void *data, struct Qdisc *q, const struct netdev_queue *txq, struct sk_buff *skb)
{
	bool timed = skstat_probe_hit(SKSTAT_PROBE_QDISC);

	if (likely(!timed && skstat_clock_is_short()))
		enqueue(skb);
	else
		enqueue_slow(skb, timed);
	skstat_probe_go();
}

static __always_inline void dequeue(const struct Qdisc *q, const struct net_device *dev, const struct sk_buff *skb,
				    u64 now)
{
	struct skstat_pair pair;

	if (!skstat_pair_end(&qdisc_pairs, skb, &pair))
		return;
	if (skstat_clock_is_near(pair.time, now))
		observe(q, dev, skstat_clock_near(pair.time, now));
	else
		observe_far(q, dev, pair.time, now);
}

/* It is timed, or there are several, or the clock takes a call. */
static noinline void dequeue_slow(const struct Qdisc *q, const struct net_device *dev, const struct sk_buff *skb,
				  int packets, bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0, now = skstat_clock();

	for (; skb && packets > 0; skb = skb->next, packets--)
		dequeue(q, dev, skb, now);
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_QDISC, began);
}

/*
 * dequeue_skb(): the packets are a list that the caller has, or there is none. It runs the discipline, which is there
 * with its queue, its device and the description of its kind until we return; a packet was put into the same one.
 */
static notrace void on_dequeue(void *data, struct Qdisc *q, const struct netdev_queue *txq, int packets,
			       struct sk_buff *skb)
{
	bool timed;

	if (!skb)
		return;
	timed = skstat_probe_hit(SKSTAT_PROBE_QDISC);
	if (likely(!timed && packets == 1 && skstat_clock_is_short()))
		dequeue(q, txq->dev, skb, skstat_clock());
	else
		dequeue_slow(q, txq->dev, skb, packets, timed);
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
