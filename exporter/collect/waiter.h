/* SPDX-License-Identifier: GPL-2.0 */
/* What the collector waits for: a timer, signals, and the source's bell. One thread. */
#ifndef SKSTAT_COLLECT_WAITER_H
#define SKSTAT_COLLECT_WAITER_H

#include <stdint.h>

#include "source/error.h"

enum skstat_wake {
	SKSTAT_WAKE_TIMER,
	SKSTAT_WAKE_SIGNAL,
	SKSTAT_WAKE_BELL,
	SKSTAT_WAKE_ASKED,
	__SKSTAT_WAKE_MAX,
};

struct skstat_waiter {
	int epoll;
	int timer, signal; /* descriptors of its own */
	int bell;	   /* the source's, as long as it is listened to; -1: none */
};

/* Not open yet; may be closed. */
void skstat_waiter_init(struct skstat_waiter *waiter);

/*
 * Blocks SIGTERM, SIGINT and SIGHUP in this thread and those that it starts from then on. 0 or a negative errno and a
 * sentence; skstat_waiter_close() in any case.
 */
int skstat_waiter_open(struct skstat_waiter *waiter, struct skstat_error *error);
void skstat_waiter_close(struct skstat_waiter *waiter);

/* The timer's ticks come at `first_ns` of skstat_now_ns()'s clock and every interval from then on. 0 or as above. */
int skstat_waiter_start(struct skstat_waiter *waiter, uint64_t first_ns, uint64_t interval_ns,
			struct skstat_error *error);

/*
 * Listens to that descriptor and no other; -1: to none. To be called after whatever may have closed it, for another
 * one may have got its number. One that cannot be listened to is as good as none.
 */
void skstat_waiter_listen(struct skstat_waiter *waiter, int bell);

/* Wakes by SKSTAT_WAKE_ASKED whenever that descriptor is readable, for good. 0 or as above. */
int skstat_waiter_watch(struct skstat_waiter *waiter, int fd, struct skstat_error *error);

/*
 * Waits, `timeout_ms` at most, -1 without an end. How many have happened, 0 if none has or something else interrupted
 * it, or a negative errno and a sentence.
 */
int skstat_waiter_wait(struct skstat_waiter *waiter, int timeout_ms, enum skstat_wake happened[__SKSTAT_WAKE_MAX],
		       struct skstat_error *error);

/* Ticks of the timer since it was asked last. */
uint64_t skstat_waiter_ticks(struct skstat_waiter *waiter);

/* A signal that came, or 0. */
int skstat_waiter_signal(struct skstat_waiter *waiter);

#endif
