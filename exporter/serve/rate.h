/* SPDX-License-Identifier: GPL-2.0 */
/* So many a second, from any thread. */
#ifndef SKSTAT_SERVE_RATE_H
#define SKSTAT_SERVE_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct skstat_rate {
	pthread_mutex_t lock; /* of free_ns; the owner makes it */
	uint64_t limit;	      /* a second, and at once; 0: none */
	uint64_t free_ns;     /* when the last one that was let in is made up for, at that rate */
};

/* Whether one more may come at `now_ns`, which is taken into account if so. */
bool skstat_rate_take(struct skstat_rate *rate, uint64_t now_ns);

#endif
