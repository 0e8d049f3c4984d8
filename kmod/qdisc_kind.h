/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kinds of queueing disciplines by number, for the column QDISC. There is room for 64; the names are copies, since the
 * module that has one may go.
 */
#ifndef SKSTAT_QDISC_KIND_H
#define SKSTAT_QDISC_KIND_H

#include <linux/if.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/types.h>
#include <net/sch_generic.h>

/* A kind has its place for good. */
struct skstat_qdisc_kind {
	u64 hash; /* 0: free */
	u64 name[IFNAMSIZ / sizeof(u64)];
	u32 id;
	bool written;
};

/* Those that this CPU has met lately, by where the kind is described: but known by their names alone. */
#define SKSTAT_QDISC_KINDS_KNOWN 4
struct skstat_qdisc_kinds_known {
	const struct skstat_qdisc_kind *kind[SKSTAT_QDISC_KINDS_KNOWN];
};
DECLARE_PER_CPU(struct skstat_qdisc_kinds_known, skstat_qdisc_kinds_known);

static __always_inline u32 skstat_qdisc_kind_slot(const struct Qdisc *q)
{
	return (unsigned long)q->ops >> 8 & (SKSTAT_QDISC_KINDS_KNOWN - 1);
}

/* The same as skstat_qdisc_kind_id(), which remembers what it finds. */
u32 skstat_qdisc_kind_find(const struct Qdisc *q);

/* NULL: this CPU has not met it lately. */
static __always_inline const struct skstat_qdisc_kind *skstat_qdisc_kind_known(const struct Qdisc *q)
{
	const struct skstat_qdisc_kind *known =
		this_cpu_read(skstat_qdisc_kinds_known.kind[skstat_qdisc_kind_slot(q)]);
	u64 name, more; /* no array: that would be a stack protector in each handler */

	BUILD_BUG_ON(sizeof(q->ops->id) != sizeof(name) + sizeof(more));
	memcpy(&name, q->ops->id, sizeof(name));
	memcpy(&more, q->ops->id + sizeof(name), sizeof(more));
	return likely(known && known->name[0] == name && known->name[1] == more) ? known : NULL;
}

/*
 * The number of its kind; 0: no room. For a handler, for which the discipline is there, and which does not leave its CPU.
 * No lock, no allocation, and a bounded number of steps.
 */
static __always_inline u32 skstat_qdisc_kind_id(const struct Qdisc *q)
{
	const struct skstat_qdisc_kind *known = skstat_qdisc_kind_known(q);

	return likely(known) ? known->id : skstat_qdisc_kind_find(q);
}

/* What it is called, as tc does. False: there is no such number. `name` has IFNAMSIZ bytes. Any time. */
bool skstat_qdisc_kind_name(u32 id, char *name);

#endif
