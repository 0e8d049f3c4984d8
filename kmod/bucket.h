/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bucket of a value: schema 3 of Prometheus' native histograms, with integers alone.
 */
#ifndef SKSTAT_BUCKET_H
#define SKSTAT_BUCKET_H

#include <linux/types.h>

/*
 * The i of (2^((i-1)/8), 2^(i/8)] that `value` is in: nanoseconds as seconds, or bytes. `value` is not 0. Exact for all
 * 2^64 values. Pure.
 */
int skstat_bucket_of_ns(u64 value);
int skstat_bucket_of_bytes(u64 value);

#endif
