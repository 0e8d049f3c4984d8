/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader of HIST, written by docs/PROTOCOL.md alone, as counter.h is of COUNTER: it holds every dump to what the
 * protocol promises, by itself and against the one before.
 */
#ifndef SKSTAT_TEST_HISTOGRAMS_H
#define SKSTAT_TEST_HISTOGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/histograms.h>
#include <skstat/netlink.h>

struct nl_sock;

struct histogram {
	uint32_t histogram, key[SKSTAT_KEY_COLUMNS];
	uint64_t bucket[SKSTAT_HISTOGRAM_BUCKETS];
	uint64_t low, high, sum, squares[2];
};

struct histogram_name {
	uint32_t column, id;
};

struct histograms {
	struct nl_sock *socket;
	int family;
	/* Of the last dump: */
	struct histogram *hist;
	size_t count, room;
	struct histogram_name *name;
	size_t names, names_room;
	uint64_t total[SKSTAT_COUNTER_TOTALS_MAX + 1]; /* by attribute */
	size_t datagrams;
};

/* The program ends if there is no module. */
void histograms_open(struct histograms *histograms);
void histograms_close(struct histograms *histograms);

/*
 * Takes a dump. NULL, or what is wrong: a refusal, or a promise that was not kept. Promises: histograms are aligned, a
 * key comes once, is of a known histogram and 0 behind its columns; each number has its name; no bucket at an end is
 * empty; the totals are the last message, and as many keys came as they say. Since the last dump of the same instance
 * nothing has gone, nor gone back.
 */
const char *histograms_read(struct histograms *histograms);

/* How many were observed in one; and in all of a kind, those of `other` alone or all. */
uint64_t histogram_count(const struct histogram *histogram);
uint64_t histograms_count(const struct histograms *histograms, enum skstat_histogram_id id, bool other);

#endif
