/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A query's conditions, tested on this side: for a source whose kernel part cannot. Pure. The meaning is that of
 * docs/PROTOCOL.md, as the module has it.
 */
#ifndef SKSTAT_SOURCE_FILTER_H
#define SKSTAT_SOURCE_FILTER_H

#include <stdbool.h>

#include "decode.h"
#include "error.h"
#include "query.h"

/*
 * Refuses what the module would: -EINVAL of unknown bits in GROUPS, STATES and FAMILIES, a range whose min is above its
 * max, a prefix longer than 128 bits, MARK_MASK without MARK; -ERANGE of a budget of 0. NULL asks for everything. 0
 * otherwise.
 */
int skstat_filter_check(const struct skstat_query *query, struct skstat_error *error);

/*
 * Whether a socket meets all conditions but ACTIVE_SINCE and NETNS. The sample must have its identity and, for UID and
 * CGROUP, its owner: a kind of socket that has none does not meet them.
 */
bool skstat_filter_match(const struct skstat_query *query, const struct skstat_sample *sample);

#endif
