/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One of so many. Not each n-th: what comes in a rhythm (a packet out and in, its answer out and in) would always be
 * met at the same point of it.
 */
#ifndef SKSTAT_SAMPLE_H
#define SKSTAT_SAMPLE_H

#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/limits.h>

/* Whether number `count` is one; 0 or 1: all are. */
static inline bool skstat_is_sample(u32 count, unsigned int of)
{
	return jhash_1word(count, 0) <= U32_MAX / max(of, 1U);
}

#endif
