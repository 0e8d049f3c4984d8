// SPDX-License-Identifier: GPL-2.0
/*
 * Length of packets where they pass: from the driver and into the stack without a link-layer header, which has been
 * taken off by then, out of the stack and to the driver with it. What drivers hand over by napi_gro_frags() and
 * netif_receive_skb() is not seen at the first of these, nor is what comes by lo.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <trace/events/net.h>

#include "compat/compat.h"
#include "device.h"
#include "hist.h"
#include "probe.h"

/*
 * This CPU's histograms of devices that were seen lately, by point and the device's address. Each knows its device's place
 * (`owner`), which has one number for good and says whether the device is still there. One word, for an interrupt.
 */
struct size_known {
	struct skstat_hist *hist[__SKSTAT_POINT_MAX][SKSTAT_DEVICES_KNOWN];
};
static DEFINE_PER_CPU(struct size_known, size_known);

/* What was here before: false, if it was not, or is of another length. Nothing that an interrupt, even an NMI, can spoil. */
static __always_inline bool size_again(enum skstat_point point, const struct net_device *dev, u32 length)
{
	struct skstat_hist *hist = this_cpu_read(size_known.hist[point][skstat_device_slot(dev)]);
	const struct skstat_device_place *place;

	if (unlikely(!hist))
		return false;
	place = hist->owner;
	/* the number is the histogram's, and not read: no acquire as in skstat_device_id() */
	return likely(READ_ONCE(place->dev) == dev) && skstat_hist_again(hist, length);
}

static void size_remember(enum skstat_point point, const struct net_device *dev, u32 device, u32 length)
{
	const struct skstat_device_place *place = skstat_device_known(dev, device);
	struct skstat_hist *hist = place ? skstat_hist_known(SKSTAT_HISTOGRAM_SIZE, point, device, 0) : NULL;

	if (!hist)
		return;
	hist->owner = place; /* always the same */
	barrier(); /* an interrupt that finds it knows whose it is */
	this_cpu_write(size_known.hist[point][skstat_device_slot(dev)], hist);
	skstat_hist_often_add(hist, length);
}

/* It is timed, or not known. The hit is counted. */
static noinline void size_observe(enum skstat_point point, const struct net_device *dev, u32 length)
{
	struct skstat_scope scope;
	u32 device;

	if (!skstat_probe_enter_counted(SKSTAT_PROBE_SIZE, &scope))
		return;
	if (!size_again(point, dev, length)) {
		device = skstat_device_id(dev);
		skstat_hist_add(SKSTAT_HISTOGRAM_SIZE, point, device, 0, length);
		size_remember(point, dev, device, length);
	}
	skstat_probe_leave(&scope);
}

/* The device is compared, not followed. */
static __always_inline void measure(enum skstat_point point, const struct net_device *dev, u32 length)
{
	preempt_disable_notrace();
	skstat_probe_count(SKSTAT_PROBE_SIZE);
	if (unlikely(skstat_probe_is_timed(SKSTAT_PROBE_SIZE) || !size_again(point, dev, length)))
		size_observe(point, dev, length);
	preempt_enable_notrace();
}

/* Of all of these but the last: the packet is the kernel's own just now, on its way to or from skb->dev. */
static void on_napi_gro_receive(void *data, const struct sk_buff *skb)
{
	measure(SKSTAT_POINT_NAPI_GRO_RECEIVE, skb->dev, skb->len);
}

static void on_netif_receive(void *data, struct sk_buff *skb)
{
	measure(SKSTAT_POINT_NETIF_RECEIVE_SKB, skb->dev, skb->len);
}

static void on_net_dev_queue(void *data, struct sk_buff *skb)
{
	measure(SKSTAT_POINT_NET_DEV_QUEUE, skb->dev, skb->len);
}

/* The packet may be gone; what the driver has not taken will come again. */
static void on_net_dev_xmit(void *data, struct sk_buff *skb, int rc, struct net_device *dev, unsigned int length)
{
	if (dev_xmit_complete(rc))
		measure(SKSTAT_POINT_NET_DEV_XMIT, dev, length);
}

static int size_start(void)
{
	int err;

	check_trace_callback_type_napi_gro_receive_entry(on_napi_gro_receive);
	check_trace_callback_type_netif_receive_skb(on_netif_receive);
	check_trace_callback_type_net_dev_queue(on_net_dev_queue);
	check_trace_callback_type_net_dev_xmit(on_net_dev_xmit);
	err = skstat_hist_start();
	return err ? err : skstat_device_start();
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
};
