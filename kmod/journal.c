// SPDX-License-Identifier: GPL-2.0
#include <linux/compiler.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include "doorbell.h"
#include "journal_write.h"

#define JOURNAL_EVENTS_MIN 64U
#define JOURNAL_EVENTS_MAX (1U << 20)

static unsigned int journal_events = 4096;
module_param(journal_events, uint, 0444);
MODULE_PARM_DESC(journal_events, "events that the journal's ring of one CPU holds (64 to 1048576, a power of two)");

DEFINE_PER_CPU(struct skstat_ring *, skstat_journal_rings);
DEFINE_PER_CPU(u64, skstat_journal_dropped);

/* Written once, before the first ring is there. */
struct skstat_layout skstat_journal_layouts[JOURNAL_KINDS];
static u32 journal_stride; /* of a slot */
static int journal_cpuhp;  /* the state's number; 0: there are no rings yet */

static u32 journal_places(void)
{
	return roundup_pow_of_two(clamp(journal_events, JOURNAL_EVENTS_MIN, JOURNAL_EVENTS_MAX));
}

static size_t ring_size(void)
{
	return sizeof(struct skstat_ring) + (size_t)journal_places() * journal_stride;
}

static struct skstat_ring *ring_alloc(u32 cpu)
{
	struct skstat_ring *ring = vzalloc_node(ring_size(), cpu_to_node(cpu));

	if (!ring)
		return NULL;
	ring->mask = journal_places() - 1;
	ring->bell = ring->mask / 2;
	ring->stride = journal_stride;
	return ring;
}

static void ring_publish(u32 cpu, struct skstat_ring *ring)
{
	smp_store_release(per_cpu_ptr(&skstat_journal_rings, cpu), ring); /* pairs with skstat_journal_ring() */
}

static void journal_layouts_init(void)
{
	u32 i;

	for (i = 0; i < JOURNAL_KINDS; i++) {
		skstat_layout_init(&skstat_journal_layouts[i], SKSTAT_KIND_OPENED + i, ~0U);
		journal_stride = max_t(u32, journal_stride, skstat_journal_layouts[i].stride);
	}
	journal_stride += sizeof(struct skstat_slot);
}

/* A CPU is about to come. One that finds no memory comes all the same: its events count as dropped. */
static int journal_cpu_prepare(unsigned int cpu)
{
	if (!skstat_journal_ring(cpu))
		ring_publish(cpu, ring_alloc(cpu));
	return 0;
}

/* Rings for all CPUs that are online and have none, or for none of them. No CPU comes or goes meanwhile. */
static int journal_alloc(void)
{
	struct skstat_ring **rings;
	int cpu, err = 0;

	rings = kvcalloc(nr_cpu_ids, sizeof(*rings), GFP_KERNEL);
	if (!rings)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		if (skstat_journal_ring(cpu))
			continue;
		rings[cpu] = ring_alloc(cpu);
		if (!rings[cpu])
			err = -ENOMEM;
	}
	for_each_online_cpu(cpu) {
		if (err)
			vfree(rings[cpu]);
		else if (rings[cpu])
			ring_publish(cpu, rings[cpu]);
	}
	kvfree(rings);
	return err;
}

int skstat_journal_start(void)
{
	int state, err;

	if (journal_cpuhp)
		return 0;
	if (!journal_stride)
		journal_layouts_init();
	/*
	 * First for those that come, then for those that are there: not every kernel calls a state of this section back
	 * for the latter.
	 */
	state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "skstat:prepare", journal_cpu_prepare, NULL);
	if (state <= 0)
		return state ? state : -ENOSPC;
	cpus_read_lock();
	err = journal_alloc();
	cpus_read_unlock();
	if (err)
		cpuhp_remove_state_nocalls(state);
	else
		journal_cpuhp = state;
	return err;
}

void skstat_journal_exit(void)
{
	int cpu;

	if (journal_cpuhp)
		cpuhp_remove_state_nocalls(journal_cpuhp);
	for_each_possible_cpu(cpu)
		vfree(per_cpu(skstat_journal_rings, cpu));
}

void skstat_ring_bell(struct skstat_ring *ring)
{
	ring->bell = ring->head + ring->mask / 2;
	skstat_doorbell_ring();
}

void skstat_journal_stats(struct skstat_journal_stats *stats)
{
	const struct skstat_ring *ring;
	int cpu;

	*stats = (struct skstat_journal_stats) { .events = journal_places() };
	for_each_possible_cpu(cpu) {
		stats->dropped += READ_ONCE(*per_cpu_ptr(&skstat_journal_dropped, cpu));
		ring = skstat_journal_ring(cpu);
		if (!ring)
			continue;
		stats->written += skstat_ring_head(ring);
		stats->memory += ring_size();
	}
}

struct skstat_ring *skstat_journal_ring(u32 cpu)
{
	return smp_load_acquire(per_cpu_ptr(&skstat_journal_rings, cpu)); /* pairs with ring_publish() */
}

u64 skstat_ring_head(const struct skstat_ring *ring)
{
	return smp_load_acquire(&ring->head); /* pairs with skstat_journal_end() */
}

u64 skstat_ring_oldest(const struct skstat_ring *ring)
{
	u64 head = skstat_ring_head(ring);

	return head > ring->mask ? head - ring->mask - 1 : 0;
}
