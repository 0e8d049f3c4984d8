/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HIST's replies: parses one message each. Pure, and as message.h: nothing is trusted, what is not known is passed
 * over. Names and totals are COUNTER's.
 */
#ifndef SKSTAT_SOURCE_HIST_MESSAGE_H
#define SKSTAT_SOURCE_HIST_MESSAGE_H

#include <stdint.h>

#include <skstat/histograms.h>

#include "counter_message.h"

/* A histogram as it came, and all of its buckets: those that were left out are 0. */
struct skstat_hist {
	struct skstat_histogram_cell cell; /* `histogram` is one that is known here */
	uint64_t bucket[SKSTAT_HISTOGRAM_BUCKETS];
};

/* As struct skstat_counter_reader. A key may come more than once: all its figures are to be added. */
struct skstat_hist_reader {
	int (*hist)(const struct skstat_hist *hist, void *arg);
	int (*name)(const struct skstat_counter_name *name, void *arg);
	void *arg;
};

/* As skstat_counter_parse(); totals->cells and ->skipped are of histograms. */
int skstat_hist_parse(const struct nlmsghdr *message, const struct skstat_hist_reader *reader,
		      struct skstat_counter_totals *totals);

#endif
