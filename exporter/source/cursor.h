/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a reader of the journal has come, CPU by CPU. A cursor belongs to one instance of the module.
 *
 * One that is zeroed begins with the oldest events that the module still has; skstat_netlink_journal_tail() begins with
 * those that are to come. It may be kept for as long as the instance lives, and be copied by its members.
 */
#ifndef SKSTAT_SOURCE_CURSOR_H
#define SKSTAT_SOURCE_CURSOR_H

#include <stddef.h>
#include <stdint.h>

struct nl_msg;

struct skstat_cursor_place {
	uint32_t cpu;
	uint64_t next; /* the number of the event to go on with */
};

/* Zeroed by the caller before it is used first; freed with skstat_cursor_free(). */
struct skstat_cursor {
	uint64_t instance; /* 0: not known yet, and then there are no places */
	struct skstat_cursor_place *place;
	size_t places; /* a CPU without one begins with the oldest event that it has */
};

/* Leaves it zeroed: back to the oldest events, of whatever instance. */
void skstat_cursor_free(struct skstat_cursor *cursor);

/* The CPU's place, or NULL. Valid until the next one is added. */
struct skstat_cursor_place *skstat_cursor_find(const struct skstat_cursor *cursor, uint32_t cpu);

/* A place for a CPU that has none: it will go on with `next`. NULL: no memory. */
struct skstat_cursor_place *skstat_cursor_add(struct skstat_cursor *cursor, uint32_t cpu, uint64_t next);

/* Upper bound of what skstat_cursor_put() adds, in bytes. */
size_t skstat_cursor_size(const struct skstat_cursor *cursor);

/* Adds it to a request of JOURNAL. 0, or -EMSGSIZE: it does not fit. */
int skstat_cursor_put(struct nl_msg *message, const struct skstat_cursor *cursor);

#endif
