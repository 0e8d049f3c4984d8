// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the kernel keeps time by the processor's counter is not said to modules on all kernels. But it shows the cycles
 * of its clock: if they lie between two readings of the counter, they are the counter's.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/time64.h>

#include "clock.h"
#include "compat/compat.h"

bool skstat_clock_is_tsc;
u64 skstat_clock_mult;

#if SKSTAT_CLOCK_TSC
void skstat_clock_check(void)
{
	u64 before = rdtsc_ordered(), cycles = skstat_clock_cycles(), after = rdtsc_ordered();

	if (cycles < before || cycles > after || 2 * tsc_khz < NSEC_PER_MSEC) {
		WRITE_ONCE(skstat_clock_is_tsc, false);
		return;
	}
	/* once more: it is measured more precisely in the first seconds */
	WRITE_ONCE(skstat_clock_mult, div_u64((u64)NSEC_PER_MSEC << SKSTAT_CLOCK_SHIFT, tsc_khz));
	smp_wmb(); /* who reads the counter knows how long its ticks are: pairs with the order of its two readings */
	WRITE_ONCE(skstat_clock_is_tsc, true);
}
#else
void skstat_clock_check(void)
{
}
#endif

#define CLOCK_BEHIND (1 << 16) /* so many ticks one processor may be behind another */

s64 skstat_clock_far(u64 began, u64 ended)
{
	s64 ticks = ended - began;

	if (ticks & 1)
		return -1;
	if (ticks < 0)
		return ticks > -CLOCK_BEHIND ? 0 : -1;
	return ended & 1 ? mul_u64_u64_shr(ticks, READ_ONCE(skstat_clock_mult), SKSTAT_CLOCK_SHIFT) : ticks;
}
