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

#include <linux/cache.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

#include "record.h"

struct skstat_ring;

struct skstat_journal_stats {
	u32 events;  /* places in a ring */
	u64 written; /* events, of all CPUs */
	u64 dropped; /* events that found no ring */
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

/* Any time. */
void skstat_journal_stats(struct skstat_journal_stats *stats);

/* --- for reading; process context, and what holds off skstat_journal_exit() is the caller's */

/* The ring of a possible CPU, NULL while it has none. A ring that is there stays. */
struct skstat_ring *skstat_journal_ring(u32 cpu);

/* The number that the ring's next event will have: those below it are written. */
u64 skstat_ring_head(const struct skstat_ring *ring);

/* No event with a lower number is there any more. */
u64 skstat_ring_oldest(const struct skstat_ring *ring);

#define JOURNAL_KINDS (SKSTAT_KIND_LISTEN_STOPPED - SKSTAT_KIND_OPENED + 1)

/* How the records of a kind are laid out: kinds from SKSTAT_KIND_OPENED on. */
extern struct skstat_layout skstat_journal_layouts[JOURNAL_KINDS];

struct skstat_slot {
	u64 mark; /* the event's number plus 1; 0: none yet, or one is being written */
	u32 kind;
	u32 reserved;
	u64 record[];
};

struct skstat_ring {
	u64 head; /* number of the next event */
	u64 bell; /* it is rung when the head is more than this */
	u64 mask; /* places - 1 */
	u32 stride; /* of a slot */
	u8 slots[] ____cacheline_aligned;
};

static __always_inline struct skstat_slot *skstat_ring_slot(const struct skstat_ring *ring, u64 number)
{
	return (void *)ring->slots + (size_t)(number & ring->mask) * ring->stride;
}

/* How the records of event `number`, which is below the head, are laid out; NULL: it is lost. */
static __always_inline const struct skstat_layout *skstat_ring_layout(const struct skstat_ring *ring, u64 number)
{
	const struct skstat_slot *slot = skstat_ring_slot(ring, number);

	if (smp_load_acquire(&slot->mark) != number + 1) /* pairs with skstat_journal_end() */
		return NULL;
	/* Of this event or of a newer one: skstat_ring_copy() finds out. */
	return &skstat_journal_layouts[READ_ONCE(slot->kind) - SKSTAT_KIND_OPENED];
}

/* Bytes are a multiple of 8. What is copied may be written meanwhile. */
static __always_inline void skstat_words_copy(u64 *to, const u64 *from, u32 bytes)
{
	for (; bytes >= 32; bytes -= 32, to += 4, from += 4) {
		to[0] = READ_ONCE(from[0]);
		to[1] = READ_ONCE(from[1]);
		to[2] = READ_ONCE(from[2]);
		to[3] = READ_ONCE(from[3]);
	}
	for (; bytes; bytes -= 8)
		*to++ = READ_ONCE(*from++);
}

/* Copies it, layout->stride bytes. False: it was lost meanwhile, and `at` holds nothing of use. */
static __always_inline bool skstat_ring_copy(const struct skstat_ring *ring, u64 number,
					     const struct skstat_layout *layout, void *at)
{
	const struct skstat_slot *slot = skstat_ring_slot(ring, number);

	if (smp_load_acquire(&slot->mark) != number + 1) /* pairs with skstat_journal_end() */
		return false;
	/* The writer may be at it: then the mark has changed when we look again. */
	skstat_words_copy(at, slot->record, layout->stride);
	smp_rmb(); /* pairs with smp_wmb() in skstat_journal_begin() */
	return READ_ONCE(slot->mark) == number + 1 && READ_ONCE(slot->kind) == layout->kind;
}

#endif
