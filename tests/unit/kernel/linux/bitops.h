/* SPDX-License-Identifier: GPL-2.0 */
/* Likewise its bit operations. */
#ifndef SKSTAT_TEST_KERNEL_BITOPS_H
#define SKSTAT_TEST_KERNEL_BITOPS_H

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* The number of the highest bit that is set, from 1; 0: none is. */
static inline int fls64(u64 value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

#endif
