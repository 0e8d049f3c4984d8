/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal: a ring of events for each CPU, written by probe handlers, read by any number of dumps, which take
 * nothing away. Each event has the next number of its CPU; a reader that finds a newer one in its place has lost one.
 */
#ifndef SKSTAT_JOURNAL_H
#define SKSTAT_JOURNAL_H

#include "record.h"

struct netlink_callback;
struct sk_buff;

struct skstat_journal_stats {
	u32 events;  /* places in a ring */
	u64 written; /* events, of all CPUs */
	u64 dropped; /* events that found no ring, or came in NMI */
	u64 memory;  /* bytes */
};

/*
 * Rings for the CPUs that are online, and from now on for each that comes: once, at the first hold of a probe that
 * writes events; they stay until skstat_journal_exit(). Process context. 0, or -ENOMEM: then there is none.
 */
int skstat_journal_start(void);

/* No handler can run any more, and no dump. */
void skstat_journal_exit(void);

/*
 * Writes one event of that kind (SKSTAT_KIND_OPENED ... _LISTEN_STOPPED), filled in place with interrupts off. `src`
 * has all but ->event, which this sets; event->sequence is set too. Any context but NMI, where it counts as dropped.
 * The caller holds off the socket's end: by its lock, or because it is the one that ends it. Rings a bell when half a
 * ring was written since the last one.
 */
void skstat_journal_write(enum skstat_kind kind, struct skstat_source *src, struct skstat_incident *event);

void skstat_journal_stats(struct skstat_journal_stats *stats);

/* The dump handlers of JOURNAL. */
int skstat_journal_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_journal_done(struct netlink_callback *cb);

#endif
