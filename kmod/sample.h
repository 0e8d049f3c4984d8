/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One of so many. Not each n-th: what comes in a rhythm (a packet out and in, its answer out and in) would always be
 * met at the same point of it. The fractions of a count's golden ratios are spread evenly, of whatever step.
 */
#ifndef SKSTAT_SAMPLE_H
#define SKSTAT_SAMPLE_H

#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/limits.h>

/* Whether number `count` is one; 0 or 1: all are. */
static inline bool skstat_is_sample(u32 count, unsigned int of)
{
	return hash_64(count, 32) <= U32_MAX / max(of, 1U);
}

#endif
