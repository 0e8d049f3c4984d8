// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that found no room in a UDP socket: ENOMEM, its SO_RCVBUF is full; ENOBUFS, udp_mem is. Those of IPv6 pass
 * the tracepoint by 6.12, not in 6.1; those for which there is no memory do not any more by 7.2: they are drops
 * (PROTO_MEM).
 */
#include <linux/if_ether.h>
#include <net/udp.h>
#include <trace/events/udp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "counter.h"
#include "netns.h"
#include "probe.h"
#include "service_port.h"

static u32 family_of(__be16 protocol)
{
	return protocol == htons(ETH_P_IPV6) ? AF_INET6 : AF_INET;
}

/*
 * __udp_queue_rcv_skb() and its twin. The socket was found under RCU by the lookup for a packet that is being received
 * in its namespace, and is freed a grace period later; full, as all of UDP. The datagram, where it is handed out, is
 * freed behind this; older kernels have freed it before.
 */
static void on_udp_fail(void *data, SKSTAT_UDP_FAIL_ARGS(rc, sk))
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_UDP, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_UDP,
		.column = {
			-rc,
			family_of(SKSTAT_UDP_FAIL_PROTOCOL),
			skstat_netns_id(sock_net(sk)),
			skstat_service_port(sk),
		},
	}, 1);
	skstat_probe_leave(&scope);
}

static int udp_start(void)
{
	check_trace_callback_type_udp_fail_queue_rcv_skb(on_udp_fail);
	return skstat_counter_start();
}

static struct skstat_hook udp_hooks[] = {
	{ .tracepoint = "udp_fail_queue_rcv_skb", .handler = on_udp_fail },
};

struct skstat_probe skstat_probe_udp = {
	.id	  = SKSTAT_PROBE_UDP,
	.hooks	  = udp_hooks,
	.nr_hooks = ARRAY_SIZE(udp_hooks),
	.start	  = udp_start,
};
