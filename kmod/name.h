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

/*
 * `from` has sixteen bytes, which may change as they are read: the last one is 0 all the same. Word by word, where
 * strscpy_pad() goes byte by byte or calls.
 */
static __always_inline struct skstat_name skstat_name_of(const char *from)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word[2], bits;
	struct skstat_name name;

	BUILD_BUG_ON(sizeof(name) != sizeof(word));
	memcpy(word, from, sizeof(word));
	OPTIMIZER_HIDE_VAR(word[0]); /* read once */
	OPTIMIZER_HIDE_VAR(word[1]);
	if (has_zero(word[0], &bits, &constants)) {
		bits = create_zero_mask(prep_zero_mask(word[0], bits, &constants));
		word[0] &= zero_bytemask(bits);
		word[1] = 0;
	} else if (has_zero(word[1], &bits, &constants)) {
		bits = create_zero_mask(prep_zero_mask(word[1], bits, &constants));
		word[1] &= zero_bytemask(bits);
	}
	memcpy(&name, word, sizeof(name));
	name.text[sizeof(name.text) - 1] = 0;
	return name;
}

#endif
