/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of sixteen bytes, as the kernel has them of processes and algorithms, for records: what stands behind a name's
 * end is not copied.
 */
#ifndef SKSTAT_NAME_H
#define SKSTAT_NAME_H

#include <linux/string.h>
#include <linux/types.h>
#include <asm/word-at-a-time.h>

#include "skstat/record.h"

/* A name in two registers: as an array the compiler would build it on the stack. */
struct skstat_words {
	u64 first, second;
};

/*
 * `from` has sixteen bytes, which may change as they are read: the last one is 0 all the same. Word by word, where
 * strscpy_pad() goes byte by byte or calls.
 */
static __always_inline struct skstat_words skstat_words_of(const char *from)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long first, second, bits;

	BUILD_BUG_ON(sizeof(struct skstat_name) != sizeof(struct skstat_words) || sizeof(first) != sizeof(u64));
	memcpy(&first, from, sizeof(first));
	memcpy(&second, from + sizeof(first), sizeof(second));
	OPTIMIZER_HIDE_VAR(first); /* read once */
	OPTIMIZER_HIDE_VAR(second);
	if (has_zero(first, &bits, &constants)) {
		bits = create_zero_mask(prep_zero_mask(first, bits, &constants));
		first &= zero_bytemask(bits);
		second = 0;
	} else if (has_zero(second, &bits, &constants)) {
		bits = create_zero_mask(prep_zero_mask(second, bits, &constants));
		second &= zero_bytemask(bits);
	}
	second &= (__force u64)cpu_to_le64(~0ULL >> 8); /* the last byte */
	return (struct skstat_words) { first, second };
}

#endif
