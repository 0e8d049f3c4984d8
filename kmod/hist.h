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

#include <linux/types.h>

#include "key.h"
#include "skstat/histograms.h"

/* To be called by start() of every probe that measures. Process context, one at a time. 0 or -ENOMEM. */
int skstat_hist_start(void);

/* Frees: no handler can run any more, and no dump. */
void skstat_hist_exit(void);

/*
 * One observation, in whole ones of the histogram's unit; the key's `table` is an enum skstat_histogram_id. After a
 * start(). Any context but NMI; the caller does not leave its CPU (skstat_probe_enter()). No lock, no allocation, and a
 * bounded number of steps.
 */
void skstat_hist_add(const struct skstat_key *key, u64 value);

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
