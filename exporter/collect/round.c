// SPDX-License-Identifier: GPL-2.0
/* One poll, and what is published of it. */
#include <errno.h>

#include "inside.h"
#include "killswitch.h"
#include "log/log.h"
#include "model/module_families.h"
#include "model/self_families.h"
#include "source/procfs.h"

/* What /proc and /sys say now. A collector that fails is no failure of the poll. */
static void procfs_read(struct skstat_collector *collector)
{
	uint64_t start = skstat_now_ns();
	struct skstat_error error;
	int err = skstat_procfs_read(collector->procfs, &error);

	skstat_trouble_note(&collector->procfs_trouble, err ? error.text : NULL);
	skstat_self_add(collector->self, stage_procfs_ns, skstat_now_ns() - start);
}

/* What the model knows now, for the servers. 0 or -ENOMEM. */
static int publish(struct skstat_collector *collector)
{
	uint64_t start = skstat_now_ns(), made;
	struct skstat_families *set = skstat_families_new();
	struct skstat_process process;
	bool known = skstat_process_read(&process) == 0;
	int err;

	if (!set)
		return -ENOMEM;
	set->wall_ns = (int64_t)(skstat_wall_ns() - skstat_now_ns());
	skstat_model_families(collector->model, set);
	skstat_self_families(set, collector->self, skstat_poller_info(collector->poller), collector->why,
			     known ? &process : NULL);
	skstat_module_families(set, skstat_poller_module(collector->poller),
			       skstat_poller_probes(collector->poller), skstat_poller_counters(collector->poller),
			       skstat_poller_histograms(collector->poller));
	skstat_poll_time_families(&collector->time, set);
	skstat_outlets_families(collector->outlets, set);
	skstat_procfs_families(collector->procfs, set);
	if (set->failed) {
		skstat_families_free(set);
		return -ENOMEM;
	}
	/* The one that is shown until this one is, and this one. */
	skstat_model_beside(collector->model, 2 * skstat_families_bytes(set));
	made = skstat_now_ns();
	skstat_self_add(collector->self, stage_families_ns, made - start);
	/* When the next one is due: the pace is that already. */
	err = skstat_store_publish(collector->store, set, start, collector->pacing.pace.interval_ns,
				   skstat_model_ready(collector->model));
	skstat_self_add(collector->self, stage_publish_ns, skstat_now_ns() - made);
	if (!err)
		skstat_self_add(collector->self, snapshots, 1);
	return err;
}

int skstat_collector_poll(struct skstat_collector *collector, uint64_t due_ns, struct skstat_error *error)
{
	struct skstat_poll_result result;
	int err;

	if (skstat_killswitch_set(collector->config->kill_switch)) {
		skstat_log(SKSTAT_LOG_INFO, "ending, by the kill switch %s", collector->config->kill_switch);
		collector->ended = true;
		return 0;
	}
	skstat_naming_poll(&collector->naming, due_ns);
	err = skstat_poller_poll(collector->poller, due_ns, &result, error);
	skstat_log(SKSTAT_LOG_DEBUG, "a %s poll took %.3f ms and came to %d", result.full ? "full" : "delta",
		   (double)result.ns / 1e6, err);
	if (!err) {
		skstat_poll_time_add(&collector->time, result.full, result.ns);
		skstat_trouble_budget(&collector->budget_told,
				      result.partial ? collector->config->poll_max_sockets : 0);
		skstat_trouble_memory(&collector->memory_told, skstat_self_get(collector->self, memory_folding));
		procfs_read(collector);
	}
	(void)skstat_pacing_take(&collector->pacing, result.full);
	if (!err) {
		err = publish(collector);
		if (err) {
			skstat_self_add(collector->self, polls_failed, 1);
			skstat_error_set(error, err, "no memory for a snapshot");
		}
	}
	collector->polls++;
	return err;
}
