/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is wrong with polls, as the log tells it: a line when it begins, when it becomes something else, and when it is
 * over. Not one a poll.
 */
#ifndef SKSTAT_COLLECT_TROUBLE_H
#define SKSTAT_COLLECT_TROUBLE_H

#include <stdint.h>

#include "source/message.h"

/* Zeroed: none. */
struct skstat_trouble {
	char text[sizeof(((struct skstat_error *)0)->text)];
	uint64_t polls; /* that failed in a row */
	uint32_t budget;
};

/* A poll has ended: `text` says why it failed, NULL that it did not. */
void skstat_trouble_note(struct skstat_trouble *trouble, const char *text);

/* A poll was cut off after `budget` sockets; 0: it was not. */
void skstat_trouble_budget(struct skstat_trouble *trouble, uint32_t budget);

#endif
