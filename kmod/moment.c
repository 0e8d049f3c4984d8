// SPDX-License-Identifier: GPL-2.0
#include "moment.h"

atomic64_t skstat_moment_walked;

void skstat_moment_walk(void)
{
	s64 now = ktime_get_ns(), latest = atomic64_read(&skstat_moment_walked);

	/* Of two that begin at once, the later one counts. */
	while (now > latest && !atomic64_try_cmpxchg(&skstat_moment_walked, &latest, now))
		;
	smp_mb(); /* an event that has not seen the mark: the walk may not have looked before that */
}
