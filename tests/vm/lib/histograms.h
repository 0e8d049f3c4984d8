/* SPDX-License-Identifier: GPL-2.0 */
/* A reader of HIST, which holds every dump to what the protocol promises, by itself and against the one before. */
#ifndef SKSTAT_TEST_HISTOGRAMS_H
#define SKSTAT_TEST_HISTOGRAMS_H

#include <skstat/histograms.h>

#include "keyed_dump.h"

struct histogram {
	uint32_t histogram, key[SKSTAT_KEY_COLUMNS];
	uint64_t bucket[SKSTAT_HISTOGRAM_BUCKETS];
	uint64_t low, high, sum, squares[2];
};

struct histograms {
	struct keyed_dump dump;
	/* Of the last dump: */
	struct histogram *hist;
	size_t count, room;
};

/* The program ends if there is no module. */
void histograms_open(struct histograms *histograms);
void histograms_close(struct histograms *histograms);

/*
 * Takes a dump. NULL, or what is wrong: a refusal, or a promise that was not kept. Promises: those of keyed_dump.h,
 * histograms are aligned, a key comes once and is of a known histogram, no bucket at an end is empty. Since the last
 * dump of the same instance nothing has gone, nor gone back.
 */
const char *histograms_read(struct histograms *histograms);

/* How many were observed in one; and in all of a kind, those of `other` alone or all. */
uint64_t histogram_count(const struct histogram *histogram);
uint64_t histograms_count(const struct histograms *histograms, enum skstat_histogram_id id, bool other);

#endif
