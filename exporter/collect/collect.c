// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "killswitch.h"
#include "log/log.h"
#include "model/model.h"
#include "model/module_families.h"
#include "model/self_families.h"
#include "naming.h"
#include "notify.h"
#include "poll_time.h"
#include "poller.h"
#include "procfs/collectors.h"
#include "reload.h"
#include "serve/lifecycle.h"
#include "source/error.h"
#include "source/procfs.h"
#include "stream/outlets.h"
#include "trouble.h"
#include "waiter.h"

struct skstat_collector {
	const struct skstat_config *config;
	const char *why;
	struct skstat_store *store;
	struct skstat_self *self;

	struct skstat_naming naming;
	struct skstat_model *model;
	struct skstat_poller *poller;
	struct skstat_outlets *outlets;
	struct skstat_procfs *procfs;
	struct skstat_poll_time time;

	struct skstat_lifecycle *lifecycle; /* NULL: nobody asks */
	struct skstat_notify nobody, *notify;
	bool told_ready;
	struct skstat_waiter waiter;
	uint64_t start_ns; /* when the first tick was due */
	uint64_t ticks;	   /* of the timer, those that were left out too */
	uint64_t polls;
	bool ended;

	struct skstat_trouble trouble, procfs_trouble;
	uint32_t budget_told;
};

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
	made = skstat_now_ns();
	skstat_self_add(collector->self, stage_families_ns, made - start);
	err = skstat_store_publish(collector->store, set, start, collector->config->poll_interval_ns,
				   skstat_model_ready(collector->model));
	skstat_self_add(collector->self, stage_publish_ns, skstat_now_ns() - made);
	if (!err)
		skstat_self_add(collector->self, snapshots, 1);
	return err;
}

/* The kill switch is looked at, and a poll made and published. 0, or the poll's failure, which is not the end. */
static int poll_once(struct skstat_collector *collector, uint64_t due_ns, struct skstat_error *error)
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
	if (!err) {
		skstat_poll_time_add(&collector->time, result.full, result.ns);
		skstat_trouble_budget(&collector->budget_told,
				      result.partial ? collector->config->poll_max_sockets : 0);
		procfs_read(collector);
		err = publish(collector);
		if (err) {
			skstat_self_add(collector->self, polls_failed, 1);
			skstat_error_set(error, err, "no memory for a snapshot");
		}
	}
	collector->polls++;
	return err;
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

static void tick(struct skstat_collector *collector)
{
	uint64_t interval = collector->config->poll_interval_ns, ticks = skstat_waiter_ticks(&collector->waiter);
	struct skstat_error error = { 0 };
	int err;

	if (!ticks)
		return;
	collector->ticks += ticks;
	skstat_self_add(collector->self, polls_late, ticks - 1);
	err = poll_once(collector, collector->start_ns + (collector->ticks - 1) * interval, &error);
	if (collector->ended)
		return;
	tell(collector, &error);
	skstat_waiter_listen(&collector->waiter, skstat_poller_bell(collector->poller));
	skstat_trouble_note(&collector->trouble, err ? error.text : NULL);
	if (collector->config->poll_max_loops && collector->polls >= collector->config->poll_max_loops) {
		skstat_log(SKSTAT_LOG_INFO, "ending, after %" PRIu64 " polls (--poll.max-loops)", collector->polls);
		collector->ended = true;
	}
}

static int reload(struct skstat_collector *collector, char *text, size_t size)
{
	const struct skstat_reload reload = {
		.running = collector->config,
		.model = collector->model,
		.poller = collector->poller,
		.procfs = &collector->procfs,
		.naming = &collector->naming,
		.self = collector->self,
	};
	int err;

	/* Its end is told too when it came to nothing: all goes on as before. */
	skstat_notify_reloading(collector->notify, skstat_now_ns());
	err = skstat_reload(&reload, text, size);
	skstat_notify_ready(collector->notify);
	return err;
}

/* Who asked gets the answer when all is as it says. */
static void asked_take(struct skstat_collector *collector)
{
	char text[512];
	int err;

	if (!skstat_lifecycle_take(collector->lifecycle))
		return;
	err = reload(collector, text, sizeof(text));
	skstat_lifecycle_answer(collector->lifecycle, err, text);
}

static void signal_take(struct skstat_collector *collector)
{
	int signal = skstat_waiter_signal(&collector->waiter);

	if (!signal)
		return;
	if (signal == SIGHUP) {
		char text[512];

		skstat_outlets_reopen(collector->outlets);
		if (collector->config->config_file[0]) {
			(void)reload(collector, text, sizeof(text));
		} else {
			/* Who sent it may be waiting to be told. */
			skstat_notify_reloading(collector->notify, skstat_now_ns());
			skstat_log(SKSTAT_LOG_INFO, collector->outlets ?
				   "SIGHUP: streams are opened anew; there is no file to read again" :
				   "SIGHUP is passed over: there is no file to read again");
			skstat_notify_ready(collector->notify);
		}
		return;
	}
	skstat_log(SKSTAT_LOG_INFO, "ending, by %s", signal == SIGINT ? "SIGINT" : "SIGTERM");
	collector->ended = true;
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
		[SKSTAT_WAKE_SIGNAL] = signal_take,
		[SKSTAT_WAKE_BELL] = bell_take,
		[SKSTAT_WAKE_ASKED] = asked_take,
	};
	enum skstat_wake happened[__SKSTAT_WAKE_MAX];

	if (collector->config->once)
		return poll_once(collector, skstat_now_ns(), error);
	collector->start_ns = skstat_now_ns();
	if (skstat_waiter_start(&collector->waiter, collector->start_ns, collector->config->poll_interval_ns, error))
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
