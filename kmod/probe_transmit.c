// SPDX-License-Identifier: GPL-2.0
/*
 * How long drivers have a packet: from its way into the driver until the driver lets go of it, whether it was sent by
 * then or given up. Devices that hand packets on to another one (VLAN, tunnels, bonds) are passed over: the packet
 * begins anew with the device below.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <trace/events/net.h>
#include <trace/events/skb.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "clock.h"
#include "device.h"
#include "hist.h"
#include "pair.h"
#include "probe.h"

#define TRANSMIT_MAX_AGE (60ULL * NSEC_PER_SEC)

static struct skstat_pairs transmit_pairs; /* by skb; tag[0]: the device's number */

static __always_inline void transmit_begin(const struct sk_buff *skb, u32 device)
{
	const struct skstat_pair pair = { .time = skstat_clock(), .tag = { device } };

	skstat_pair_begin(&transmit_pairs, skb, pair);
}

/* It is timed, or something takes a call. */
static noinline void transmit_begin_slow(const struct sk_buff *skb, const struct net_device *dev, bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0;

	transmit_begin(skb, skstat_device_id(dev));
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_TRANSMIT, began);
}

/*
 * xmit_one(): both are the caller's, who has the device's queue. lo has no driver that would be done some time: what it
 * is given is received at once. What is common calls nobody, here and below, so that it has no registers to save.
 */
static notrace void on_start_xmit(void *data, const struct sk_buff *skb, const struct net_device *dev)
{
	const struct skstat_device_place *place;
	bool timed;

	if (dev->flags & IFF_LOOPBACK)
		return;
	timed = skstat_probe_hit(SKSTAT_PROBE_TRANSMIT);
	place = skstat_device_known(dev);
	if (likely(!timed && place && skstat_clock_is_short()))
		transmit_begin(skb, READ_ONCE(place->id));
	else
		transmit_begin_slow(skb, dev, timed);
	skstat_probe_go();
}

/* A clock was set. */
static noinline void transmit_observe_far(u32 device, u64 began, u64 ended)
{
	s64 ns = skstat_clock_far(began, ended);

	if (ns >= 0)
		skstat_hist_add(SKSTAT_HISTOGRAM_TRANSMIT, device, 0, 0, ns);
}

/*
 * The last reference to the skb is gone, and it is freed as we return: its own fields may be read. One that was not
 * freed before us but became somebody else's (veth's, which is received at the other end, and TCP frees without a
 * word) has another device by now, or none; skb->dev may then be anything, and is compared, not followed.
 */
static __always_inline void transmit_end(const struct sk_buff *skb, bool is_short)
{
	struct skstat_pair pair;
	u64 now;

	if (!skstat_pair_end(&transmit_pairs, skb, &pair) || pair.tag[0] != skstat_device_id(skb->dev))
		return;
	now = is_short ? skstat_clock_short() : skstat_clock();
	if (skstat_clock_is_near(pair.time, now))
		skstat_hist_add(SKSTAT_HISTOGRAM_TRANSMIT, pair.tag[0], 0, 0, skstat_clock_near(pair.time, now));
	else
		transmit_observe_far(pair.tag[0], pair.time, now);
}

static noinline void transmit_end_slow(const struct sk_buff *skb, bool timed)
{
	u64 began = timed ? ktime_get_ns() : 0;

	transmit_end(skb, false);
	if (timed)
		skstat_probe_timed(SKSTAT_PROBE_TRANSMIT, began);
}

static __always_inline void on_end(const struct sk_buff *skb)
{
	bool timed = skstat_probe_hit(SKSTAT_PROBE_TRANSMIT);

	if (likely(!timed && skstat_clock_is_short()))
		transmit_end(skb, true);
	else
		transmit_end_slow(skb, timed);
	skstat_probe_go();
}

static notrace void on_consume_skb(void *data, SKSTAT_CONSUME_SKB_ARGS(skb))
{
	on_end(skb);
}

static notrace void on_kfree_skb(void *data, SKSTAT_KFREE_SKB_ARGS(skb, location))
{
	on_end(skb);
}

static int transmit_start(void)
{
	int err;

	check_trace_callback_type_net_dev_start_xmit(on_start_xmit);
	check_trace_callback_type_consume_skb(on_consume_skb);
	check_trace_callback_type_kfree_skb(on_kfree_skb);
	err = skstat_hist_start();
	if (!err)
		err = skstat_device_start();
	return err ?: skstat_pairs_start(&transmit_pairs, skstat_pair_places(), TRANSMIT_MAX_AGE);
}

static void transmit_stop(void)
{
	skstat_pairs_stop(&transmit_pairs);
}

static u64 transmit_missed(void)
{
	return skstat_pairs_missed(&transmit_pairs);
}

/* The ends first: then there is no beginning whose end was not seen. */
static struct skstat_hook transmit_hooks[] = {
	{ .tracepoint = "consume_skb", .handler = on_consume_skb },
	{ .tracepoint = "kfree_skb", .handler = on_kfree_skb },
	{ .tracepoint = "net_dev_start_xmit", .handler = on_start_xmit },
};

struct skstat_probe skstat_probe_transmit = {
	.id	  = SKSTAT_PROBE_TRANSMIT,
	.hooks	  = transmit_hooks,
	.nr_hooks = ARRAY_SIZE(transmit_hooks),
	.start	  = transmit_start,
	.stop	  = transmit_stop,
	.missed	  = transmit_missed,
};
