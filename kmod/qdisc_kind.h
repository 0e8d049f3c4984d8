/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kinds of queueing disciplines by number, for the column QDISC. There is room for 64; the names are copies, since the
 * module that has one may go.
 */
#ifndef SKSTAT_QDISC_KIND_H
#define SKSTAT_QDISC_KIND_H

#include <linux/if.h>
#include <linux/string.h>
#include <linux/types.h>
#include <net/sch_generic.h>

/* A kind has its place for good. */
struct skstat_qdisc_kind {
	u64 hash; /* 0: free */
	u64 name[IFNAMSIZ / sizeof(u64)];
	bool written;
};

/*
 * The number of its kind; 0: no room. For a handler, for which the discipline is there. No lock, no allocation, and a
 * bounded number of steps.
 */
u32 skstat_qdisc_kind_id(const struct Qdisc *q);

/* The kind of that number; NULL: there is none, or somebody is just writing it down. Any time. */
const struct skstat_qdisc_kind *skstat_qdisc_kind(u32 id);

/* Whether the discipline is of that kind, by its name; for a handler, likewise. */
static __always_inline bool skstat_qdisc_kind_is(const struct skstat_qdisc_kind *kind, const struct Qdisc *q)
{
	u64 name, more; /* no array: that would be a stack protector in each handler */

	BUILD_BUG_ON(sizeof(q->ops->id) != sizeof(name) + sizeof(more));
	memcpy(&name, q->ops->id, sizeof(name));
	memcpy(&more, q->ops->id + sizeof(name), sizeof(more));
	return kind->name[0] == name && kind->name[1] == more;
}

/* What it is called, as tc does. False: there is no such number. `name` has IFNAMSIZ bytes. Any time. */
bool skstat_qdisc_kind_name(u32 id, char *name);

#endif
