/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKSTAT_BENCH_MARK_H
#define SKSTAT_BENCH_MARK_H

/*
 * What lies between these two is what tests/bench/profile/run counts. Each is one instruction that does nothing on any CPU: a
 * long nop, whose unused displacement the profile's plugin knows again. Regions do not nest; counts of several add up.
 */
#define MARK_BEGIN 0x534b4231 /* "SKB1" */
#define MARK_END 0x534b4230

/* What is measured begins here. */
static inline void mark_begin(void)
{
	__asm__ volatile("nopl %c0(%%rax)" : : "i"(MARK_BEGIN) : "memory");
}

/* And ends here. */
static inline void mark_end(void)
{
	__asm__ volatile("nopl %c0(%%rax)" : : "i"(MARK_END) : "memory");
}

#endif
