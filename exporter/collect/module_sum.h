/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module says of its own cost, over all of its instances that this exporter met: its counters start at 0 each
 * time it is loaded, and those on /metrics never go backwards. Pure.
 */
#ifndef SKSTAT_COLLECT_MODULE_SUM_H
#define SKSTAT_COLLECT_MODULE_SUM_H

#include "source/message.h"

/* Zeroed: nothing was said yet. */
struct skstat_module_sum {
	struct skstat_info last;   /* as it was said */
	struct skstat_info before; /* the counters of the instances before that one */
};

void skstat_module_sum_take(struct skstat_module_sum *sum, const struct skstat_info *info);

/* `info` is the last one that was taken, with its counters made whole. */
void skstat_module_sum_get(const struct skstat_module_sum *sum, struct skstat_info *info);

#endif
