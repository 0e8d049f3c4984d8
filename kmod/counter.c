// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/local64.h>

#include "counter.h"

#define COUNTER_KEYS_MIN 256U
#define COUNTER_KEYS_MAX (1U << 16)

static unsigned int counter_keys = 4096;
module_param(counter_keys, uint, 0444);
MODULE_PARM_DESC(counter_keys, "keys that the counters have room for (256 to 65536, a power of two)");

/* Written once. */
static struct skstat_keys *counter_table;

/* By number of the cell. As old as the table. */
static DEFINE_PER_CPU(local64_t *, counter_counts);

static struct skstat_keys *table_get(void)
{
	return smp_load_acquire(&counter_table); /* pairs with skstat_counter_start() */
}

static void counts_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		vfree(per_cpu(counter_counts, cpu));
		per_cpu(counter_counts, cpu) = NULL;
	}
}

static int counts_alloc(u32 cells)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(counter_counts, cpu) = skstat_cells_alloc(cells, sizeof(local64_t), cpu);
		if (!per_cpu(counter_counts, cpu)) {
			counts_free();
			return -ENOMEM;
		}
	}
	return 0;
}

int skstat_counter_start(void)
{
	struct skstat_keys *table;

	if (counter_table)
		return 0;
	table = skstat_keys_new(roundup_pow_of_two(clamp(counter_keys, COUNTER_KEYS_MIN, COUNTER_KEYS_MAX)),
				__SKSTAT_TABLE_MAX);
	if (!table)
		return -ENOMEM;
	if (counts_alloc(skstat_keys_cells(table))) {
		skstat_keys_free(table);
		return -ENOMEM;
	}
	smp_store_release(&counter_table, table); /* pairs with table_get(): who sees it sees the counts too */
	return 0;
}

void skstat_counter_exit(void)
{
	skstat_keys_free(counter_table);
	counts_free();
}

void skstat_counter_add(const struct skstat_key *key, u64 count)
{
	u32 number = skstat_keys_find(table_get(), key);

	local64_add(count, this_cpu_read(counter_counts) + number); /* an interrupt may add here too */
}

u32 skstat_counter_places(void)
{
	const struct skstat_keys *table = table_get();

	return table ? skstat_keys_places(table) : 0;
}

u32 skstat_counter_cells(void)
{
	const struct skstat_keys *table = table_get();

	return table ? skstat_keys_cells(table) : 0;
}

u64 skstat_counter_memory(void)
{
	const struct skstat_keys *table = table_get();

	if (!table)
		return 0;
	return skstat_keys_memory(table) + (u64)skstat_keys_cells(table) * sizeof(local64_t) * num_possible_cpus();
}

bool skstat_counter_key(u32 number, struct skstat_key *key)
{
	return skstat_keys_get(table_get(), number, key);
}

u64 skstat_counter_sum(u32 number)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(per_cpu(counter_counts, cpu) + number);
	return sum;
}
