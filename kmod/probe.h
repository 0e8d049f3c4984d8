/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes: what is attached to the kernel while somebody wants it, and what it costs.
 *
 * A probe is one row of skstat/probes.h, and a struct skstat_probe in the file that has its handlers. The first holder
 * attaches it, the last one to go detaches it; hold.c knows who holds what.
 */
#ifndef SKSTAT_PROBE_H
#define SKSTAT_PROBE_H

#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/timekeeping.h>

#include "compat/compat.h"
#include "skstat/probes.h"

struct tracepoint;

/* A handler on a tracepoint, which is found by name when the module is loaded. */
struct skstat_hook {
	const char *tracepoint;
	void *handler; /* checked against its prototype where it is defined: check_trace_callback_type_*() */
	/* probe.c's: */
	struct tracepoint *found;
	bool attached;
};

struct skstat_probe {
	enum skstat_probe_id id;
	/* All of them must be there, else the probe is not available. Attached in this order, detached in reverse. */
	struct skstat_hook *hooks;
	u32 nr_hooks;
	/* Each may be NULL. Process context, one at a time. */
	bool (*available)(void); /* once, when the module is loaded */
	int (*start)(void);   /* before the first hook is attached; 0 or a negative errno: then it is not held */
	void (*stop)(void);   /* after the last was detached, and no handler runs any more */
	u64 (*missed)(void);  /* of a kretprobe, nmissed so far; any time */
	u64 (*hits)(void);    /* those that it counts by itself, and not in skstat_probe_cpu; any time */
};

extern struct skstat_probe skstat_probe_life, skstat_probe_first_byte, skstat_probe_reader, skstat_probe_accept,
	skstat_probe_synack, skstat_probe_drop, skstat_probe_retransmit, skstat_probe_reset, skstat_probe_limit,
	skstat_probe_udp, skstat_probe_checksum, skstat_probe_size, skstat_probe_state, skstat_probe_congestion,
	skstat_probe_call, skstat_probe_call_return, skstat_probe_packet, skstat_probe_transmit, skstat_probe_qdisc,
	skstat_probe_read, skstat_probe_skb, skstat_probe_stack, skstat_probe_udp_connect;

struct skstat_probe_stats {
	u64 hits, drops, samples, sample_ns, missed;
};

/* Finds the tracepoints. */
void skstat_probes_init(void);

/* Detaches what is attached, waits for handlers. Nobody can hold any more. */
void skstat_probes_exit(void);

/* By id, of any value. NULL: there is no such probe. */
const char *skstat_probe_name(u32 id);

/* Whether this kernel has what it takes. False if there is no such probe. */
bool skstat_probe_available(u32 id);

/* Sums of all CPUs; any time. */
void skstat_probe_stats(u32 id, struct skstat_probe_stats *stats);

/*
 * Attaches the available probes of `wanted` (1 << id) that are not attached, then detaches those that are and are not
 * wanted; when it returns, no handler of theirs runs. Process context, calls are one at a time. 0, or a negative errno
 * and in *failed the probe that was to blame: then nothing has changed. To want less than before cannot fail.
 */
int skstat_probes_attach(u64 wanted, u32 *failed);

/*
 * What every handler begins and ends with. Between them it stays on its CPU, and is not entered again by itself in the
 * same context (task, softirq, hardirq); it counts, and every now and then it is timed. It must not sleep in between: on
 * PREEMPT_RT that is a spinlock too.
 *
 *	struct skstat_scope scope;
 *
 *	if (!skstat_probe_enter(SKSTAT_PROBE_LIFE, &scope))
 *		return;
 *	...
 *	skstat_probe_leave(&scope);
 */
struct skstat_probe_cpu {
	u64 hits, drops, samples, sample_ns;
	u32 inside; /* the context that is in it, plus 1; 0: none */
};
DECLARE_PER_CPU(struct skstat_probe_cpu[__SKSTAT_PROBE_MAX], skstat_probe_cpu);

struct skstat_scope {
	u64 began; /* 0: not timed */
	enum skstat_probe_id id;
	u32 outer; /* of skstat_probe_cpu.inside: who is interrupted in it */
};

#define SKSTAT_PROBE_SAMPLE 1024 /* one hit in so many is timed; a power of two */

/* Of preempt_count(): a context that interrupts another one is the higher number. Task context is 0. */
#define SKSTAT_PROBE_CONTEXT (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)

/* From here on the handler of a tracepoint is on one CPU; most kernels have seen to it. Not for those of kretprobes. */
static __always_inline void skstat_probe_stay(void)
{
	if (SKSTAT_HAVE_SRCU_TRACEPOINTS)
		preempt_disable_notrace();
}

static __always_inline void skstat_probe_go(void)
{
	if (SKSTAT_HAVE_SRCU_TRACEPOINTS)
		preempt_enable_notrace();
}

/*
 * For a handler that does without a scope: it calls nobody who could lead to it again, and whatever it does an interrupt,
 * with the same handler, may come in between. It stays on its CPU until skstat_probe_go(). True: this hit is to be timed.
 */
static __always_inline bool skstat_probe_hit(enum skstat_probe_id id)
{
	skstat_probe_stay();
	this_cpu_inc(skstat_probe_cpu[id].hits);
	return unlikely(this_cpu_read(skstat_probe_cpu[id].hits) % SKSTAT_PROBE_SAMPLE == 0);
}

static __always_inline bool skstat_probe_enter(enum skstat_probe_id id, struct skstat_scope *scope)
{
	u32 context = preempt_count() & SKSTAT_PROBE_CONTEXT;

	preempt_disable_notrace();
	/*
	 * An interrupt may come between any two lines here. It finds a lower context inside, or none, and leaves that as
	 * it was; counters are added to at once.
	 */
	this_cpu_inc(skstat_probe_cpu[id].hits);
	scope->outer = this_cpu_read(skstat_probe_cpu[id].inside);
	if (unlikely(context >= NMI_OFFSET || scope->outer > context)) {
		this_cpu_inc(skstat_probe_cpu[id].drops);
		preempt_enable_notrace();
		return false;
	}
	this_cpu_write(skstat_probe_cpu[id].inside, context + 1);
	barrier();
	scope->id = id;
	scope->began = unlikely(this_cpu_read(skstat_probe_cpu[id].hits) % SKSTAT_PROBE_SAMPLE == 0) ? ktime_get_ns() : 0;
	return true;
}

/* It was timed, since `began` by ktime_get_ns(); which is also the time to look at clocks. */
void skstat_probe_timed(enum skstat_probe_id id, u64 began);

static __always_inline void skstat_probe_leave(const struct skstat_scope *scope)
{
	if (unlikely(scope->began))
		skstat_probe_timed(scope->id, scope->began);
	barrier();
	this_cpu_write(skstat_probe_cpu[scope->id].inside, scope->outer);
	preempt_enable_notrace();
}

#endif
