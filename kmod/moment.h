/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When an event happened, without a clock of its own: TCP reads CLOCK_MONOTONIC as it takes a segment up, and what a
 * segment does to its socket happened then.
 *
 * Between that and the change of the state a walk may begin, on another CPU or because whoever handles the segment was
 * preempted, and find the socket as it was. Readers hold an event's time against when walks began: who was seen open by
 * a walk has not closed before that. So a walk leaves a mark, and a segment that is not younger is not asked.
 */
#ifndef SKSTAT_MOMENT_H
#define SKSTAT_MOMENT_H

#include <linux/compiler.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>

extern atomic64_t skstat_moment_walked; /* when the latest walk began, by ktime_get_ns() */

/* A walk is about to begin: it sees no socket before this returns. Process context. */
void skstat_moment_walk(void);

/*
 * Now, or a moment ago: of what a segment does that was taken up for this very socket, in tcp_rcv_established() or
 * tcp_rcv_state_process(). The caller knows that it is one, and holds the socket's lock.
 */
static __always_inline u64 skstat_moment_of_segment(const struct sock *sk)
{
	u64 time = tcp_sk(sk)->tcp_clock_cache;

	return likely((s64)time > atomic64_read(&skstat_moment_walked)) ? time : ktime_get_ns();
}

#endif
