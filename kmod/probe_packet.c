// SPDX-License-Identifier: GPL-2.0
/*
 * Packets and bytes in and out of the stack, by what they carry. A packet is what the stack handles in one piece: after
 * GRO, before GSO. Its bytes are those of probe_size.c: with the link-layer header on the way out only.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include <trace/events/net.h>

#include "compat/compat.h"
#include "counter.h"
#include "device.h"
#include "known.h"
#include "probe.h"
#include "skstat/histograms.h"

#define EXTENSIONS 8 /* headers of IPv6 to look behind */

/* IPPROTO_*, or 0 of no such header. All that is read lies within the packet: skb_header_pointer() sees to that. */
static u32 l4_of_ipv4(const struct sk_buff *skb, int offset)
{
	struct iphdr buffer;
	const struct iphdr *ip = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);

	return ip && ip->version == 4 ? skstat_known_l4(ip->protocol) : 0;
}

static u32 l4_of_ipv6(const struct sk_buff *skb, int offset)
{
	struct ipv6hdr buffer;
	const struct ipv6hdr *ip = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	u8 next, i;

	if (!ip || ip->version != 6)
		return 0;
	next = ip->nexthdr;
	offset += sizeof(*ip);
	for (i = 0; i < EXTENSIONS && next != NEXTHDR_NONE && ipv6_ext_hdr(next); i++) {
		struct ipv6_opt_hdr extension_buffer;
		const struct ipv6_opt_hdr *extension;

		extension = skb_header_pointer(skb, offset, sizeof(extension_buffer), &extension_buffer);
		if (!extension)
			return 0;
		offset += next == NEXTHDR_FRAGMENT ? 8 :
			  next == NEXTHDR_AUTH	   ? (extension->hdrlen + 2) * 4 : ipv6_optlen(extension);
		next = extension->nexthdr;
	}
	return skstat_known_l4(next);
}

static u32 l4_of(const struct sk_buff *skb, int offset)
{
	if (offset < 0)
		return 0;
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return l4_of_ipv4(skb, offset);
	case htons(ETH_P_IPV6):
		return l4_of_ipv6(skb, offset);
	}
	return 0;
}

/* The packet is the kernel's own just now, on its way to or from skb->dev. `offset`: of the network header. */
static void count(const struct sk_buff *skb, enum skstat_way way, int offset)
{
	struct skstat_key key = { .table = SKSTAT_TABLE_PACKET };
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_PACKET, &scope))
		return;
	key.column[0] = way;
	key.column[1] = skstat_device_id(skb->dev);
	key.column[2] = skstat_known_protocol(skb->protocol);
	key.column[3] = l4_of(skb, offset);
	skstat_counter_add(&key, 1);
	key.table = SKSTAT_TABLE_PACKET_BYTES;
	skstat_counter_add(&key, skb->len);
	skstat_probe_leave(&scope);
}

/* Before the network header is set: it is where the data begins. */
static void on_netif_receive(void *data, struct sk_buff *skb)
{
	count(skb, SKSTAT_WAY_RECEIVE, 0);
}

static void on_net_dev_queue(void *data, struct sk_buff *skb)
{
	count(skb, SKSTAT_WAY_TRANSMIT, skb_network_offset(skb));
}

static int packet_start(void)
{
	int err;

	check_trace_callback_type_netif_receive_skb(on_netif_receive);
	check_trace_callback_type_net_dev_queue(on_net_dev_queue);
	err = skstat_counter_start();
	return err ? err : skstat_device_start();
}

static struct skstat_hook packet_hooks[] = {
	{ .tracepoint = "netif_receive_skb", .handler = on_netif_receive },
	{ .tracepoint = "net_dev_queue", .handler = on_net_dev_queue },
};

struct skstat_probe skstat_probe_packet = {
	.id	  = SKSTAT_PROBE_PACKET,
	.hooks	  = packet_hooks,
	.nr_hooks = ARRAY_SIZE(packet_hooks),
	.start	  = packet_start,
};
