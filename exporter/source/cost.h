/* SPDX-License-Identifier: GPL-2.0 */
/* What reading from the kernel has cost, for self-metrics. */
#ifndef SKSTAT_SOURCE_COST_H
#define SKSTAT_SOURCE_COST_H

#include <stdint.h>

/* Only grows; a socket that was closed and opened again goes on counting. */
struct skstat_source_cost {
	uint64_t requests;
	uint64_t datagrams;   /* recvmsg() calls that brought something */
	uint64_t messages;    /* netlink messages in them */
	uint64_t bytes;
	uint64_t errors;      /* requests that failed, timeouts among them */
	uint64_t timeouts;    /* requests that took longer than skstat_source_set_timeout() */
	uint64_t truncated;   /* datagrams that did not fit the buffer: their request fails with -EMSGSIZE */
	uint64_t interrupted; /* dumps that the kernel marked NLM_F_DUMP_INTR */
	uint64_t opened;      /* sockets */
	uint64_t wait_ns;     /* spent in sendmsg() and recvmsg(), which is where the kernel does its part */
};

#endif
