// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/local64.h>

#include "bucket.h"
#include "hist.h"

#define HIST_KEYS_MIN 32U
#define HIST_KEYS_MAX 4096U

static unsigned int histogram_keys = 128;
module_param(histogram_keys, uint, 0444);
MODULE_PARM_DESC(histogram_keys, "keys that the histograms have room for (32 to 4096, a power of two)");

/*
 * A CPU's histogram of a key. Each of these is added to by itself, in one instruction that an interrupt may come before
 * or after, and only ever grows; so whatever a reader on another CPU sees of it has been true.
 *
 * But `squares`: 128 bits are no such thing. There are three sums, of units of 1, 2^32 and 2^64, and what is in the
 * first two is moved up before it can overflow.
 */
struct hist {
	local64_t bucket[SKSTAT_HISTOGRAM_BUCKETS];
	local64_t low, high, sum;
	local64_t squares[3];
	u32 moving; /* odd: something is between two of squares */
};

#define SQUARES_SMALL (1ull << 30) /* whose square is far less than what there is room for */
#define SQUARES_FULL  (1ull << 63)

struct hist_kind {
	u8 unit;
	s16 first;
};

#define HIST_KIND(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	[id] = { .unit = SKSTAT_HISTOGRAM_UNIT_##UNIT, .first = (FIRST) },
static const struct hist_kind hist_kinds[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(HIST_KIND) };

/* Written once. */
static struct skstat_keys *hist_table;

/* By number of the key's cell. As old as the table. */
static DEFINE_PER_CPU(struct hist *, hists);

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
		per_cpu(hists, cpu) = skstat_cells_alloc(cells, sizeof(struct hist), cpu);
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

static local64_t *hist_slot(struct hist *hist, const struct hist_kind *kind, u64 value)
{
	int slot;

	if (!value)
		return &hist->low;
	slot = kind->unit == SKSTAT_HISTOGRAM_UNIT_NANOSECONDS ? skstat_bucket_of_ns(value) : skstat_bucket_of_bytes(value);
	slot -= kind->first;
	if (slot < 0)
		return &hist->low;
	return slot < SKSTAT_HISTOGRAM_BUCKETS ? &hist->bucket[slot] : &hist->high;
}

/* Once in a few thousand million times. Interrupts are kept away so that a reader does not wait long. */
static noinline void squares_move(struct hist *hist, u32 from)
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
static void squares_add_to(struct hist *hist, u32 which, u64 part)
{
	if (unlikely((u64)local64_add_return(part, &hist->squares[which]) >= SQUARES_FULL))
		squares_move(hist, which);
}

static void squares_add(struct hist *hist, u64 value)
{
	u64 low = value * value;

	if (likely(value < SQUARES_SMALL)) {
		squares_add_to(hist, 0, low);
		return;
	}
	squares_add_to(hist, 0, (u32)low);
	squares_add_to(hist, 1, low >> 32);
	local64_add(mul_u64_u64_shr(value, value, 64), &hist->squares[2]);
}

void skstat_hist_add(const struct skstat_key *key, u64 value)
{
	struct hist *hist = this_cpu_read(hists) + skstat_keys_find(table_get(), key);

	local64_inc(hist_slot(hist, &hist_kinds[key->table], value));
	local64_add(value, &hist->sum);
	squares_add(hist, value);
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
	return skstat_keys_memory(table) + (u64)skstat_keys_cells(table) * sizeof(struct hist) * num_possible_cpus();
}

bool skstat_hist_key(u32 number, struct skstat_key *key)
{
	return skstat_keys_get(table_get(), number, key);
}

static void squares_read(const struct hist *hist, u64 squares[3])
{
	u32 seen, i;

	do {
		seen = READ_ONCE(hist->moving) & ~1u;
		smp_rmb(); /* pairs with squares_move() */
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

static void hist_sum(const struct hist *hist, struct skstat_histogram_cell *cell, u64 *buckets)
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
}

void skstat_hist_sum(u32 number, struct skstat_histogram_cell *cell, u64 *buckets)
{
	int cpu;

	memset(cell, 0, sizeof(*cell));
	memset(buckets, 0, SKSTAT_HISTOGRAM_BUCKETS * sizeof(*buckets));
	for_each_possible_cpu(cpu)
		hist_sum(per_cpu(hists, cpu) + number, cell, buckets);
}
