/* SPDX-License-Identifier: GPL-2.0 */
/* How long polls took: skstat_poll_duration_seconds, a histogram by kind. One thread. */
#ifndef SKSTAT_COLLECT_POLL_TIME_H
#define SKSTAT_COLLECT_POLL_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "model/family.h"
#include "model/model.h"

#define SKSTAT_POLL_TIME_EDGES 14

/* Zeroed is empty. */
struct skstat_poll_time {
	struct {
		uint64_t count[SKSTAT_POLL_TIME_EDGES + 1];
		uint64_t ns;
	} kind[2]; /* delta, full */
};

void skstat_poll_time_add(struct skstat_poll_time *time, bool full, uint64_t ns);

/* Adds the family to the set, which then holds a copy. */
void skstat_poll_time_families(const struct skstat_poll_time *time, struct skstat_families *set);

/* As skstat_model_document(). */
void skstat_poll_time_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
