// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "hist.h"

#define HIST_KEYS_MIN 32U
#define HIST_KEYS_MAX 4096U

static unsigned int histogram_keys = 128;
module_param(histogram_keys, uint, 0444);
MODULE_PARM_DESC(histogram_keys, "keys that the histograms have room for (32 to 4096, a power of two)");

#define SQUARES_FULL (1ull << 63)

DEFINE_PER_CPU(struct skstat_hists_known, skstat_hists_known);

/* Written once. */
static struct skstat_keys *hist_table;

/* By number of the key's cell. As old as the table. */
static DEFINE_PER_CPU(struct skstat_hist *, hists);

static struct skstat_keys *table_get(void)
{
	return smp_load_acquire(&hist_table); /* pairs with skstat_hist_start() */
}

static void hists_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		vfree(per_cpu(hists, cpu));
		per_cpu(hists, cpu) = NULL;
	}
}

static int hists_alloc(u32 cells)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(hists, cpu) = skstat_cells_alloc(cells, sizeof(struct skstat_hist), cpu);
		if (!per_cpu(hists, cpu)) {
			hists_free();
			return -ENOMEM;
		}
	}
	return 0;
}

int skstat_hist_start(void)
{
	struct skstat_keys *table;

	if (hist_table)
		return 0;
	table = skstat_keys_new(roundup_pow_of_two(clamp(histogram_keys, HIST_KEYS_MIN, HIST_KEYS_MAX)),
				__SKSTAT_HISTOGRAM_MAX);
	if (!table)
		return -ENOMEM;
	if (hists_alloc(skstat_keys_cells(table))) {
		skstat_keys_free(table);
		return -ENOMEM;
	}
	smp_store_release(&hist_table, table); /* pairs with table_get(): who sees it sees the histograms too */
	return 0;
}

void skstat_hist_exit(void)
{
	skstat_keys_free(hist_table);
	hists_free();
}

/* A key stays where it was found. But what found no place is not to be remembered: it shares its histogram. */
struct skstat_hist *skstat_hist_find(u32 table, u32 first, u32 second, u32 third)
{
	struct skstat_key key = { .table = table, .column = { first, second, third } };
	struct skstat_keys *keys = table_get();
	u32 number = skstat_keys_find(keys, &key);
	struct skstat_hist *hist = this_cpu_read(hists) + number;

	if (number < skstat_keys_places(keys)) {
		hist->key = key;
		barrier(); /* an interrupt that finds it known finds the key; if it came in between, it wrote the same */
		this_cpu_write(skstat_hists_known.hist[table][skstat_hist_slot(first)], hist);
	}
	return hist;
}

/* Once in a few thousand million times. Interrupts are kept away so that a reader does not wait long. */
void skstat_hist_squares_move(struct skstat_hist *hist, u32 from)
{
	unsigned long flags;
	u64 whole;

	local_irq_save(flags);
	whole = (u64)local64_read(&hist->squares[from]) >> 32;
	if (whole) {
		WRITE_ONCE(hist->moving, hist->moving + 1);
		smp_wmb(); /* pairs with squares_read() */
		local64_sub(whole << 32, &hist->squares[from]);
		local64_add(whole, &hist->squares[from + 1]);
		smp_wmb(); /* likewise */
		WRITE_ONCE(hist->moving, hist->moving + 1);
	}
	local_irq_restore(flags);
}

/* Handlers may be three deep here, each with less than 2^60, before one of them moves what is too much. */
static void squares_add_to(struct skstat_hist *hist, u32 which, u64 part)
{
	if (unlikely((u64)local64_add_return(part, &hist->squares[which]) >= SQUARES_FULL))
		skstat_hist_squares_move(hist, which);
}

static void squares_add(struct skstat_hist *hist, u64 value)
{
	u64 low = value * value;

	squares_add_to(hist, 0, (u32)low);
	squares_add_to(hist, 1, low >> 32);
	local64_add(mul_u64_u64_shr(value, value, 64), &hist->squares[2]);
}

static local64_t *bucket_of(struct skstat_hist *hist, u32 table, u64 value)
{
	int bucket = value ? skstat_hist_bucket(table, value) : -1;

	if (bucket < 0)
		return &hist->low;
	return bucket < SKSTAT_HISTOGRAM_BUCKETS ? &hist->bucket[bucket] : &hist->high;
}

void skstat_hist_observe_slow(struct skstat_hist *hist, u32 table, u64 value)
{
	local64_inc(bucket_of(hist, table, value));
	local64_add(value, &hist->sum);
	squares_add(hist, value);
}

void skstat_hist_add_slow(u32 table, u32 first, u32 second, u32 third, u64 value)
{
	skstat_hist_observe_slow(skstat_hist_find(table, first, second, third), table, value);
}

#define OFTEN_STEPS 4

struct skstat_hist_often *skstat_hist_often(u32 table, u32 first, u32 second, u32 third, u32 value, const void *owner)
{
	struct skstat_hist *hist = skstat_hist_known(table, first, second, third);
	u32 step, place = hash_32(value, ilog2(SKSTAT_HIST_OFTEN)), seen;
	struct skstat_hist_often *often;

	if (!hist || !value || value >= SKSTAT_HIST_OFTEN_MAX)
		return NULL;
	for (step = 0; step < OFTEN_STEPS; step++, place++) {
		often = &hist->often[place % SKSTAT_HIST_OFTEN];
		seen = READ_ONCE(often->value);
		if (!seen) {
			often->owner = owner; /* always the same: an interrupt that wants the place writes it, too */
			seen = cmpxchg(&often->value, 0, value) ?: value; /* a barrier: pairs with often_sum() */
		}
		if (seen == value)
			return often;
	}
	return NULL;
}

u64 skstat_hist_often_sum(u32 table)
{
	u32 cells = skstat_hist_cells(), i;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct skstat_hist *hist = per_cpu(hists, cpu), *end = hist + cells;

		for (; hist < end; hist++)
			for (i = 0; READ_ONCE(hist->key.table) == table && i < SKSTAT_HIST_OFTEN; i++)
				sum += local64_read(&hist->often[i].count);
	}
	return sum;
}

u32 skstat_hist_places(void)
{
	const struct skstat_keys *table = table_get();

	return table ? skstat_keys_places(table) : 0;
}

u32 skstat_hist_cells(void)
{
	const struct skstat_keys *table = table_get();

	return table ? skstat_keys_cells(table) : 0;
}

u64 skstat_hist_memory(void)
{
	const struct skstat_keys *table = table_get();

	if (!table)
		return 0;
	return skstat_keys_memory(table) + (u64)skstat_keys_cells(table) * sizeof(struct skstat_hist) * num_possible_cpus();
}

bool skstat_hist_key(u32 number, struct skstat_key *key)
{
	return skstat_keys_get(table_get(), number, key);
}

static void squares_read(const struct skstat_hist *hist, u64 squares[3])
{
	u32 seen, i;

	do {
		seen = READ_ONCE(hist->moving) & ~1u;
		smp_rmb(); /* pairs with skstat_hist_squares_move() */
		for (i = 0; i < 3; i++)
			squares[i] = local64_read(&hist->squares[i]);
		smp_rmb(); /* likewise */
	} while (READ_ONCE(hist->moving) != seen);
}

/* 128 bits. */
static void wide_add(__u64 wide[2], u64 low, u64 high)
{
	wide[0] += low;
	wide[1] += high + (wide[0] < low);
}

/* As if each of them had been observed as others are. */
static void often_sum(const struct skstat_hist *hist, struct skstat_histogram_cell *cell, u64 *buckets)
{
	const struct skstat_hist_often *often = hist->often;
	u64 count, value, square;
	int bucket;

	for (; often < hist->often + ARRAY_SIZE(hist->often); often++) {
		count = local64_read(&often->count);
		if (!count)
			continue;
		smp_rmb(); /* pairs with skstat_hist_often(): what was counted has its value, and the histogram its key */
		value = READ_ONCE(often->value);
		bucket = value ? skstat_hist_bucket(hist->key.table, value) : -1;
		if (bucket < 0)
			cell->low += count;
		else if (bucket < SKSTAT_HISTOGRAM_BUCKETS)
			buckets[bucket] += count;
		else
			cell->high += count;
		cell->sum += value * count;
		square = value * value;
		wide_add(cell->squares, square * count, mul_u64_u64_shr(square, count, 64));
	}
}

static void hist_sum(const struct skstat_hist *hist, struct skstat_histogram_cell *cell, u64 *buckets)
{
	u64 squares[3];
	u32 i;

	for (i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		buckets[i] += local64_read(&hist->bucket[i]);
	cell->low += local64_read(&hist->low);
	cell->high += local64_read(&hist->high);
	cell->sum += local64_read(&hist->sum);
	squares_read(hist, squares);
	wide_add(cell->squares, squares[0], 0);
	wide_add(cell->squares, squares[1] << 32, squares[1] >> 32);
	wide_add(cell->squares, 0, squares[2]);
	often_sum(hist, cell, buckets);
}

void skstat_hist_sum(u32 number, struct skstat_histogram_cell *cell, u64 *buckets)
{
	int cpu;

	memset(cell, 0, sizeof(*cell));
	memset(buckets, 0, SKSTAT_HISTOGRAM_BUCKETS * sizeof(*buckets));
	for_each_possible_cpu(cpu)
		hist_sum(per_cpu(hists, cpu) + number, cell, buckets);
}
