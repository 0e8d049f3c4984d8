// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "log/log.h"
#include "reload.h"

static int model_new(struct skstat_collector *collector)
{
	const struct skstat_config *config = collector->config;
	bool processes = skstat_config_wants_comm(config);
	struct skstat_view_config room;
	size_t views;
	const struct skstat_view_config *view = skstat_config_views(config, &room, &views);
	struct skstat_model_config model = {
		.view = view,
		.views = views,
		.netns_limit = config->netns_limit,
		.netns_name = skstat_naming_netns,
		.netns_arg = &collector->naming,
		.cell_limit = config->probe_max_cells,
		.memory_budget = config->memory_budget,
		/* A reload may want them. */
		.process_name = processes || config->config_file[0] ? skstat_naming_process : NULL,
		.process_arg = &collector->naming,
		.cgroup_path = skstat_naming_cgroup,
		.cgroup_arg = &collector->naming,
		.interface_name = skstat_naming_interface,
		.interface_arg = &collector->naming,
	};

	memcpy(model.label_name, config->label_name, sizeof(model.label_name));
	if (skstat_naming_open(&collector->naming, processes, collector->self))
		return -ENOMEM;
	collector->model = skstat_model_new(&model, collector->self);
	return collector->model ? 0 : -ENOMEM;
}

static int procfs_new(struct skstat_collector *collector)
{
	const struct skstat_config *config = collector->config;
	struct skstat_procfs_config procfs = { .proc = config->path_procfs, .sys = config->path_sysfs };

	memcpy(procfs.wanted, config->collector, sizeof(procfs.wanted));
	collector->procfs = skstat_procfs_new(&procfs);
	collector->procfs_trouble.kind = &skstat_trouble_procfs;
	return collector->procfs ? 0 : -ENOMEM;
}

static void show_config(const struct skstat_config *config, struct skstat_self *self)
{
	skstat_self_set(self, config_interval_ns, config->poll_interval_ns);
	skstat_self_set(self, config_full_interval_ns, config->poll_full_interval_ns);
	skstat_self_set(self, config_timeout_ns, config->poll_timeout_ns);
	skstat_self_set(self, config_cpu_budget, config->cpu_budget / 100);
	skstat_self_set(self, config_memory_budget, config->memory_budget);
	skstat_reload_show(config, self);
}

static struct skstat_collector *no_memory(struct skstat_collector *collector, struct skstat_error *error)
{
	skstat_error_set(error, -ENOMEM, "no memory for the collector");
	skstat_collector_free(collector);
	return NULL;
}

struct skstat_collector *skstat_collector_new(const struct skstat_config *config, struct skstat_source *source,
					      const char *why, struct skstat_store *store, struct skstat_self *self,
					      struct skstat_error *error)
{
	struct skstat_collector *collector = calloc(1, sizeof(*collector));

	if (!collector) {
		skstat_source_close(source);
		return no_memory(NULL, error);
	}
	collector->config = config;
	collector->why = why;
	collector->store = store;
	collector->self = self;
	collector->trouble.kind = &skstat_trouble_poll;
	skstat_notify_init(&collector->nobody);
	collector->notify = &collector->nobody;
	skstat_waiter_init(&collector->waiter);
	skstat_pacing_init(&collector->pacing, config, self);
	collector->interval_ns = config->poll_interval_ns;
	show_config(config, self);

	if (model_new(collector) || procfs_new(collector)) {
		skstat_source_close(source);
		return no_memory(collector, error);
	}
	collector->poller = skstat_poller_new(config, source, collector->model, self);
	if (!collector->poller)
		return no_memory(collector, error);
	if (!config->once && skstat_waiter_open(&collector->waiter, error)) {
		skstat_collector_free(collector);
		return NULL;
	}
	return collector;
}

void skstat_collector_free(struct skstat_collector *collector)
{
	if (!collector)
		return;
	skstat_waiter_close(&collector->waiter);
	skstat_poller_free(collector->poller);
	skstat_procfs_free(collector->procfs);
	skstat_model_free(collector->model);
	skstat_naming_close(&collector->naming);
	free(collector);
}

/* How it stands, for who reads `systemctl status`. It is up once there is something to be scraped. */
static void tell(struct skstat_collector *collector, const struct skstat_error *failure)
{
	const struct skstat_source_info *info = skstat_poller_info(collector->poller);
	const bool well = !failure->err;

	if (well && !collector->told_ready)
		skstat_notify_ready(collector->notify);
	collector->told_ready |= well;
	if (well)
		skstat_notify_status(collector->notify, skstat_now_ns(), collector->trouble.times > 0,
				     "Watching %" PRIu64 " connections, by %s",
				     skstat_self_get(collector->self, model_tracked), info ? info->name : "no source");
	else
		skstat_notify_status(collector->notify, skstat_now_ns(), true, "Polls fail: %s", failure->text);
}

/* The next tick is due an interval after the one that there was, whenever that was answered. */
static int timer_start(struct skstat_collector *collector, uint64_t first_ns, struct skstat_error *error)
{
	collector->interval_ns = collector->pacing.pace.interval_ns;
	collector->start_ns = first_ns;
	collector->ticks = 0;
	return skstat_waiter_start(&collector->waiter, first_ns, collector->interval_ns, error);
}

static void timer_fit(struct skstat_collector *collector, uint64_t due_ns)
{
	const uint64_t interval = collector->pacing.pace.interval_ns;
	struct skstat_error error;

	/* It takes any interval that is none of 0. */
	if (interval != collector->interval_ns && timer_start(collector, due_ns + interval, &error))
		skstat_log(SKSTAT_LOG_ERROR, "%s", error.text);
}

static void tick(struct skstat_collector *collector)
{
	uint64_t ticks = skstat_waiter_ticks(&collector->waiter), due;
	struct skstat_error error = { 0 };
	int err;

	if (!ticks)
		return;
	collector->ticks += ticks;
	skstat_self_add(collector->self, polls_late, ticks - 1);
	due = collector->start_ns + (collector->ticks - 1) * collector->interval_ns;
	err = skstat_collector_poll(collector, due, &error);
	if (collector->ended)
		return;
	timer_fit(collector, due);
	tell(collector, &error);
	skstat_waiter_listen(&collector->waiter, skstat_poller_bell(collector->poller));
	skstat_trouble_note(&collector->trouble, err ? error.text : NULL);
	skstat_log_settle();
	if (collector->config->poll_max_loops && collector->polls >= collector->config->poll_max_loops) {
		skstat_log(SKSTAT_LOG_INFO, "ending, after %" PRIu64 " polls (--poll.max-loops)", collector->polls);
		collector->ended = true;
	}
}

/* The journal, between two polls. Nothing is published: what it brings is the next poll's to show. */
static void bell_take(struct skstat_collector *collector)
{
	bool answered = skstat_poller_answer(collector->poller);

	/* A bell that goes on ringing, whatever is done about it, must not keep the collector busy. */
	skstat_waiter_listen(&collector->waiter, answered ? skstat_poller_bell(collector->poller) : -1);
}

int skstat_collector_watch(struct skstat_collector *collector, struct skstat_lifecycle *lifecycle,
			   struct skstat_error *error)
{
	collector->lifecycle = lifecycle;
	return skstat_waiter_watch(&collector->waiter, skstat_lifecycle_fd(lifecycle), error);
}

void skstat_collector_feed(struct skstat_collector *collector, struct skstat_feed *feed)
{
	skstat_poller_feed(collector->poller, feed);
}

void skstat_collector_stream(struct skstat_collector *collector, struct skstat_outlets *outlets)
{
	collector->outlets = outlets;
	skstat_poller_stream(collector->poller, outlets);
}

void skstat_collector_tell(struct skstat_collector *collector, struct skstat_notify *notify)
{
	collector->notify = notify;
}

int skstat_collector_run(struct skstat_collector *collector, struct skstat_error *error)
{
	static void (*const take[__SKSTAT_WAKE_MAX])(struct skstat_collector *collector) = {
		[SKSTAT_WAKE_TIMER] = tick,
		[SKSTAT_WAKE_SIGNAL] = skstat_collector_signal,
		[SKSTAT_WAKE_BELL] = bell_take,
		[SKSTAT_WAKE_ASKED] = skstat_collector_asked,
	};
	enum skstat_wake happened[__SKSTAT_WAKE_MAX];

	if (collector->config->once)
		return skstat_collector_poll(collector, skstat_now_ns(), error);
	if (timer_start(collector, skstat_now_ns(), error))
		return error->err;
	while (!collector->ended) {
		int timeout_ms = skstat_notify_timeout_ms(collector->notify);
		int count = skstat_waiter_wait(&collector->waiter, timeout_ms, happened, error);

		if (count < 0)
			return count;
		for (int i = 0; i < count && !collector->ended; i++)
			take[happened[i]](collector);
		skstat_notify_alive(collector->notify, skstat_now_ns());
	}
	skstat_notify_stopping(collector->notify);
	return 0;
}
