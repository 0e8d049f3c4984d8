/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A clock for what lasts from one handler to another, of which only differences count. Where the kernel keeps time by the
 * processor's time stamp counter, that is read without ceremony: a tenth of ktime_get_ns(). Elsewhere, and from the
 * moment on that the kernel trusts it no more, it is ktime_get_ns().
 */
#ifndef SKSTAT_CLOCK_H
#define SKSTAT_CLOCK_H

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/types.h>
#if defined(CONFIG_X86_64) && defined(CONFIG_X86_TSC)
#include <asm/msr.h>
#include <asm/tsc.h>
#define SKSTAT_CLOCK_TSC 1
#else
#define SKSTAT_CLOCK_TSC 0
#endif

extern bool skstat_clock_is_tsc;
extern u64 skstat_clock_mult; /* nanoseconds of a tick of that, times 2^SKSTAT_CLOCK_SHIFT */
#define SKSTAT_CLOCK_SHIFT 20
#define SKSTAT_CLOCK_BITS  (62 - SKSTAT_CLOCK_SHIFT) /* ticks that are no more than two nanoseconds can be multiplied */

/* What is to be used; again whenever somebody thinks of it. Any context. */
void skstat_clock_check(void);

/* Whether a reading calls nobody. */
static __always_inline bool skstat_clock_is_short(void)
{
	return SKSTAT_CLOCK_TSC && likely(data_race(skstat_clock_is_tsc)); /* a byte; the reading says which it was */
}

/* A reading where that is so. */
static __always_inline u64 skstat_clock_short(void)
{
#if SKSTAT_CLOCK_TSC
	return rdtsc_ordered() | 1;
#else
	return 0; /* it never is */
#endif
}

/* A reading, which is never 0. Whether it is odd says of which clock it is. Any context. */
static __always_inline u64 skstat_clock(void)
{
	return skstat_clock_is_short() ? skstat_clock_short() : ktime_get_ns() & ~1ULL;
}

/* Two readings whose difference is told without a call: of one clock, in order, and not far apart. */
static __always_inline bool skstat_clock_is_near(u64 began, u64 ended)
{
	return likely(!((ended - began) & (~0ULL << SKSTAT_CLOCK_BITS | 1)));
}

/* How long it is from one to the other of two that are near, in ns, or less by two. */
static __always_inline u64 skstat_clock_near(u64 began, u64 ended)
{
	u64 ticks = ended - began;

	return ended & 1 ? ticks * READ_ONCE(skstat_clock_mult) >> SKSTAT_CLOCK_SHIFT : ticks;
}

/* The same of two that are not: negative if they are of two clocks, or the clock was set back. */
s64 skstat_clock_far(u64 began, u64 ended);

/* The same of any two. */
static __always_inline s64 skstat_clock_between(u64 began, u64 ended)
{
	if (skstat_clock_is_near(began, ended))
		return skstat_clock_near(began, ended);
	return skstat_clock_far(began, ended);
}

#endif
