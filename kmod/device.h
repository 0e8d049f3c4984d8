/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices by a number that is never used twice. Known by their address alone, which is compared and never
 * followed: an skb's `dev` may be anything (kfree_skb).
 */
#ifndef SKSTAT_DEVICE_H
#define SKSTAT_DEVICE_H

#include <linux/types.h>

struct sk_buff;

/* Follows devices as they come, go and are renamed, from the first start() on. Process context. 0 or a negative errno. */
int skstat_device_start(void);
void skstat_device_exit(void);

/*
 * The number of the device at that address; 0: there is none, or it found no place. Any context; the pointer may be
 * anything. No lock.
 */
u32 skstat_device_id(const void *dev);

/*
 * The names, for COUNTER: the device with the lowest number that is at least `id`, or 0 when there is none; a device that
 * is gone keeps its last name. `name` has IFNAMSIZ bytes. Process context.
 */
u32 skstat_device_name(u32 id, char *name, u64 *netns);

#endif
