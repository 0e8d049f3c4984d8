/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who reads at tcp_rcv_space_adjust.
 */
#ifndef SKSTAT_READER_H
#define SKSTAT_READER_H

#include <linux/preempt.h>
#include <linux/sched.h>

/* Not the application, but somebody for it: kTLS, MPTCP and sockmap read in softirqs and workers. */
static inline bool skstat_reads_for_others(void)
{
	return !in_task() || (current->flags & PF_WQ_WORKER);
}

#endif
