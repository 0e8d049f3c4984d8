/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices by a number that is never used twice. Known by their address alone, which is compared and never
 * followed: an skb's `dev` may be anything (kfree_skb).
 *
 * There is room for 1024 devices: those that are there, and those that are gone and have a number that was asked for.
 */
#ifndef SKSTAT_DEVICE_H
#define SKSTAT_DEVICE_H

#include <linux/compiler.h>
#include <linux/if.h>
#include <linux/percpu.h>
#include <linux/types.h>

/*
 * Follows devices as they come, go and are renamed, from the first start() on until the module goes. Process context,
 * one at a time, without RTNL. 0 or a negative errno.
 */
int skstat_device_start(void);

/* No handler can run any more, and no dump. */
void skstat_device_exit(void);

/* Where a device stands. */
struct skstat_device_place {
	const void *dev; /* to compare with, never to follow; the place's own address: it has left, or there never was one */
	u32 id;		 /* 0: free */
	bool asked;	 /* some key may have the number: the place is not given away, and has this number for good */
	char name[IFNAMSIZ];
	u64 netns;
};

/* Places that this CPU was asked about lately, by address. They have been asked for, and never change but in `dev`. */
#define SKSTAT_DEVICES_KNOWN 8
struct skstat_devices_known {
	struct skstat_device_place *place[SKSTAT_DEVICES_KNOWN];
};
DECLARE_PER_CPU(struct skstat_devices_known, skstat_devices_known);

static __always_inline u32 skstat_device_slot(const void *dev)
{
	return (unsigned long)dev >> 12 & (SKSTAT_DEVICES_KNOWN - 1); /* they are about a page long */
}

/* The same as skstat_device_id(), which remembers what it finds. */
u32 skstat_device_find(const void *dev);

/* Its place, if this CPU was asked about it lately: what that has for good, it has. NULL: it was not. */
static __always_inline const struct skstat_device_place *skstat_device_known(const void *dev)
{
	const struct skstat_device_place *place = this_cpu_read(skstat_devices_known.place[skstat_device_slot(dev)]);

	/* pairs with device_enter(): the number is its own */
	return likely(place && smp_load_acquire(&place->dev) == dev) ? place : NULL;
}

/*
 * The number of the device at that address; 0: there is none, or it found no place. After a start(). Any context but
 * NMI; the pointer may be anything, and the caller does not leave its CPU. No lock.
 */
static __always_inline u32 skstat_device_id(const void *dev)
{
	const struct skstat_device_place *place = skstat_device_known(dev);

	return likely(place) ? READ_ONCE(place->id) : skstat_device_find(dev);
}

/*
 * The name of the device of that number, and the id of its namespace; a device that is gone keeps its last ones. `name`
 * has IFNAMSIZ bytes. False: there is no such number. Process context.
 */
bool skstat_device_name(u32 id, char *name, u64 *netns);

/* Bytes held; any time. */
u64 skstat_device_memory(void);

#endif
