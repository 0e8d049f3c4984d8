// SPDX-License-Identifier: GPL-2.0
/*
 * Most tracepoints are not exported to modules. All of them can be walked through and attached to, so they are looked
 * up by name.
 */
#include <linux/tracepoint.h>

#include "clock.h"
#include "probe.h"

DEFINE_PER_CPU(struct skstat_probe_cpu[__SKSTAT_PROBE_MAX], skstat_probe_cpu);

#define PROBE_ENTRY(ID, NAME, name, HELP) \
	[ID] = &skstat_probe_##name,
#define PROBE_NAME(ID, NAME, name, HELP) \
	[ID] = #name,

static struct skstat_probe *const probes[__SKSTAT_PROBE_MAX] = { SKSTAT_PROBES(PROBE_ENTRY) };
static const char *const probe_names[__SKSTAT_PROBE_MAX] = { SKSTAT_PROBES(PROBE_NAME) };

static u64 probes_available; /* 1 << id; written once */
static u64 probes_attached;  /* guarded by the caller of skstat_probes_attach() */

static void probe_find(struct tracepoint *tracepoint, void *data)
{
	struct skstat_probe *probe = data;
	u32 i;

	for (i = 0; i < probe->nr_hooks; i++)
		if (!strcmp(probe->hooks[i].tracepoint, tracepoint->name))
			probe->hooks[i].found = tracepoint;
}

/* Whether all that it hangs on is there. */
static bool probe_init(struct skstat_probe *probe)
{
	u32 i;

	for_each_kernel_tracepoint(probe_find, probe);
	for (i = 0; i < probe->nr_hooks; i++)
		if (!probe->hooks[i].found)
			return false;
	return !probe->available || probe->available();
}

void skstat_probes_init(void)
{
	u32 id;

	for (id = 0; id < __SKSTAT_PROBE_MAX; id++)
		if (probes[id] && probe_init(probes[id]))
			probes_available |= BIT_ULL(id);
}

/* In reverse. Its handlers may still be running, until tracepoint_synchronize_unregister(). */
static void probe_unhook(struct skstat_probe *probe)
{
	struct skstat_hook *hook;

	for (hook = probe->hooks + probe->nr_hooks; hook-- > probe->hooks;) {
		if (!hook->attached)
			continue;
		WARN_ON_ONCE(tracepoint_probe_unregister(hook->found, hook->handler, NULL));
		hook->attached = false;
	}
}

static void probe_stop(struct skstat_probe *probe)
{
	if (probe->stop)
		probe->stop();
}

static int probe_attach(struct skstat_probe *probe)
{
	struct skstat_hook *hook;
	int err;

	err = probe->start ? probe->start() : 0;
	if (err)
		return err;
	for (hook = probe->hooks; hook < probe->hooks + probe->nr_hooks; hook++) {
		err = tracepoint_probe_register(hook->found, hook->handler, NULL);
		if (err)
			goto err_hooks;
		hook->attached = true;
	}
	return 0;

err_hooks:
	probe_unhook(probe);
	tracepoint_synchronize_unregister();
	probe_stop(probe);
	return err;
}

/* All of them at once, for one wait. */
static void probes_detach(u64 unwanted)
{
	u32 id;

	if (!unwanted)
		return;
	for (id = 0; id < __SKSTAT_PROBE_MAX; id++)
		if (unwanted & BIT_ULL(id))
			probe_unhook(probes[id]);
	tracepoint_synchronize_unregister();
	for (id = 0; id < __SKSTAT_PROBE_MAX; id++)
		if (unwanted & BIT_ULL(id))
			probe_stop(probes[id]);
	probes_attached &= ~unwanted;
}

int skstat_probes_attach(u64 wanted, u32 *failed)
{
	u64 missing = wanted & probes_available & ~probes_attached, added = 0;
	u32 id;
	int err;

	for (id = 0; id < __SKSTAT_PROBE_MAX; id++) {
		if (!(missing & BIT_ULL(id)))
			continue;
		err = probe_attach(probes[id]);
		if (err) {
			*failed = id;
			probes_detach(added);
			return err;
		}
		added |= BIT_ULL(id);
		probes_attached |= BIT_ULL(id);
	}
	probes_detach(probes_attached & ~wanted);
	return 0;
}

void skstat_probes_exit(void)
{
	probes_detach(probes_attached);
}

const char *skstat_probe_name(u32 id)
{
	return id < __SKSTAT_PROBE_MAX ? probe_names[id] : NULL;
}

bool skstat_probe_available(u32 id)
{
	return id < __SKSTAT_PROBE_MAX && (probes_available & BIT_ULL(id));
}

void skstat_probe_timed(enum skstat_probe_id id, u64 began)
{
	this_cpu_inc(skstat_probe_cpu[id].samples);
	this_cpu_add(skstat_probe_cpu[id].sample_ns, ktime_get_ns() - began);
	skstat_clock_check();
}

void skstat_probe_stats(u32 id, struct skstat_probe_stats *stats)
{
	int i;

	*stats = (struct skstat_probe_stats) {};
	for_each_possible_cpu(i) {
		const struct skstat_probe_cpu *cpu = per_cpu_ptr(&skstat_probe_cpu[id], i);

		stats->hits += READ_ONCE(cpu->hits);
		stats->drops += READ_ONCE(cpu->drops);
		stats->samples += READ_ONCE(cpu->samples);
		stats->sample_ns += READ_ONCE(cpu->sample_ns);
	}
	if (probes[id]->hits)
		stats->hits += probes[id]->hits();
	if (probes[id]->missed)
		stats->missed = probes[id]->missed();
}
