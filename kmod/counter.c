// SPDX-License-Identifier: GPL-2.0
/*
 * Open addressing without deletion. Whoever meets a free place on the way of a key takes it by cmpxchg, with the key's
 * hash; so all CPUs find a key at the same place, and none has to wait for another that is still writing it down.
 */
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <asm/local64.h>

#include "counter.h"

#define COUNTER_KEYS_MIN 256U
#define COUNTER_KEYS_MAX (1U << 16)
#define COUNTER_STEPS	 64 /* places that a key may be at: eight cache lines of hashes */

static unsigned int counter_keys = 4096;
module_param(counter_keys, uint, 0444);
MODULE_PARM_DESC(counter_keys, "keys that the counters have room for (256 to 65536, a power of two)");

struct counter_key {
	struct skstat_key key;
	u32 written;
};

struct counter_table {
	u32 bits; /* log2 of places */
	u64 seed; /* so that nobody can choose what collides */
	u64 *hashes; /* by place; 0: free */
	struct counter_key *keys; /* likewise */
};

/* Written once, whole. */
static struct counter_table *counter_table;

/* By place, then one for `other` of each table. As old as the table. */
static DEFINE_PER_CPU(local64_t *, counter_counts);

static struct counter_table *table_get(void)
{
	return smp_load_acquire(&counter_table); /* pairs with skstat_counter_start() */
}

static u32 table_places(const struct counter_table *table)
{
	return 1U << table->bits;
}

static u32 table_cells(const struct counter_table *table)
{
	return table_places(table) + __SKSTAT_TABLE_MAX;
}

static void table_free(struct counter_table *table)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		vfree(per_cpu(counter_counts, cpu));
		per_cpu(counter_counts, cpu) = NULL;
	}
	kvfree(table->keys);
	kvfree(table->hashes);
	kfree(table);
}

/* A CPU that was never there may be of a node that is not there either. */
static local64_t *counts_alloc(u32 cells, int cpu)
{
	int node = cpu_to_node(cpu);

	if (node != NUMA_NO_NODE && !node_online(node))
		node = NUMA_NO_NODE;
	return vzalloc_node((size_t)cells * sizeof(local64_t), node);
}

static struct counter_table *table_alloc(void)
{
	u32 places = roundup_pow_of_two(clamp(counter_keys, COUNTER_KEYS_MIN, COUNTER_KEYS_MAX));
	struct counter_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	int cpu;

	if (!table)
		return NULL;
	table->bits = ilog2(places);
	get_random_bytes(&table->seed, sizeof(table->seed));
	table->hashes = kvcalloc(places, sizeof(*table->hashes), GFP_KERNEL);
	table->keys = kvcalloc(places, sizeof(*table->keys), GFP_KERNEL);
	if (!table->hashes || !table->keys)
		goto err;
	for_each_possible_cpu(cpu) {
		per_cpu(counter_counts, cpu) = counts_alloc(table_cells(table), cpu);
		if (!per_cpu(counter_counts, cpu))
			goto err;
	}
	return table;

err:
	table_free(table);
	return NULL;
}

int skstat_counter_start(void)
{
	struct counter_table *table;

	if (counter_table)
		return 0;
	table = table_alloc();
	if (!table)
		return -ENOMEM;
	smp_store_release(&counter_table, table); /* pairs with table_get(): who sees it sees the counts too */
	return 0;
}

void skstat_counter_exit(void)
{
	if (counter_table)
		table_free(counter_table);
}

static u64 hash_add(u64 hash, u32 high, u32 low)
{
	hash = (hash ^ ((u64)high << 32 | low)) * GOLDEN_RATIO_64;
	return hash ^ hash >> 32;
}

static u64 counter_hash(const struct counter_table *table, const struct skstat_key *key)
{
	const u32 *column = key->column;
	u64 hash = table->seed;

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
static bool place_is(const struct counter_key *place, const struct skstat_key *key)
{
	return !smp_load_acquire(&place->written) || /* pairs with place_write() */
	       !memcmp(&place->key, key, sizeof(*key));
}

static void place_write(struct counter_key *place, const struct skstat_key *key)
{
	place->key = *key;
	smp_store_release(&place->written, 1); /* pairs with place_is() and skstat_counter_key() */
}

/* The number of the key's cell: its place, found or taken, or that of `other`. */
static u32 counter_find(const struct counter_table *table, const struct skstat_key *key)
{
	u64 hash = counter_hash(table, key), seen;
	u32 first = hash >> (64 - table->bits), step, place;

	for (step = 0; step < COUNTER_STEPS; step++) {
		place = (first + step) & (table_places(table) - 1);
		seen = READ_ONCE(table->hashes[place]);
		if (!seen) {
			seen = cmpxchg(&table->hashes[place], 0, hash);
			if (!seen) {
				place_write(&table->keys[place], key);
				return place;
			}
		}
		if (seen == hash && place_is(&table->keys[place], key))
			return place;
	}
	return table_places(table) + key->table;
}

void skstat_counter_add(const struct skstat_key *key, u64 count)
{
	u32 number = counter_find(table_get(), key);

	local64_add(count, this_cpu_read(counter_counts) + number); /* an interrupt may add here too */
}

u32 skstat_counter_places(void)
{
	const struct counter_table *table = table_get();

	return table ? table_places(table) : 0;
}

u32 skstat_counter_cells(void)
{
	const struct counter_table *table = table_get();

	return table ? table_cells(table) : 0;
}

u64 skstat_counter_memory(void)
{
	const struct counter_table *table = table_get();

	if (!table)
		return 0;
	return sizeof(*table) + (u64)table_places(table) * (sizeof(*table->hashes) + sizeof(*table->keys)) +
	       (u64)table_cells(table) * sizeof(local64_t) * num_possible_cpus();
}

bool skstat_counter_key(u32 number, struct skstat_cell *cell)
{
	const struct counter_table *table = table_get();
	const struct counter_key *place = &table->keys[number];

	if (number >= table_places(table)) {
		cell->table = number - table_places(table);
		memset(cell->key, 0xff, sizeof(cell->key));
		return true;
	}
	if (!smp_load_acquire(&place->written)) /* pairs with place_write() */
		return false;
	cell->table = place->key.table;
	memcpy(cell->key, place->key.column, sizeof(cell->key));
	return true;
}

void skstat_counter_sum(u32 number, struct skstat_cell *cell)
{
	int cpu;

	cell->count = 0;
	for_each_possible_cpu(cpu)
		cell->count += local64_read(per_cpu(counter_counts, cpu) + number);
}
