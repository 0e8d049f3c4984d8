// SPDX-License-Identifier: GPL-2.0
/*
 * Open addressing without deletion. Whoever meets a free place on the way of a key takes it by cmpxchg, with the key's
 * hash; so all CPUs find a key at the same place, and none has to wait for another that is still writing it down.
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include "key.h"

#define KEY_STEPS 64 /* places that a key may be at: eight cache lines of hashes */

struct key_place {
	struct skstat_key key;
	u32 written;
};

struct skstat_keys {
	u32 bits; /* log2 of places */
	u32 tables;
	u64 seed; /* so that nobody can choose what collides */
	u64 *hashes; /* by place; 0: free */
	struct key_place *place; /* likewise */
};

u32 skstat_keys_places(const struct skstat_keys *keys)
{
	return 1U << keys->bits;
}

u32 skstat_keys_cells(const struct skstat_keys *keys)
{
	return skstat_keys_places(keys) + keys->tables;
}

u64 skstat_keys_memory(const struct skstat_keys *keys)
{
	return sizeof(*keys) + (u64)skstat_keys_places(keys) * (sizeof(*keys->hashes) + sizeof(*keys->place));
}

void skstat_keys_free(struct skstat_keys *keys)
{
	if (!keys)
		return;
	kvfree(keys->place);
	kvfree(keys->hashes);
	kfree(keys);
}

struct skstat_keys *skstat_keys_new(u32 places, u32 tables)
{
	struct skstat_keys *keys = kzalloc(sizeof(*keys), GFP_KERNEL);

	if (!keys)
		return NULL;
	keys->bits = ilog2(places);
	keys->tables = tables;
	get_random_bytes(&keys->seed, sizeof(keys->seed));
	keys->hashes = kvcalloc(places, sizeof(*keys->hashes), GFP_KERNEL);
	keys->place = kvcalloc(places, sizeof(*keys->place), GFP_KERNEL);
	if (keys->hashes && keys->place)
		return keys;
	skstat_keys_free(keys);
	return NULL;
}

static u64 hash_add(u64 hash, u32 high, u32 low)
{
	hash = (hash ^ ((u64)high << 32 | low)) * GOLDEN_RATIO_64;
	return hash ^ hash >> 32;
}

static u64 key_hash(const struct skstat_keys *keys, const struct skstat_key *key)
{
	const u32 *column = key->column;
	u64 hash = keys->seed;

	BUILD_BUG_ON(SKSTAT_KEY_COLUMNS != 5);
	hash = hash_add(hash, key->table, column[0]);
	hash = hash_add(hash, column[1], column[2]);
	hash = hash_add(hash, column[3], column[4]);
	return hash * GOLDEN_RATIO_64 ?: 1;
}

/*
 * Whether that place, whose hash is the key's, is the key's. One that is being written on another CPU, or under us, is
 * not waited for: two keys of one 64-bit hash within these few instructions do not happen.
 */
static bool place_is(const struct key_place *place, const struct skstat_key *key)
{
	return !smp_load_acquire(&place->written) || /* pairs with place_write() */
	       !memcmp(&place->key, key, sizeof(*key));
}

static void place_write(struct key_place *place, const struct skstat_key *key)
{
	place->key = *key;
	smp_store_release(&place->written, 1); /* pairs with place_is() and skstat_keys_get() */
}

u32 skstat_keys_find(struct skstat_keys *keys, const struct skstat_key *key)
{
	u64 hash = key_hash(keys, key), seen;
	u32 first = hash >> (64 - keys->bits), step, place;

	for (step = 0; step < KEY_STEPS; step++) {
		place = (first + step) & (skstat_keys_places(keys) - 1);
		seen = READ_ONCE(keys->hashes[place]);
		if (!seen) {
			seen = cmpxchg(&keys->hashes[place], 0, hash);
			if (!seen) {
				place_write(&keys->place[place], key);
				return place;
			}
		}
		if (seen == hash && place_is(&keys->place[place], key))
			return place;
	}
	return skstat_keys_places(keys) + key->table;
}

bool skstat_keys_get(const struct skstat_keys *keys, u32 number, struct skstat_key *key)
{
	const struct key_place *place = &keys->place[number];

	if (number >= skstat_keys_places(keys)) {
		key->table = number - skstat_keys_places(keys);
		memset(key->column, 0xff, sizeof(key->column));
		return true;
	}
	if (!smp_load_acquire(&place->written)) /* pairs with place_write() */
		return false;
	*key = place->key;
	return true;
}

void *skstat_cells_alloc(u32 cells, size_t size, int cpu)
{
	int node = cpu_to_node(cpu);

	if (node != NUMA_NO_NODE && !node_online(node))
		node = NUMA_NO_NODE;
	return vzalloc_node((size_t)cells * size, node);
}
