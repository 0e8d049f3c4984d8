// SPDX-License-Identifier: GPL-2.0
/*
 * Where in the kernel packets are dropped, of one in `stack_sample`: the way there.
 */
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/stacktrace.h>
#include <trace/events/skb.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "counter.h"
#include "probe.h"
#include "reason.h"
#include "stack.h"

#ifdef CONFIG_STACKTRACE

#define STACK_ABOVE 8 /* at most: handler, tracepoint, and the functions that free */

static unsigned int stack_sample = 64;
module_param(stack_sample, uint, 0444);
MODULE_PARM_DESC(stack_sample, "of how many dropped packets the stack of one is looked at");

static DEFINE_PER_CPU(u32, stack_count);

/*
 * How many frames are above what dropped the packet, which is where the tracepoint says; if that is no return address,
 * the handler's and the tracepoint's.
 */
static u32 frames_above(const unsigned long *entry, u32 count, const void *location)
{
	u32 i;

	for (i = 0; i < min_t(u32, count, STACK_ABOVE); i++)
		if (entry[i] == (unsigned long)location)
			return i;
	return min(count, 2U);
}

static u32 stack_here(const void *location)
{
	unsigned long entry[STACK_ABOVE + SKSTAT_STACK_DEPTH];
	u32 count = stack_trace_save(entry, ARRAY_SIZE(entry), 0), above = frames_above(entry, count, location);

	return skstat_stack_id(entry + above, count - above);
}

static void on_kfree_skb(void *data, SKSTAT_KFREE_SKB_ARGS(skb, location))
{
	struct skstat_scope scope;

	if (skstat_is_no_drop(SKSTAT_KFREE_SKB_REASON) || !skstat_probe_enter(SKSTAT_PROBE_STACK, &scope))
		return;
	if (this_cpu_inc_return(stack_count) % max(stack_sample, 1U) == 0)
		skstat_counter_add(&(struct skstat_key) {
			.table = SKSTAT_TABLE_STACK,
			.column = { stack_here(location), SKSTAT_KFREE_SKB_REASON },
		}, 1);
	skstat_probe_leave(&scope);
}

static int stack_start(void)
{
	int err;

	check_trace_callback_type_kfree_skb(on_kfree_skb);
	err = skstat_counter_start();
	return err ?: skstat_stack_start();
}

static struct skstat_hook stack_hooks[] = {
	{ .tracepoint = "kfree_skb", .handler = on_kfree_skb },
};

struct skstat_probe skstat_probe_stack = {
	.id	  = SKSTAT_PROBE_STACK,
	.hooks	  = stack_hooks,
	.nr_hooks = ARRAY_SIZE(stack_hooks),
	.start	  = stack_start,
};

#else

static bool stack_available(void)
{
	return false;
}

struct skstat_probe skstat_probe_stack = { .id = SKSTAT_PROBE_STACK, .available = stack_available };

#endif
