/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bucket of a value: schema 3 of Prometheus' native histograms, with integers alone. Pure.
 */
#ifndef SKSTAT_BUCKET_H
#define SKSTAT_BUCKET_H

#include <linux/bitops.h>
#include <linux/types.h>

/*
 * The value's leading one, shifted to the top, leaves its place in the octave. Each octave has eight edges, and how many
 * are below the value says which bucket it is in. `edges` are rounded down: no whole number is between them and theirs.
 */
static __always_inline int skstat_bucket_of(u64 value, const u64 edges[8], int first)
{
	int octave = fls64(value) - 1, bucket = 8 * octave + first, i;
	u64 mantissa = value << (63 - octave);

	for (i = 0; i < 8; i++)
		bucket += mantissa > edges[i];
	return bucket;
}

/*
 * The i of (2^((i-1)/8), 2^(i/8)] that `value` is in: nanoseconds as seconds, or bytes. `value` is not 0. Exact for all
 * 2^64 values.
 */
static inline int skstat_bucket_of_ns(u64 value)
{
	/* 2^63 * 2^(j/8 - x), j = 1..8, x what 8 * log2(10^9) is above 239: so much for 10^9 being no power of two */
	static const u64 edges[8] = {
		0x81ffa7a9549ca6e3, 0x8dc3b8960164a7d9, 0x9a9867054d512391, 0xa8965f74bf065071,
		0xb7d88a12d0dd9ea0, 0xc87c3e7d03cdbec3, 0xdaa17c2cd19555db, 0xee6b280000000000,
	};

	return skstat_bucket_of(value, edges, -239);
}

static inline int skstat_bucket_of_bytes(u64 value)
{
	/* 2^63 * 2^(j/8), j = 0..7 */
	static const u64 edges[8] = {
		0x8000000000000000, 0x8b95c1e3ea8bd6e6, 0x9837f0518db8a96f, 0xa5fed6a9b15138ea,
		0xb504f333f9de6484, 0xc5672a115506dadd, 0xd744fccad69d6af4, 0xeac0c6e7dd24392e,
	};

	return skstat_bucket_of(value, edges, 0);
}

#endif
