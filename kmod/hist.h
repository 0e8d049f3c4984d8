/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histograms by key: what handlers observe and HIST reads. One table of keys for all, as the counters have one, and a
 * histogram for each place and CPU; made at the first hold of a probe that measures, in one piece, and it stays until
 * the module goes. A key that finds no place is measured under SKSTAT_KEY_OTHER of its histogram.
 *
 * Module parameter `histogram_keys`: how many keys there is room for.
 */
#ifndef SKSTAT_HIST_H
#define SKSTAT_HIST_H

#include <linux/build_bug.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <asm/local64.h>

#include "bucket.h"
#include "key.h"
#include "skstat/histograms.h"

/* To be called by start() of every probe that measures. Process context, one at a time. 0 or -ENOMEM. */
int skstat_hist_start(void);

/* Frees: no handler can run any more, and no dump. */
void skstat_hist_exit(void);

/*
 * A CPU's histogram of a key. Each of these is added to by itself, in one instruction that an interrupt may come before
 * or after, and only ever grows; so whatever a reader on another CPU sees of it has been true.
 *
 * But `squares`: 128 bits are no such thing. There are three sums, of units of 1, 2^32 and 2^64, and what is in the
 * first two is moved up before it can overflow.
 *
 * What comes often (packets are as long as an ACK, or as a segment can be) is counted by its value, and not in all of
 * the others: the reader adds it there. A value has its place for good, so that one addition is all there is to it.
 */
#define SKSTAT_HIST_OFTEN     32U
#define SKSTAT_HIST_OFTEN_MAX (1U << 20) /* values above have no place */
struct skstat_hist_often {
	const void *owner; /* of the probe that remembers the place: written once, before it does */
	u32 value; /* 0: nobody's place yet */
	union {
		local64_t count;
		u64 counted; /* the same, for its own CPU to look at in passing */
	};
};

struct skstat_hist {
	struct skstat_key key; /* whose it is, if it is in skstat_hists_known, or was */
	const void *owner[2]; /* of a probe that remembers it by itself: written before, and the same for a key always */
	struct skstat_hist_often often[SKSTAT_HIST_OFTEN];
	local64_t bucket[SKSTAT_HISTOGRAM_BUCKETS];
	local64_t low, high, sum;
	local64_t squares[3];
	u32 moving; /* odd: something is between two of squares */
};

/*
 * Histograms of this CPU that were found lately, by table and the key's first column: what comes often is found without
 * its hash. One word each: an interrupt finds the one before or the one behind.
 */
#define SKSTAT_HIST_KNOWN_BITS 4
struct skstat_hists_known {
	struct skstat_hist *hist[__SKSTAT_HISTOGRAM_MAX][1 << SKSTAT_HIST_KNOWN_BITS];
};
DECLARE_PER_CPU(struct skstat_hists_known, skstat_hists_known);

/* Its place there. Not its last bits: of ports those are alike, and a service's would be where no service's is. */
static __always_inline u32 skstat_hist_slot(u32 first)
{
	return first * GOLDEN_RATIO_32 >> (32 - SKSTAT_HIST_KNOWN_BITS);
}

/* From here on a square is not far less than what there is room for. */
#define SKSTAT_HIST_SMALL_BITS 30
#define SKSTAT_HIST_SMALL      (1ull << SKSTAT_HIST_SMALL_BITS)

/* What is rare, of skstat_hist_add(): hist.c. */
struct skstat_hist *skstat_hist_find(u32 table, u32 first, u32 second, u32 third);
void skstat_hist_add_slow(u32 table, u32 first, u32 second, u32 third, u64 value);
void skstat_hist_observe_slow(struct skstat_hist *hist, u32 table, u64 value);
void skstat_hist_squares_move(struct skstat_hist *hist, u32 from);

/* A column that a table does not have is 0 in all of its keys. */
#define SKSTAT_HIST_IS(hist, number, value) \
	((__builtin_constant_p(value) && !(value)) || (hist)->key.column[number] == (value))

/* NULL: it was not found lately. */
static __always_inline struct skstat_hist *skstat_hist_known(u32 table, u32 first, u32 second, u32 third)
{
	struct skstat_hist *hist = this_cpu_read(skstat_hists_known.hist[table][skstat_hist_slot(first)]);

	BUILD_BUG_ON(SKSTAT_HISTOGRAM_COLUMNS != 3);
	return likely(hist && hist->key.column[0] == first && SKSTAT_HIST_IS(hist, 1, second) &&
		      SKSTAT_HIST_IS(hist, 2, third)) ? hist : NULL;
}

#define SKSTAT_HIST_UNIT(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	[id] = SKSTAT_HISTOGRAM_UNIT_##UNIT,
#define SKSTAT_HIST_FIRST(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	[id] = (FIRST),

/* In which of its buckets, from 0 on, if it is in one. Of a constant table, nothing is looked up. */
static __always_inline int skstat_hist_bucket(u32 table, u64 value)
{
	static const u8 unit[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(SKSTAT_HIST_UNIT) };
	static const s16 first[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(SKSTAT_HIST_FIRST) };

	if (unit[table] == SKSTAT_HISTOGRAM_UNIT_NANOSECONDS)
		return skstat_bucket_of_ns(value) - first[table];
	return skstat_bucket_of_bytes(value) - first[table];
}

#define SKSTAT_HIST_LEAST(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	[id] = 1ull << ((FIRST) - SKSTAT_BUCKET_OF_1_##UNIT + 7) / 8,
#define SKSTAT_HIST_FITS(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	static_assert((FIRST) >= SKSTAT_BUCKET_OF_1_##UNIT &&                        \
		      8 * SKSTAT_HIST_SMALL_BITS + SKSTAT_BUCKET_OF_1_##UNIT - (FIRST) < SKSTAT_HISTOGRAM_BUCKETS);
SKSTAT_HISTOGRAMS(SKSTAT_HIST_FITS)

/* The power of two from which on every value is in one of its buckets, as long as it is small. */
static __always_inline u64 skstat_hist_least(u32 table)
{
	static const u64 least[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(SKSTAT_HIST_LEAST) };

	return least[table];
}

#undef SKSTAT_HIST_UNIT
#undef SKSTAT_HIST_FIRST
#undef SKSTAT_HIST_LEAST
#undef SKSTAT_HIST_FITS

/* skstat_hist_add(), where the histogram of this CPU is known already. */
static __always_inline void skstat_hist_observe(struct skstat_hist *hist, u32 table, u64 value)
{
	const u64 least = skstat_hist_least(table);
	u32 bucket;

	if (unlikely(value - least >= SKSTAT_HIST_SMALL - least)) {
		skstat_hist_observe_slow(hist, table, value);
		return;
	}
	bucket = skstat_hist_bucket(table, value);
	local64_inc(&hist->bucket[bucket]);
	local64_add(value, &hist->sum);
	/* Handlers may be three deep here, each with less than 2^60, before one of them moves what is too much. */
	if (unlikely(local64_add_negative(value * value, &hist->squares[0])))
		skstat_hist_squares_move(hist, 0);
}

/*
 * One observation, in whole ones of the histogram's unit; `table` is an enum skstat_histogram_id, a constant, and the
 * columns are the key's. After a start(). Any context but NMI; the caller does not leave its CPU (skstat_probe_enter()). No lock, no
 * allocation, and a bounded number of steps.
 */
static __always_inline void skstat_hist_add(u32 table, u32 first, u32 second, u32 third, u64 value)
{
	struct skstat_hist *hist = skstat_hist_known(table, first, second, third);

	if (likely(hist))
		skstat_hist_observe(hist, table, value);
	else
		skstat_hist_add_slow(table, first, second, third, value);
}

/*
 * The place of a value by itself, in the histogram of these on this CPU, for a probe that wants to remember it: it stays
 * for good, and to add to `count` is an observation, in any context. `owner` is whatever the probe knows it by, always
 * the same one for these columns. NULL: there is none, or the histogram was not found lately. On the terms of
 * skstat_hist_add().
 */
struct skstat_hist_often *skstat_hist_often(u32 table, u32 first, u32 second, u32 third, u32 value, const void *owner);

/* Observations of a table that were counted so, which are its probe's hits; any time. */
u64 skstat_hist_often_sum(u32 table);

/* Keys that there is room for; 0 before the first start(). Any time. */
u32 skstat_hist_places(void);

/* Bytes held; any time. */
u64 skstat_hist_memory(void);

/*
 * For HIST: cells are numbered from 0, first the keys' places, then those of `other`. Whose that number is, false where
 * it is nobody's yet; and what it has, which never goes back, and may be nothing at first: of `cell` all but what it
 * is, and SKSTAT_HISTOGRAM_BUCKETS buckets. Process context.
 */
u32 skstat_hist_cells(void);
bool skstat_hist_key(u32 number, struct skstat_key *key);
void skstat_hist_sum(u32 number, struct skstat_histogram_cell *cell, u64 *buckets);

#endif
