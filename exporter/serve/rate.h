/* SPDX-License-Identifier: GPL-2.0 */
/* So many in a time, from any thread: a bucket of tokens. */
#ifndef SKSTAT_SERVE_RATE_H
#define SKSTAT_SERVE_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct skstat_rate {
	pthread_mutex_t lock; /* of free_ns */
	uint64_t interval_ns; /* between two, in the long run; 0: no limit */
	uint64_t burst;	      /* so many at once */
	uint64_t free_ns;     /* when the last one that was let in is made up for, at that rate */
};

/* Their product fits 63 bits. */
void skstat_rate_init(struct skstat_rate *rate, uint64_t interval_ns, uint64_t burst);
void skstat_rate_destroy(struct skstat_rate *rate);

/* Whether one more may come at `now_ns`, which is taken into account if so. */
bool skstat_rate_take(struct skstat_rate *rate, uint64_t now_ns);

#endif
