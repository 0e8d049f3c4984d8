/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many lines of a kind are let through: 20 at once, and one more every 3 s. What is left out is counted, and the
 * count goes with the next line of that kind; the last one that was left out is said in the end. Pure.
 */
#ifndef SKSTAT_LOG_LIMIT_H
#define SKSTAT_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define SKSTAT_LOG_BURST    20
#define SKSTAT_LOG_EVERY_NS UINT64_C(3000000000)
#define SKSTAT_LOG_KINDS    128 /* those that come later are one */
#define SKSTAT_LOG_LATE	    240 /* bytes that are kept of a line that was left out */

struct skstat_log_kind {
	const void *key;
	uint64_t free_ns; /* when all lines would be made up for */
	uint64_t left_out;
	int level; /* of the last one of these */
	char late[SKSTAT_LOG_LATE];
};

/* Zeroed is empty. */
struct skstat_log_limit {
	struct skstat_log_kind kind[SKSTAT_LOG_KINDS];
	unsigned int kinds;
};

/*
 * A line of that kind. True: it may go, together with the number of those that were left out before it. False: it is
 * left out.
 */
bool skstat_log_limit_take(struct skstat_log_limit *limit, const void *key, uint64_t now_ns, int level,
			   const char *text, uint64_t *left_out);

/*
 * A kind of which lines were left out and may go now, if there is one: its last line, without which *left_out were left
 * out. Good until the next call.
 */
const struct skstat_log_kind *skstat_log_limit_late(struct skstat_log_limit *limit, uint64_t now_ns,
						    uint64_t *left_out);

#endif
