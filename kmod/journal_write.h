/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How an event gets into the journal: what it is and what it says are known where it is written, and go from there into
 * the ring, without a copy in between.
 *
 * A ring has one writer, its CPU with interrupts off, and readers that it knows nothing of: each place says which event
 * it holds, before and after a reader has copied it.
 */
#ifndef SKSTAT_JOURNAL_WRITE_H
#define SKSTAT_JOURNAL_WRITE_H

#include <linux/irqflags.h>
#include <linux/percpu.h>

#include "journal.h"
#include "netns.h"
#include "record_fill.h"

DECLARE_PER_CPU(struct skstat_ring *, skstat_journal_rings);
DECLARE_PER_CPU(u64, skstat_journal_dropped);

/* Rings the bell, and sets when to ring it again. On the ring's CPU, with interrupts off. */
void skstat_ring_bell(struct skstat_ring *ring);

/* The place of the next event, between begin and end. */
struct skstat_place {
	struct skstat_ring *ring;
	struct skstat_slot *slot;
	u64 number;
	unsigned long flags;
};

/*
 * False: there is no ring, and the event is counted as dropped. Otherwise interrupts are off until
 * skstat_journal_end(); what is read of the socket in between can be on its way into the ring at once. Any context but
 * NMI, where no socket's state changes. The caller does not leave its CPU.
 */
static __always_inline bool skstat_journal_begin(struct skstat_place *place)
{
	local_irq_save(place->flags);
	place->ring = this_cpu_read(skstat_journal_rings);
	if (unlikely(!place->ring)) {
		this_cpu_inc(skstat_journal_dropped);
		local_irq_restore(place->flags);
		return false;
	}
	place->number = place->ring->head;
	place->slot = skstat_ring_slot(place->ring, place->number);
	WRITE_ONCE(place->slot->mark, 0);
	smp_wmb(); /* pairs with smp_rmb() in skstat_ring_copy(): who has copied what follows sees the 0 */
	return true;
}

/*
 * Writes one event of src->kind (SKSTAT_KIND_OPENED ... _LISTEN_STOPPED), which the caller knows as it is compiled,
 * with all groups that the kind has. `src` has everything but `count`, the cookie, which the socket has by now, and the
 * namespace; `event` is src->event; this sets event->sequence. The caller holds off the socket's end: by its lock, or
 * because it is the one that ends it. Rings a bell when half a ring was written since the last one.
 *
 * Readers take the head as a promise, a slot's mark as the truth.
 */
static __always_inline void skstat_journal_end(const struct skstat_place *place, struct skstat_source *src,
					       struct skstat_incident *event)
{
	const u32 event_group = 1 << SKSTAT_GROUP_EVENT, groups = record_groups(src->kind);
	const u32 shorts = (1 << src->kind) & SKSTAT_KINDS_LAST ? SKSTAT_SHORT_BRIEF : 0;
	struct skstat_ring *ring = place->ring;
	struct skstat_slot *slot = place->slot;
	struct links links;

	event->sequence = place->number;
	WRITE_ONCE(slot->kind, src->kind);
	/*
	 * No interrupts: what RCU guards stays, without rcu_read_lock(). First the last group, which is in registers and
	 * not in the socket, before anything else wants them.
	 */
	links = links_read(src->sk, event_group);
	fill_event((void *)slot->record + record_stride(groups & (event_group - 1), shorts), src, shorts, &links);
	src->cookie = atomic64_read(&src->sk->sk_cookie);
	src->netns = skstat_netns_id(sock_net(src->sk));
	links = links_read(src->sk, groups & ~event_group);
	record_fill_linked(slot->record, groups & ~event_group, shorts, src, &links);
	smp_store_release(&slot->mark, place->number + 1); /* pairs with skstat_ring_copy(): who sees it sees the record */
	smp_store_release(&ring->head, place->number + 1); /* pairs with skstat_ring_head(): who sees it sees the mark */
	if (unlikely(place->number + 1 > ring->bell))
		skstat_ring_bell(ring);
	local_irq_restore(place->flags);
}

#endif
