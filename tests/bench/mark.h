/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKSTAT_BENCH_MARK_H
#define SKSTAT_BENCH_MARK_H

/*
 * What lies between these two is what tests/bench/profile/run counts. Each is one instruction that does nothing on any
 * CPU: a long nop, whose unused displacement the profile's plugin knows again. Regions do not nest; counts of several
 * add up.
 */
#define MARK_BEGIN 0x534b4231 /* "SKB1" */
#define MARK_END 0x534b4230

/* Sections, within a region, by number: of each it is known how long it took. They may nest; the outermost counts. */
#define MARK_SECTIONS 16
#define MARK_SECTION_BEGIN 0x534b4340
#define MARK_SECTION_END 0x534b4360

#define mark_(displacement) __asm__ volatile("nopl %c0(%%rax)" : : "i"(displacement) : "memory")
#define mark_section_begin(number) mark_(MARK_SECTION_BEGIN + (number))
#define mark_section_end(number) mark_(MARK_SECTION_END + (number))

/* What is measured begins here. */
static inline void mark_begin(void)
{
	mark_(MARK_BEGIN);
}

/* And ends here. */
static inline void mark_end(void)
{
	mark_(MARK_END);
}

#endif
