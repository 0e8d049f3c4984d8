// SPDX-License-Identifier: GPL-2.0
/*
 * skstat: per-socket TCP statistics over generic netlink. This file only loads and unloads; exit undoes init in
 * reverse. Userspace is let in last and shut out first, so that no handler ever finds anything missing.
 */
#include <linux/module.h>

#include "netlink.h"
#include "netns.h"

static int __init skstat_init(void)
{
	int err;

	err = skstat_netns_init();
	if (err)
		return err;
	err = skstat_netlink_init();
	if (err)
		goto err_netns;
	return 0;

err_netns:
	skstat_netns_exit();
	return err;
}

static void __exit skstat_exit(void)
{
	skstat_netlink_exit();
	skstat_netns_exit();
}

module_init(skstat_init);
module_exit(skstat_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Per-socket TCP statistics over generic netlink");
MODULE_VERSION(SKSTAT_VERSION);
MODULE_ALIAS_GENL_FAMILY("skstat");
