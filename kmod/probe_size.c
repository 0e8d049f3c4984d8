// SPDX-License-Identifier: GPL-2.0
/*
 * Length of packets where they pass: from the driver and into the stack without a link-layer header, which has been
 * taken off by then, out of the stack and to the driver with it. What drivers hand over by napi_gro_frags() and
 * netif_receive_skb() is not seen at the first of these, nor is what comes by lo.
 */
#include <linux/hash.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <trace/events/net.h>

#include "compat/compat.h"
#include "device.h"
#include "hist.h"
#include "probe.h"

/*
 * Where this CPU counts packets of one device and length, by point; those that were seen lately. Such a place stays for
 * good, and its owner is its device's, which has one number and says whether the device is still there. So one word is all
 * that an interrupt can find changed.
 */
#define SIZE_KNOWN_BITS 5
struct size_known {
	struct skstat_hist_often *often[__SKSTAT_POINT_MAX][1 << SIZE_KNOWN_BITS];
};
static DEFINE_PER_CPU(struct size_known, size_known);

/* Nobody's, for where nothing is known: a device that has left. */
static const struct skstat_device_place nowhere = { .dev = &nowhere };
static struct skstat_hist_often nothing = { .owner = &nowhere };

static __always_inline u32 size_slot(const struct net_device *dev, u32 length)
{
	return ((u32)(unsigned long)dev + length) * GOLDEN_RATIO_32 >> (32 - SIZE_KNOWN_BITS);
}

static __always_inline struct skstat_hist_often *size_known_at(enum skstat_point point, const struct net_device *dev,
							       u32 length)
{
	return this_cpu_read(size_known.often[point][size_slot(dev, length)]);
}

static __always_inline bool size_is(const struct skstat_hist_often *often, const struct net_device *dev, u32 length)
{
	const struct skstat_device_place *place = often->owner;

	/*
	 * The one may change at any time, the other has not since it was remembered. Both are words, which are compared and
	 * nothing else: the number is the histogram's, and not read, so no acquire as in skstat_device_id().
	 */
	return likely(data_race(place->dev) == dev && data_race(often->value) == length);
}

/* The first time it is counted as anything else is, and so are the others if there is no place. */
static void size_observe_new(enum skstat_point point, const struct net_device *dev, u32 length)
{
	u32 device = skstat_device_id(dev);
	const struct skstat_device_place *place = skstat_device_known(dev);
	struct skstat_hist_often *often;

	skstat_hist_add(SKSTAT_HISTOGRAM_SIZE, point, device, 0, length);
	if (!place || READ_ONCE(place->id) != device)
		return;
	often = skstat_hist_often(SKSTAT_HISTOGRAM_SIZE, point, device, 0, length, place);
	if (often)
		this_cpu_write(size_known.often[point][size_slot(dev, length)], often);
}

/* It is not known. */
static noinline void size_observe(enum skstat_point point, const struct net_device *dev, u32 length)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_SIZE, &scope))
		return;
	size_observe_new(point, dev, length);
	skstat_probe_leave(&scope);
}

/* One in so many of those that are. */
static noinline void size_time(enum skstat_point point, const struct net_device *dev, u32 length)
{
	u64 began = ktime_get_ns();
	struct skstat_hist_often *often = size_known_at(point, dev, length);

	if (!size_is(often, dev, length)) { /* an interrupt has just put another one there */
		size_observe(point, dev, length);
		return;
	}
	local64_inc(&often->count);
	skstat_probe_timed(SKSTAT_PROBE_SIZE, began);
}

/* The device is compared, not followed. What is known needs no scope: it is one addition, which counts the hit as well. */
static __always_inline void measure(enum skstat_point point, const struct net_device *dev, u32 length)
{
	struct skstat_hist_often *often;

	skstat_probe_stay();
	often = size_known_at(point, dev, length);
	if (unlikely(!size_is(often, dev, length)))
		size_observe(point, dev, length);
	else if (unlikely(!(data_race(often->counted) % SKSTAT_PROBE_SAMPLE))) /* an interrupt may count in between */
		size_time(point, dev, length);
	else
		local64_inc(&often->count);
	skstat_probe_go();
}

/* Of all of these but the last: the packet is the kernel's own just now, on its way to or from skb->dev. */
static notrace void on_napi_gro_receive(void *data, const struct sk_buff *skb)
{
	measure(SKSTAT_POINT_NAPI_GRO_RECEIVE, skb->dev, skb->len);
}

static notrace void on_netif_receive(void *data, struct sk_buff *skb)
{
	measure(SKSTAT_POINT_NETIF_RECEIVE_SKB, skb->dev, skb->len);
}

static notrace void on_net_dev_queue(void *data, struct sk_buff *skb)
{
	measure(SKSTAT_POINT_NET_DEV_QUEUE, skb->dev, skb->len);
}

/* The packet may be gone; what the driver has not taken will come again. */
static notrace void on_net_dev_xmit(void *data, struct sk_buff *skb, int rc, struct net_device *dev, unsigned int length)
{
	if (dev_xmit_complete(rc))
		measure(SKSTAT_POINT_NET_DEV_XMIT, dev, length);
}

/* No handler runs. */
static void size_forget(void)
{
	u32 point, slot;
	int cpu;

	for_each_possible_cpu(cpu)
		for (point = 0; point < __SKSTAT_POINT_MAX; point++)
			for (slot = 0; slot < 1 << SIZE_KNOWN_BITS; slot++)
				per_cpu(size_known.often[point][slot], cpu) = &nothing;
}

static int size_start(void)
{
	int err;

	check_trace_callback_type_napi_gro_receive_entry(on_napi_gro_receive);
	check_trace_callback_type_netif_receive_skb(on_netif_receive);
	check_trace_callback_type_net_dev_queue(on_net_dev_queue);
	check_trace_callback_type_net_dev_xmit(on_net_dev_xmit);
	err = skstat_hist_start();
	if (!err)
		err = skstat_device_start();
	if (!err)
		size_forget();
	return err;
}

static u64 size_hits(void)
{
	return skstat_hist_often_sum(SKSTAT_HISTOGRAM_SIZE);
}

static struct skstat_hook size_hooks[] = {
	{ .tracepoint = "napi_gro_receive_entry", .handler = on_napi_gro_receive },
	{ .tracepoint = "netif_receive_skb", .handler = on_netif_receive },
	{ .tracepoint = "net_dev_queue", .handler = on_net_dev_queue },
	{ .tracepoint = "net_dev_xmit", .handler = on_net_dev_xmit },
};

struct skstat_probe skstat_probe_size = {
	.id	  = SKSTAT_PROBE_SIZE,
	.hooks	  = size_hooks,
	.nr_hooks = ARRAY_SIZE(size_hooks),
	.start	  = size_start,
	.hits	  = size_hits,
};
