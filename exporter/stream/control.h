/* SPDX-License-Identifier: GPL-2.0 */
/* What a stream's thread waits by: it is woken when there is something for it, and told to open anew and to end. */
#ifndef SKSTAT_STREAM_CONTROL_H
#define SKSTAT_STREAM_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct skstat_control {
	int event; /* an eventfd: there is something to look at */
	_Atomic bool stopping, reopen;
	_Atomic uint64_t deadline_ns; /* while stopping: until when, by skstat_now_ns() */
};

/* 0 or a negative errno. */
int skstat_control_init(struct skstat_control *control);
void skstat_control_free(struct skstat_control *control);

/* --- from any thread */

/* Ends the thread's wait, the one that is or the next. */
void skstat_control_wake(struct skstat_control *control);

/* It is to end: with what there is left to do, but not longer than this. */
void skstat_control_stop(struct skstat_control *control, uint64_t grace_ns);

/* What it writes to is to be closed and opened. */
void skstat_control_reopen(struct skstat_control *control);

/* --- the thread */

/* Until there is something. */
void skstat_control_idle(struct skstat_control *control);

/* Until the time has come, or it is to open anew, or to end. */
void skstat_control_sleep(struct skstat_control *control, uint64_t until_ns);

/* For sinks: until poll() says so of the descriptor. False: it is to end, and the time for that is over. */
bool skstat_control_wait(struct skstat_control *control, int fd, short events);

/* It is to end, and there is no time left. */
bool skstat_control_over(const struct skstat_control *control);

#endif
