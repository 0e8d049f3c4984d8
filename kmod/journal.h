/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal: a ring of events for each CPU, written by probe handlers, read by any number of dumps, which take
 * nothing away. Each event has the next number of its CPU, from 0; a reader that finds a newer one in its place has
 * lost one.
 *
 * Module parameter `journal_events`: how many events a ring holds, 64 to 1048576, rounded up to a power of two.
 */
#ifndef SKSTAT_JOURNAL_H
#define SKSTAT_JOURNAL_H

#include "record.h"

struct skstat_ring;

struct skstat_journal_stats {
	u32 events;  /* places in a ring */
	u64 written; /* events, of all CPUs */
	u64 dropped; /* events that found no ring, or came in NMI */
	u64 memory;  /* bytes */
};

/*
 * Rings for the CPUs that are online, and from now on for each that comes: to be called by the start() of every probe
 * that writes events; the first call makes them, and they stay until skstat_journal_exit(). Process context, one at a
 * time. 0 or a negative errno: then there is none.
 */
int skstat_journal_start(void);

/* Frees the rings: no handler can run any more, and no dump. */
void skstat_journal_exit(void);

/*
 * Writes one event of src->kind (SKSTAT_KIND_OPENED ... _LISTEN_STOPPED), filled in place with interrupts off. `src` has
 * everything but `count`, `event` is src->event; this sets event->sequence. Any context but NMI, where it counts as
 * dropped. The caller holds off the socket's end: by its lock, or because it is the one that ends it. Rings a bell when
 * half a ring was written since the last one.
 */
void skstat_journal_write(const struct skstat_source *src, struct skstat_incident *event);

/* Any time. */
void skstat_journal_stats(struct skstat_journal_stats *stats);

/* --- for reading; process context, and what holds off skstat_journal_exit() is the caller's */

/* The ring of a possible CPU, NULL while it has none. A ring that is there stays. */
struct skstat_ring *skstat_journal_ring(u32 cpu);

/* The number that the ring's next event will have: those below it are written. */
u64 skstat_ring_head(const struct skstat_ring *ring);

/* No event with a lower number is there any more. */
u64 skstat_ring_oldest(const struct skstat_ring *ring);

/* How the records of a kind are laid out: JOURNAL_KINDS kinds, from SKSTAT_KIND_OPENED on. */
#define JOURNAL_KINDS (SKSTAT_KIND_LISTEN_STOPPED - SKSTAT_KIND_OPENED + 1)
const struct skstat_layout *skstat_journal_layout(u32 kind);

/* How the records of event `number`, which is below the head, are laid out; NULL: it is lost. */
const struct skstat_layout *skstat_ring_layout(const struct skstat_ring *ring, u64 number);

/* Copies it, layout->stride bytes. False: it was lost meanwhile, and `at` holds nothing of use. */
bool skstat_ring_copy(const struct skstat_ring *ring, u64 number, const struct skstat_layout *layout, void *at);

#endif
