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

/* The device is compared, not followed. */
static __always_inline void measure(enum skstat_point point, const struct net_device *dev, u32 length)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_SIZE, &scope))
		return;
	skstat_hist_add(SKSTAT_HISTOGRAM_SIZE, point, skstat_device_id(dev), 0, length);
	skstat_probe_leave(&scope);
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
