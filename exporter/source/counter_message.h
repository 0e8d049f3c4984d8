/* SPDX-License-Identifier: GPL-2.0 */
/*
 * COUNTER's replies: parses one message each. Pure, and as message.h: nothing is trusted, what is not known is passed
 * over.
 */
#ifndef SKSTAT_SOURCE_COUNTER_MESSAGE_H
#define SKSTAT_SOURCE_COUNTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <skstat/netlink.h>
#include <skstat/tables.h>

/* Stacks of the kernel have longer names than anything else has; one that does not fit is cut. */
#define SKSTAT_COUNTER_NAME_SIZE 1024

/* What a number in keys means, of this instance of the module. */
struct skstat_counter_name {
	uint32_t column; /* SKSTAT_COLUMN_REASON, _RST_REASON, _FUNCTION, _DEVICE, _QDISC or _STACK */
	uint32_t id;	 /* never 0, nor SKSTAT_KEY_OTHER */
	uint64_t netns;	 /* of a device: the id of its namespace; else 0 */
	char name[SKSTAT_COUNTER_NAME_SIZE]; /* UTF-8 that can be printed, never "" */
};

/* Who takes what comes, in no order; either function may be NULL. Nonzero stops. */
struct skstat_counter_reader {
	/* Its table is one that is known here. A key may come more than once: the counts are to be added. */
	int (*cell)(const struct skstat_cell *cell, void *arg);
	int (*name)(const struct skstat_counter_name *name, void *arg);
	void *arg;
};

/* The end of the dump. The first part is enum skstat_counter_totals_attr; the second is this side's. */
struct skstat_counter_totals {
	uint64_t places, used; /* cells; of HIST, histograms */
	uint64_t memory;       /* bytes */
	uint64_t ns;	       /* in the kernel */
	uint64_t instance;
	bool complete; /* the totals came: without, the dump broke off */

	uint64_t cells;	  /* handed out */
	uint64_t skipped; /* of tables that are not known here */
};

/*
 * Hands out what one message of COUNTER brings, and takes the totals if they are in it; zeroed by the caller before the
 * first. 0, 1 if the reader stopped it, or -EBADMSG.
 */
int skstat_counter_parse(const struct nlmsghdr *message, const struct skstat_counter_reader *reader,
			 struct skstat_counter_totals *totals);

/* The parts that HIST's replies have, too: a name, NULL `take` wants none, and the totals. As above. */
struct skstat_attr;
int skstat_counter_name_parse(const struct skstat_attr *attr,
			      int (*take)(const struct skstat_counter_name *name, void *arg), void *arg);
int skstat_counter_totals_parse(const struct skstat_attr *attr, struct skstat_counter_totals *totals);

#endif
