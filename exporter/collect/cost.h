/* SPDX-License-Identifier: GPL-2.0 */
/* What reading has cost, over all sources that there were. Pure. */
#ifndef SKSTAT_COLLECT_COST_H
#define SKSTAT_COLLECT_COST_H

#include "self/self.h"
#include "source/source.h"

void skstat_cost_add(struct skstat_source_cost *sum, const struct skstat_source_cost *cost);

/* Sets the netlink_* rows. */
void skstat_cost_show(const struct skstat_source_cost *cost, struct skstat_self *self);

#endif
