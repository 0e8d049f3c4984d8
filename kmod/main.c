// SPDX-License-Identifier: GPL-2.0
/*
 * skstat: per-socket TCP statistics over generic netlink. This file only loads and unloads; exit undoes init in
 * reverse. Userspace is let in last and shut out first, so that no handler ever finds anything missing.
 */
#include <linux/module.h>

#include "counter.h"
#include "device.h"
#include "doorbell.h"
#include "hist.h"
#include "hold.h"
#include "journal.h"
#include "netlink.h"
#include "netns.h"
#include "probe.h"
#include "reason.h"
#include "room.h"
#include "stack.h"
#include "symbol.h"

static int __init skstat_init(void)
{
	int err;

	err = skstat_netns_init();
	if (err)
		return err;
	skstat_probes_init();
	err = skstat_hold_init();
	if (err)
		goto err_netns;
	err = skstat_netlink_init();
	if (err)
		goto err_hold;
	return 0;

err_hold:
	skstat_hold_exit();
err_netns:
	skstat_netns_exit();
	return err;
}

static void __exit skstat_exit(void)
{
	skstat_netlink_exit();
	skstat_room_exit();
	skstat_hold_exit();
	skstat_probes_exit();
	skstat_doorbell_exit(); /* which handlers ring, and which looks at holders */
	skstat_journal_exit();
	skstat_hist_exit();
	skstat_counter_exit();
	skstat_reason_exit();
	skstat_stack_exit();
	skstat_symbol_exit();
	skstat_device_exit(); /* its notifier asks for namespaces */
	skstat_netns_exit();
}

module_init(skstat_init);
module_exit(skstat_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Per-socket TCP statistics over generic netlink");
MODULE_VERSION(SKSTAT_VERSION);
MODULE_ALIAS_GENL_FAMILY("skstat");
