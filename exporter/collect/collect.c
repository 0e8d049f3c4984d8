// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "collect.h"
#include "killswitch.h"
#include "log/log.h"
#include "model/model.h"
#include "model/self_families.h"
#include "poll_time.h"
#include "poller.h"
#include "source/procfs.h"
#include "trouble.h"

#define SECOND 1000000000

/* What the collector waits for. The module's doorbell becomes one more of these. */
enum event {
	EVENT_TIMER,
	EVENT_SIGNAL,
	EVENTS,
};

struct skstat_collector {
	const struct skstat_config *config;
	const char *why;
	struct skstat_store *store;
	struct skstat_self *self;

	struct skstat_netns_names *names;
	struct skstat_model *model;
	struct skstat_poller *poller;
	struct skstat_poll_time time;

	int epoll;
	int fd[EVENTS];
	uint64_t start_ns; /* when the first tick was due */
	uint64_t ticks;	   /* of the timer, those that were left out too */
	uint64_t polls;
	bool ended;

	struct skstat_trouble trouble;
};

static int fail(struct skstat_error *error, const char *what)
{
	error->err = errno ? -errno : -EIO;
	snprintf(error->text, sizeof(error->text), "%s: %s", what, strerror(-error->err));
	return error->err;
}

static const char *netns_name(uint32_t inode, void *names)
{
	return skstat_netns_names_find(names, inode);
}

static int model_new(struct skstat_collector *collector)
{
	const struct skstat_config *config = collector->config;
	struct skstat_model_config model = {
		.group_limit = config->view_limit,
		.group_ttl_ns = config->view_ttl_ns,
		.netns_limit = config->netns_limit,
		.netns_name = netns_name,
	};

	collector->names = skstat_netns_names_new("/run/netns");
	if (!collector->names)
		return -ENOMEM;
	model.netns_arg = collector->names;
	collector->model = skstat_model_new(&model, collector->self);
	return collector->model ? 0 : -ENOMEM;
}

/* An end by signal comes between two polls, never within one. */
static int signals_open(struct skstat_collector *collector, struct skstat_error *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	errno = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (errno)
		return fail(error, "signals cannot be blocked");
	collector->fd[EVENT_SIGNAL] = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return collector->fd[EVENT_SIGNAL] < 0 ? fail(error, "no signalfd") : 0;
}

static int events_open(struct skstat_collector *collector, struct skstat_error *error)
{
	if (signals_open(collector, error))
		return error->err;
	collector->fd[EVENT_TIMER] = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (collector->fd[EVENT_TIMER] < 0)
		return fail(error, "no timer");
	collector->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (collector->epoll < 0)
		return fail(error, "no epoll");
	for (uint32_t i = 0; i < EVENTS; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

		if (epoll_ctl(collector->epoll, EPOLL_CTL_ADD, collector->fd[i], &event))
			return fail(error, "epoll");
	}
	return 0;
}

static void show_config(const struct skstat_config *config, struct skstat_self *self)
{
	skstat_self_set(self, config_interval_ns, config->poll_interval_ns);
	skstat_self_set(self, config_full_interval_ns, config->poll_full_interval_ns);
	skstat_self_set(self, config_timeout_ns, config->poll_timeout_ns);
	skstat_self_set(self, config_view_limit, config->view_limit);
}

static struct skstat_collector *no_memory(struct skstat_collector *collector, struct skstat_error *error)
{
	error->err = -ENOMEM;
	snprintf(error->text, sizeof(error->text), "no memory for the collector");
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
	collector->epoll = -1;
	for (int i = 0; i < EVENTS; i++)
		collector->fd[i] = -1;
	show_config(config, self);

	if (model_new(collector)) {
		skstat_source_close(source);
		return no_memory(collector, error);
	}
	collector->poller = skstat_poller_new(config, source, collector->model, self);
	if (!collector->poller)
		return no_memory(collector, error);
	if (!config->once && events_open(collector, error)) {
		skstat_collector_free(collector);
		return NULL;
	}
	return collector;
}

void skstat_collector_free(struct skstat_collector *collector)
{
	if (!collector)
		return;
	if (collector->epoll >= 0)
		close(collector->epoll);
	for (int i = 0; i < EVENTS; i++)
		if (collector->fd[i] >= 0)
			close(collector->fd[i]);
	skstat_poller_free(collector->poller);
	skstat_model_free(collector->model);
	skstat_netns_names_free(collector->names);
	free(collector);
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
	skstat_model_families(collector->model, set);
	skstat_self_families(set, collector->self, skstat_poller_info(collector->poller), collector->why,
			     known ? &process : NULL);
	skstat_poll_time_families(&collector->time, set);
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
	skstat_netns_names_refresh(collector->names);
	err = skstat_poller_poll(collector->poller, due_ns, &result, error);
	if (!err) {
		skstat_poll_time_add(&collector->time, result.full, result.ns);
		skstat_trouble_budget(&collector->trouble, result.partial ? collector->config->poll_max_sockets : 0);
		err = publish(collector);
		if (err) {
			skstat_self_add(collector->self, polls_failed, 1);
			error->err = err;
			snprintf(error->text, sizeof(error->text), "no memory for a snapshot");
		}
	}
	collector->polls++;
	return err;
}

static int timer_start(struct skstat_collector *collector, struct skstat_error *error)
{
	uint64_t interval = collector->config->poll_interval_ns;
	struct itimerspec when = { 0 };

	collector->start_ns = skstat_now_ns();
	collector->ticks = 0;
	when.it_value.tv_sec = (time_t)(collector->start_ns / SECOND);
	when.it_value.tv_nsec = (long)(collector->start_ns % SECOND);
	when.it_interval.tv_sec = (time_t)(interval / SECOND);
	when.it_interval.tv_nsec = (long)(interval % SECOND);
	if (timerfd_settime(collector->fd[EVENT_TIMER], TFD_TIMER_ABSTIME, &when, NULL))
		return fail(error, "the timer cannot be set");
	return 0;
}

static void tick(struct skstat_collector *collector)
{
	uint64_t interval = collector->config->poll_interval_ns, ticks;
	struct skstat_error error = { 0 };
	int err;

	if (read(collector->fd[EVENT_TIMER], &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	collector->ticks += ticks;
	skstat_self_add(collector->self, polls_late, ticks - 1);
	err = poll_once(collector, collector->start_ns + (collector->ticks - 1) * interval, &error);
	if (collector->ended)
		return;
	skstat_trouble_note(&collector->trouble, err ? error.text : NULL);
	if (collector->config->poll_max_loops && collector->polls >= collector->config->poll_max_loops) {
		skstat_log(SKSTAT_LOG_INFO, "ending, after %" PRIu64 " polls (--poll.max-loops)", collector->polls);
		collector->ended = true;
	}
}

static void signal_take(struct skstat_collector *collector)
{
	struct signalfd_siginfo info;

	if (read(collector->fd[EVENT_SIGNAL], &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		skstat_log(SKSTAT_LOG_INFO, "SIGHUP is passed over: there is no file to read again");
		return;
	}
	skstat_log(SKSTAT_LOG_INFO, "ending, by %s", info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
	collector->ended = true;
}

int skstat_collector_run(struct skstat_collector *collector, struct skstat_error *error)
{
	static void (*const take[EVENTS])(struct skstat_collector *collector) = {
		[EVENT_TIMER] = tick,
		[EVENT_SIGNAL] = signal_take,
	};
	struct epoll_event events[EVENTS];

	if (collector->config->once)
		return poll_once(collector, skstat_now_ns(), error);
	if (timer_start(collector, error))
		return error->err;
	while (!collector->ended) {
		int count = epoll_wait(collector->epoll, events, EVENTS, -1);

		if (count < 0 && errno != EINTR)
			return fail(error, "waiting for events");
		for (int i = 0; i < count && !collector->ended; i++)
			take[events[i].data.u32](collector);
	}
	return 0;
}
