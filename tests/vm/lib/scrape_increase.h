/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Prometheus' increase() would make of successive scrapes, exactly and of every series that only grows: counters,
 * and the buckets, sums and counts of histograms. Pure.
 */
#ifndef SKSTAT_TEST_SCRAPE_INCREASE_H
#define SKSTAT_TEST_SCRAPE_INCREASE_H

#include "scrape.h"

struct increase_row {
	struct scrape_sample sample; /* a copy */
	double last; /* 0: was not there */
	double sum;
};

/* Zeroed: nothing was scraped yet. */
struct increase {
	struct increase_row *row; /* ascending by series */
	size_t count, room;
	struct increase_text *text; /* what the copies point into */
	size_t scrapes;
	size_t resets; /* steps backwards, a series that went away among them */
	char reset[128]; /* the last one of these, for people */
	const char *passing; /* how the names of views begin that may go away, with all that they count; NULL: none may */
};

/*
 * The first scrape is where counting starts. From then on a series adds what it has grown; one that was not there
 * counts from 0, and one that stepped back started anew at 0.
 */
void increase_take(struct increase *increase, const struct scrape *scrape);

/* Of the series that are meant, added up. */
double __attribute__((format(printf, 2, 3))) increase_of(const struct increase *increase, const char *format, ...);

void increase_free(struct increase *increase);

#endif
