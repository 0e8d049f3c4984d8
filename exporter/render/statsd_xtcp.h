/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The figures that xtcp sends to statsd about itself, under its names, so that dashboards made for it go on: a set of
 * families made of one of ours. What xtcp counts for each of its readers is here of the one that there is, number 0;
 * what skstat does not keep apart by address family is with v4 alone, but for what both go through together. One thread
 * at a time; pure otherwise.
 */
#ifndef SKSTAT_RENDER_STATSD_XTCP_H
#define SKSTAT_RENDER_STATSD_XTCP_H

#include "model/family.h"

#define SKSTAT_XTCP_MAX 32

/* Zeroed; what the set before had, for figures that are of one poll. */
struct skstat_xtcp {
	double last[SKSTAT_XTCP_MAX];
	double polls;
};

/*
 * Strings are constants: `set` need not outlive it. For skstat_families_free(), and to be sent without a prefix. A set
 * that `failed`, or NULL: no memory.
 */
struct skstat_families *skstat_xtcp_make(struct skstat_xtcp *xtcp, const struct skstat_families *set);

#endif
