// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) a snapshot of the clocks is of one that is asked for. */
#include <linux/ktime.h>
void try(struct system_time_snapshot *snapshot) { ktime_get_snapshot_id(CLOCK_MONOTONIC, snapshot); }
