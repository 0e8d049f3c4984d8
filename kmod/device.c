// SPDX-License-Identifier: GPL-2.0
/*
 * Two tables: of places, which have a device's number and name, and of addresses, as cells of sets of eight. An address
 * is in the latter as long as the device is registered and may be compared with. Changed by a notifier, under a mutex;
 * handlers read as they like.
 */
#include <linux/hash.h>
#include <linux/if.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device.h"
#include "netns.h"

#define DEVICE_PLACES	1024
#define DEVICE_WAYS	8 /* addresses in a cache line */
#define DEVICE_SET_BITS 8 /* twice as many addresses as places: few sets are ever full */

struct device_set {
	const void *dev[DEVICE_WAYS]; /* NULL: free. To compare with, never to follow */
	struct skstat_device_place *place[DEVICE_WAYS];
} ____cacheline_aligned;

struct device_table {
	struct device_set sets[1 << DEVICE_SET_BITS];
	struct skstat_device_place places[DEVICE_PLACES];
};

DEFINE_PER_CPU(struct skstat_devices_known, skstat_devices_known);

/* Guards all writing, and whatever handlers do not read. Within RTNL. */
static DEFINE_MUTEX(device_mutex);
static struct device_table *device_table; /* made by the first start() */
static u32 device_last_id;

/* An address may be in either of two sets. */
static struct device_set *set_first(const void *dev)
{
	return &device_table->sets[hash_64((unsigned long)dev, DEVICE_SET_BITS)];
}

static struct device_set *set_second(const void *dev)
{
	u64 hash = hash_64((unsigned long)dev, 2 * DEVICE_SET_BITS);

	return &device_table->sets[hash & ((1 << DEVICE_SET_BITS) - 1)];
}

/* In which way of the set that address is; DEVICE_WAYS: in none. */
static u32 set_find(const struct device_set *set, const void *dev)
{
	u32 way;

	for (way = 0; way < DEVICE_WAYS; way++)
		if (READ_ONCE(set->dev[way]) == dev)
			break;
	return way;
}

/* The set and way of an address, or of a free cell for it; NULL: there is none. */
static struct device_set *table_find(const void *dev, const void *sought, u32 *way)
{
	struct device_set *set = set_first(dev);

	*way = set_find(set, sought);
	if (*way == DEVICE_WAYS) {
		set = set_second(dev);
		*way = set_find(set, sought);
	}
	return *way < DEVICE_WAYS ? set : NULL;
}

u32 skstat_device_find(const void *dev)
{
	struct skstat_device_place *place;
	struct device_set *set;
	u32 way, id;

	set = dev ? table_find(dev, dev, &way) : NULL;
	if (!set)
		return 0;
	smp_rmb(); /* pairs with smp_wmb() in device_enter(): who sees the address sees its place */
	place = READ_ONCE(set->place[way]);
	id = READ_ONCE(place->id);
	if (!READ_ONCE(place->asked)) {
		WRITE_ONCE(place->asked, true);
		smp_mb(); /* pairs with device_leave(): it sees `asked`, or we see that the device has left */
	}
	smp_rmb(); /* pairs with device_leave(): who read what was written after it does not find the address again */
	if (READ_ONCE(set->dev[way]) != dev)
		return 0;
	this_cpu_write(skstat_devices_known.place[skstat_device_slot(dev)], place);
	return id;
}

static bool place_is_left(const struct skstat_device_place *place)
{
	return place->dev == place;
}

/* No address that a handler may ask for. */
static void place_leave(struct skstat_device_place *place)
{
	WRITE_ONCE(place->dev, place);
}

static struct skstat_device_place *place_alloc(void)
{
	struct skstat_device_place *place;

	lockdep_assert_held(&device_mutex);
	for (place = device_table->places; place < device_table->places + DEVICE_PLACES; place++)
		if (place_is_left(place) && !READ_ONCE(place->asked))
			return place;
	return NULL;
}

static struct skstat_device_place *place_of(const struct net_device *dev)
{
	u32 way;
	struct device_set *set = table_find(dev, dev, &way);

	return set ? set->place[way] : NULL;
}

static void place_name(struct skstat_device_place *place, const struct net_device *dev)
{
	strscpy(place->name, dev->name, sizeof(place->name));
	place->netns = skstat_netns_id(dev_net(dev)); /* which it holds, registered as it is */
}

static void device_enter(const struct net_device *dev)
{
	struct skstat_device_place *place = place_alloc();
	struct device_set *set;
	u32 way;

	set = table_find(dev, NULL, &way);
	if (!place || !set)
		return;
	WRITE_ONCE(place->id, ++device_last_id);
	place_name(place, dev);
	smp_store_release(&place->dev, dev); /* pairs with skstat_device_id() */
	WRITE_ONCE(set->place[way], place);
	smp_wmb(); /* pairs with skstat_device_find() */
	WRITE_ONCE(set->dev[way], dev);
}

/* From here on the address may be another device's. */
static void device_leave(const struct net_device *dev)
{
	u32 way;
	struct device_set *set = table_find(dev, dev, &way);

	if (!set)
		return;
	WRITE_ONCE(set->dev[way], NULL);
	smp_mb(); /* pairs with skstat_device_find(), twice: what is written or read next is after that */
	place_leave(set->place[way]);
}

static void device_event(const struct net_device *dev, unsigned long event)
{
	struct skstat_device_place *place = place_of(dev);

	if (event == NETDEV_UNREGISTER)
		device_leave(dev);
	else if (place)
		place_name(place, dev);
	else if (event == NETDEV_REGISTER)
		device_enter(dev);
}

static int device_notify(struct notifier_block *block, unsigned long event, void *info)
{
	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER && event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;
	mutex_lock(&device_mutex);
	device_event(netdev_notifier_info_to_dev(info), event);
	mutex_unlock(&device_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = { .notifier_call = device_notify };

int skstat_device_start(void)
{
	struct skstat_device_place *place;
	struct device_table *table;
	int err;

	if (device_table)
		return 0;
	table = kvzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	for (place = table->places; place < table->places + DEVICE_PLACES; place++)
		place_leave(place);
	mutex_lock(&device_mutex);
	WRITE_ONCE(device_table, table);
	mutex_unlock(&device_mutex);
	err = register_netdevice_notifier(&device_notifier); /* calls back for every device that is there */
	if (!err)
		return 0;
	mutex_lock(&device_mutex);
	WRITE_ONCE(device_table, NULL);
	mutex_unlock(&device_mutex);
	kvfree(table);
	return err;
}

void skstat_device_exit(void)
{
	if (!device_table)
		return;
	unregister_netdevice_notifier(&device_notifier);
	kvfree(device_table);
}

bool skstat_device_name(u32 id, char *name, u64 *netns)
{
	const struct skstat_device_place *place, *end;
	bool found = false;

	mutex_lock(&device_mutex);
	place = device_table ? device_table->places : NULL;
	end = place ? place + DEVICE_PLACES : NULL;
	for (; place < end && !found; place++) {
		if (place->id != id)
			continue;
		memcpy(name, place->name, sizeof(place->name));
		*netns = place->netns;
		found = true;
	}
	mutex_unlock(&device_mutex);
	return found;
}

u64 skstat_device_memory(void)
{
	return READ_ONCE(device_table) ? sizeof(struct device_table) : 0;
}
