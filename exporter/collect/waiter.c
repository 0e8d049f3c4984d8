// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "waiter.h"

#define SECOND 1000000000

static int fail(struct skstat_error *error, const char *what)
{
	int err = errno ? -errno : -EIO;

	return skstat_error_set(error, err, "%s: %s", what, strerror(-err));
}

void skstat_waiter_init(struct skstat_waiter *waiter)
{
	*waiter = (struct skstat_waiter){ .epoll = -1, .timer = -1, .signal = -1, .bell = -1 };
}

static int add(struct skstat_waiter *waiter, int fd, enum skstat_wake which)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = which };

	return epoll_ctl(waiter->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* An end by signal comes between two polls, never within one. */
static int signals_open(struct skstat_waiter *waiter, struct skstat_error *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	errno = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (errno)
		return fail(error, "signals cannot be blocked");
	waiter->signal = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return waiter->signal < 0 ? fail(error, "no signalfd") : 0;
}

int skstat_waiter_open(struct skstat_waiter *waiter, struct skstat_error *error)
{
	if (signals_open(waiter, error))
		return error->err;
	waiter->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (waiter->timer < 0)
		return fail(error, "no timer");
	waiter->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (waiter->epoll < 0)
		return fail(error, "no epoll");
	if (add(waiter, waiter->timer, SKSTAT_WAKE_TIMER) || add(waiter, waiter->signal, SKSTAT_WAKE_SIGNAL))
		return fail(error, "epoll");
	return 0;
}

void skstat_waiter_close(struct skstat_waiter *waiter)
{
	const int own[] = { waiter->epoll, waiter->timer, waiter->signal };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i] >= 0)
			close(own[i]);
	skstat_waiter_init(waiter);
}

int skstat_waiter_start(struct skstat_waiter *waiter, uint64_t first_ns, uint64_t interval_ns,
			struct skstat_error *error)
{
	const struct itimerspec when = {
		.it_value = { (time_t)(first_ns / SECOND), (long)(first_ns % SECOND) },
		.it_interval = { (time_t)(interval_ns / SECOND), (long)(interval_ns % SECOND) },
	};

	if (timerfd_settime(waiter->timer, TFD_TIMER_ABSTIME, &when, NULL))
		return fail(error, "the timer cannot be set");
	return 0;
}

/* A descriptor left the epoll when it was closed; then it is no error that it is not there. */
void skstat_waiter_listen(struct skstat_waiter *waiter, int bell)
{
	if (waiter->bell >= 0 && waiter->bell != bell)
		(void)epoll_ctl(waiter->epoll, EPOLL_CTL_DEL, waiter->bell, NULL);
	waiter->bell = bell;
	if (bell >= 0 && add(waiter, bell, SKSTAT_WAKE_BELL) && errno != EEXIST)
		waiter->bell = -1;
}

int skstat_waiter_watch(struct skstat_waiter *waiter, int fd, struct skstat_error *error)
{
	return add(waiter, fd, SKSTAT_WAKE_ASKED) ? fail(error, "epoll") : 0;
}

int skstat_waiter_wait(struct skstat_waiter *waiter, int timeout_ms, enum skstat_wake happened[__SKSTAT_WAKE_MAX],
		       struct skstat_error *error)
{
	struct epoll_event event[__SKSTAT_WAKE_MAX];
	int count = epoll_wait(waiter->epoll, event, __SKSTAT_WAKE_MAX, timeout_ms);

	if (count < 0)
		return errno == EINTR ? 0 : fail(error, "waiting for events");
	for (int i = 0; i < count; i++)
		happened[i] = event[i].data.u32;
	return count;
}

uint64_t skstat_waiter_ticks(struct skstat_waiter *waiter)
{
	uint64_t ticks;

	return read(waiter->timer, &ticks, sizeof(ticks)) == sizeof(ticks) ? ticks : 0;
}

int skstat_waiter_signal(struct skstat_waiter *waiter)
{
	struct signalfd_siginfo info;

	return read(waiter->signal, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}
