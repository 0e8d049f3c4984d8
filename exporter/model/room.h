/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for groups and series: --memory-budget. While there is none, those that would be new are counted in `other`;
 * those that there are stay as they are, so that no sum ever falls. Pure.
 */
#ifndef SKSTAT_MODEL_ROOM_H
#define SKSTAT_MODEL_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a new group or series will take in two snapshots, for each byte that it takes here: half of that where there are
 * histograms, three times that where there are none, until the end of the poll has counted.
 */
#define SKSTAT_ROOM_SHOWN 1

struct skstat_room {
	uint64_t budget; /* 0: as much as there is */
	uint64_t held;	 /* of it: as was found at the end of the last poll, and what was admitted since */
	uint64_t refusals; /* ever */
	uint64_t before;   /* of these, by the end of the last poll */
	bool folding;	   /* groups and series go to `other` for want of room, or did a moment ago */
};

/* Whether there is room for a new one of so many bytes; then it is taken. `room` may be NULL: there is. */
bool skstat_room_take(struct skstat_room *room, size_t bytes);

/* Whether more is held than should be: what nobody needs any more is to go earlier than it would. */
bool skstat_room_short(const struct skstat_room *room);

/* A poll is over, and so much is held. */
void skstat_room_settle(struct skstat_room *room, uint64_t held);

#endif
