/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bucket of a value: schema 3 of Prometheus' native histograms, with integers alone. Pure.
 */
#ifndef SKSTAT_BUCKET_H
#define SKSTAT_BUCKET_H

#include <linux/bitops.h>
#include <linux/types.h>

/*
 * An octave in sixteen slices, each of which has one of the octave's eight edges or none: so one look-up and one
 * comparison tell how many edges are below a value. Edges are rounded down: no whole number is between them and theirs.
 * They are written as 2^63 times what they are of the octave's first number, and kept as a value is looked at.
 */
struct skstat_octave {
	u64 edge[16]; /* SKSTAT_EDGE(), SKSTAT_NO_EDGE: the slice has none */
	u8 below[16]; /* edges of the slices before it */
};

#define SKSTAT_EDGE(edge) ((edge) << 1 | 1)
#define SKSTAT_NO_EDGE	  0xffffffffffffffff /* no value is above it */

/* The value is turned until its leading one is at the bottom: what is at the top then is its place in the octave. */
static __always_inline int skstat_bucket_of(u64 value, const struct skstat_octave *octave, int first)
{
	int exponent = __fls(value);
	u64 turned = ror64(value, exponent);
	unsigned int slice = turned >> 60;

	return 8 * exponent + first + octave->below[slice] + (turned > octave->edge[slice]);
}

/* The bucket of 2^e is 8 e more. */
#define SKSTAT_BUCKET_OF_1_NANOSECONDS (-239)
#define SKSTAT_BUCKET_OF_1_BYTES       0

/*
 * The i of (2^((i-1)/8), 2^(i/8)] that `value` is in: nanoseconds as seconds, or bytes. `value` is not 0. Exact for all
 * 2^64 values.
 */
static inline int skstat_bucket_of_ns(u64 value)
{
	/* 2^63 * 2^(j/8 - x), j = 1..8, x what 8 * log2(10^9) is above 239: so much for 10^9 being no power of two */
	static const struct skstat_octave octave = {
		.edge = {
			SKSTAT_EDGE(0x81ffa7a9549ca6e3), SKSTAT_EDGE(0x8dc3b8960164a7d9),
			SKSTAT_NO_EDGE, SKSTAT_EDGE(0x9a9867054d512391),
			SKSTAT_NO_EDGE, SKSTAT_EDGE(0xa8965f74bf065071),
			SKSTAT_EDGE(0xb7d88a12d0dd9ea0), SKSTAT_NO_EDGE,
			SKSTAT_NO_EDGE, SKSTAT_EDGE(0xc87c3e7d03cdbec3),
			SKSTAT_NO_EDGE, SKSTAT_EDGE(0xdaa17c2cd19555db),
			SKSTAT_NO_EDGE, SKSTAT_EDGE(0xee6b280000000000),
			SKSTAT_NO_EDGE, SKSTAT_NO_EDGE,
		},
		.below = { 0, 1, 2, 2, 3, 3, 4, 5, 5, 5, 6, 6, 7, 7, 8, 8 },
	};

	return skstat_bucket_of(value, &octave, SKSTAT_BUCKET_OF_1_NANOSECONDS);
}

static inline int skstat_bucket_of_bytes(u64 value)
{
	/* 2^63 * 2^(j/8), j = 0..7 */
	static const struct skstat_octave octave = {
		.edge = {
			SKSTAT_EDGE(0x8000000000000000), SKSTAT_EDGE(0x8b95c1e3ea8bd6e6),
			SKSTAT_NO_EDGE, SKSTAT_EDGE(0x9837f0518db8a96f),
			SKSTAT_EDGE(0xa5fed6a9b15138ea), SKSTAT_NO_EDGE,
			SKSTAT_EDGE(0xb504f333f9de6484), SKSTAT_NO_EDGE,
			SKSTAT_EDGE(0xc5672a115506dadd), SKSTAT_NO_EDGE,
			SKSTAT_EDGE(0xd744fccad69d6af4), SKSTAT_NO_EDGE,
			SKSTAT_NO_EDGE, SKSTAT_EDGE(0xeac0c6e7dd24392e),
			SKSTAT_NO_EDGE, SKSTAT_NO_EDGE,
		},
		.below = { 0, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7, 8, 8 },
	};

	return skstat_bucket_of(value, &octave, SKSTAT_BUCKET_OF_1_BYTES);
}

#endif
