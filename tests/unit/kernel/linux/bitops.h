/* SPDX-License-Identifier: GPL-2.0 */
/* Likewise its bit operations. */
#ifndef SKSTAT_TEST_KERNEL_BITOPS_H
#define SKSTAT_TEST_KERNEL_BITOPS_H

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* The number of the highest bit that is set, from 0. There is one. The kernel's is of a long, of 64 bits there. */
static inline unsigned long __fls(u64 value)
{
	return 63 - __builtin_clzll(value);
}

static inline u64 ror64(u64 value, unsigned int by)
{
	return value >> (by & 63) | value << (-by & 63);
}

#endif
