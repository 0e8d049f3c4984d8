// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "counter.h"
#include "device.h"
#include "probe.h"

/*
 * Where the kernel counts InCsumErrors of Tcp, and only there; the segment is freed behind this. For no socket or a
 * request skb->dev is still the device; for a socket it has been cleared, or is in use for something else: it is
 * compared with known addresses, and not followed.
 */
static void on_bad_csum(void *data, const struct sk_buff *skb)
{
	struct skstat_scope scope;

	if (!skstat_probe_enter(SKSTAT_PROBE_CHECKSUM, &scope))
		return;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_CHECKSUM,
		.column = {
			skstat_device_id(skb->dev),
			skb->protocol == htons(ETH_P_IPV6) ? AF_INET6 : AF_INET,
		},
	}, 1);
	skstat_probe_leave(&scope);
}

static int checksum_start(void)
{
	int err;

	check_trace_callback_type_tcp_bad_csum(on_bad_csum);
	err = skstat_counter_start();
	return err ? err : skstat_device_start();
}

static struct skstat_hook checksum_hooks[] = {
	{ .tracepoint = "tcp_bad_csum", .handler = on_bad_csum },
};

struct skstat_probe skstat_probe_checksum = {
	.id	  = SKSTAT_PROBE_CHECKSUM,
	.hooks	  = checksum_hooks,
	.nr_hooks = ARRAY_SIZE(checksum_hooks),
	.start	  = checksum_start,
};
