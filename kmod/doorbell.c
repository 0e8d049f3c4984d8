// SPDX-License-Identifier: GPL-2.0
/*
 * From a handler an irq_work, since nothing else may be started there; from that a work, since messages are allocated
 * and sent by somebody who can sleep.
 */
#include <linux/irq_work.h>
#include <linux/workqueue.h>

#include "doorbell.h"
#include "hold.h"
#include "netlink.h"
#include "skstat/probes.h"

static atomic64_t doorbell_sent;

static void doorbell_send(struct net *net, u32 portid)
{
	struct sk_buff *skb = genlmsg_new(nla_total_size_64bit(sizeof(u64)), GFP_KERNEL);
	void *head;

	if (!skb)
		return;
	head = genlmsg_put(skb, portid, 0, &skstat_family, 0, SKSTAT_CMD_DOORBELL);
	if (!head || nla_put_u64_64bit(skb, SKSTAT_DOORBELL_INSTANCE, skstat_netlink_instance(),
				       SKSTAT_DOORBELL_PAD)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	if (!genlmsg_unicast(net, skb, portid))
		atomic64_inc(&doorbell_sent);
}

static void doorbell_send_all(struct work_struct *work)
{
	skstat_hold_each(SKSTAT_PROBE_BIT(LIFE), doorbell_send);
}

static DECLARE_WORK(doorbell_work, doorbell_send_all);

static void doorbell_queue(struct irq_work *irq_work)
{
	schedule_work(&doorbell_work);
}

static DEFINE_IRQ_WORK(doorbell_irq_work, doorbell_queue);

void skstat_doorbell_ring(void)
{
	irq_work_queue(&doorbell_irq_work);
}

u64 skstat_doorbell_sent(void)
{
	return atomic64_read(&doorbell_sent);
}

void skstat_doorbell_exit(void)
{
	irq_work_sync(&doorbell_irq_work);
	cancel_work_sync(&doorbell_work);
}
