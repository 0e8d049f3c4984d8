/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module's probes measure: histograms, chosen by the names of what stands in their keys, and how much they
 * have grown.
 */
#ifndef SKSTAT_TEST_HISTS_H
#define SKSTAT_TEST_HISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "key_select.h"
#include "source/netlink.h"

struct hists_reading {
	struct skstat_hist *hist;
	size_t count, room;
};

struct hists {
	struct skstat_netlink *holder, *reader;
	struct hists_reading now, mark;
	struct key_names names; /* of the last reading */
	struct skstat_counter_totals totals; /* likewise */
	uint64_t held;
};

/* Histograms, added up. */
struct hists_sum {
	uint64_t count; /* of values: all buckets, low and high */
	uint64_t low, high, bucket[SKSTAT_HISTOGRAM_BUCKETS];
	uint64_t sum; /* of the values */
	unsigned __int128 squares;
};

/* Holds the probes that this kernel has of these, and marks. The program ends if there is no module. */
void hists_open(struct hists *hists, uint64_t probes);

/* Lets go of them. */
void hists_close(struct hists *hists);

/* Whether this kernel has that probe. */
bool hists_has(const struct hists *hists, uint64_t probe);

/* From here on it counts. */
void hists_mark(struct hists *hists);

/*
 * Reads anew, and adds up what the histograms that are meant (key_select.h) have grown by since the mark.
 */
struct hists_sum __attribute__((format(printf, 3, 4)))
hists_sum(struct hists *hists, enum skstat_histogram_id id, const char *format, ...);

/* The same, waiting for so many values: ten seconds at most. */
struct hists_sum __attribute__((format(printf, 4, 5)))
hists_await(struct hists *hists, uint64_t least, enum skstat_histogram_id id, const char *format, ...);

/*
 * Of the values, how many are in buckets that have something between `low` and `high`, in units of the histogram. One
 * that is not between these may be counted for being in the same bucket as one that is.
 */
uint64_t hists_between(const struct hists_sum *sum, enum skstat_histogram_id id, double low, double high);

/* What of a histogram has grown since the mark, for people. */
void hists_show(struct hists *hists, enum skstat_histogram_id id);

#endif
