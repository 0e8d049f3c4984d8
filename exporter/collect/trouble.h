/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is wrong, as the log tells it: a line when it begins, when it becomes something else, and when it is over. Not
 * one a poll.
 */
#ifndef SKSTAT_COLLECT_TROUBLE_H
#define SKSTAT_COLLECT_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "log/log.h"
#include "source/message.h"

/* How a trouble is told. */
struct skstat_trouble_kind {
	enum skstat_log_level level;
	const char *begun; /* goes before ": " and the sentence */
	const char *over;  /* goes before ", after N that failed" */
};

/* Zeroed, but for `kind`: none. */
struct skstat_trouble {
	const struct skstat_trouble_kind *kind;
	char text[sizeof(((struct skstat_error *)0)->text)];
	uint64_t times; /* in a row */
};

extern const struct skstat_trouble_kind skstat_trouble_poll, skstat_trouble_hold, skstat_trouble_journal,
	skstat_trouble_procfs, skstat_trouble_probes, skstat_trouble_counters, skstat_trouble_histograms;

/* Another try has ended: `text` says why it failed, NULL that it did not. */
void skstat_trouble_note(struct skstat_trouble *trouble, const char *text);

/* A poll was cut off after `budget` sockets; 0: it was not. `told` is what the log knows, zero at first. */
void skstat_trouble_budget(uint32_t *told, uint32_t budget);

/* Whether there is more than --memory-budget; `told` as above. */
void skstat_trouble_memory(bool *told, bool folding);

#endif
