/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kinds of queueing disciplines by number, for the column QDISC. There is room for 64; the names are copies, since the
 * module that has one may go.
 */
#ifndef SKSTAT_QDISC_KIND_H
#define SKSTAT_QDISC_KIND_H

#include <linux/types.h>

struct Qdisc;

/* The number of its kind; 0: no room. A handler, for which the qdisc is there. No lock, and a bounded number of steps. */
u32 skstat_qdisc_kind_id(const struct Qdisc *q);

/* What it is called, as tc does. False: there is no such number. `name` has IFNAMSIZ bytes. Any time. */
bool skstat_qdisc_kind_name(u32 id, char *name);

#endif
