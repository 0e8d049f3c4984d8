/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a step of the walk holds becomes runs of records: one for each kind.
 */
#ifndef SKSTAT_EMIT_H
#define SKSTAT_EMIT_H

#include "room.h"
#include "walk.h"

/* How a dump wants its records: for each kind of socket, and for that of namespaces. */
struct skstat_emit {
	struct skstat_layout layout[SKSTAT_KIND_NETNS + 1];
	u32 stride;	/* the longest of all kinds of sockets */
	u32 max_stride; /* that it may become */
	bool exact;
};

/* `groups` as asked for; `brief`: groups tcp and memory are. */
void skstat_emit_init(struct skstat_emit *emit, u32 groups, bool brief, bool exact);

/*
 * How many sockets of a step there is room for, of whatever kinds they are, and even if records become longer meanwhile.
 * Process context, outside of RCU.
 */
u32 skstat_emit_room(const struct skstat_emit *emit, struct skstat_room *room);

/*
 * Writes a record of each held socket, and counts it. Process context; in the section of RCU of a near step, else
 * outside of any. 0, or -EMSGSIZE when there were more than skstat_emit_room().
 */
int skstat_emit(struct skstat_emit *emit, struct skstat_walk *walk, struct skstat_room *room);

#endif
