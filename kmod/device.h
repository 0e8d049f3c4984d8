/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices by a number that is never used twice. Known by their address alone, which is compared and never
 * followed: an skb's `dev` may be anything (kfree_skb).
 *
 * There is room for 1024 devices: those that are there, and those that are gone and have a number that was asked for.
 */
#ifndef SKSTAT_DEVICE_H
#define SKSTAT_DEVICE_H

#include <linux/types.h>

/*
 * Follows devices as they come, go and are renamed, from the first start() on until the module goes. Process context,
 * one at a time, without RTNL. 0 or a negative errno.
 */
int skstat_device_start(void);

/* No handler can run any more, and no dump. */
void skstat_device_exit(void);

/*
 * The number of the device at that address; 0: there is none, or it found no place. After a start(). Any context; the
 * pointer may be anything. No lock.
 */
u32 skstat_device_id(const void *dev);

/*
 * The name of the device of that number, and the id of its namespace; a device that is gone keeps its last ones. `name`
 * has IFNAMSIZ bytes. False: there is no such number. Process context.
 */
bool skstat_device_name(u32 id, char *name, u64 *netns);

/* Bytes held; any time. */
u64 skstat_device_memory(void);

#endif
