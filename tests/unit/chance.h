/* SPDX-License-Identifier: GPL-2.0 */
/* Chance that can be had again: random histories of tests, from a seed. */
#ifndef SKSTAT_TESTS_CHANCE_H
#define SKSTAT_TESTS_CHANCE_H

#include <stdint.h>

/* xorshift: the next number, below `limit`. The seed, which goes on, is not 0. */
static inline uint64_t chance_of(uint64_t *seed, uint64_t limit)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % limit;
}

#endif
