// SPDX-License-Identifier: GPL-2.0
#include "room.h"

bool skstat_room_take(struct skstat_room *room, size_t bytes)
{
	const uint64_t more = (uint64_t)bytes * (1 + SKSTAT_ROOM_SHOWN);

	if (!room || !room->budget)
		return true;
	if (room->held + more > room->budget) {
		room->refusals++;
		return false;
	}
	room->held += more;
	return true;
}

bool skstat_room_short(const struct skstat_room *room)
{
	return room->budget && room->held > room->budget;
}

/* What is just at its limit is not to say one thing and then the other, poll by poll. */
void skstat_room_settle(struct skstat_room *room, uint64_t held)
{
	const bool refused = room->refusals != room->before;

	room->held = held;
	room->before = room->refusals;
	if (refused || skstat_room_short(room))
		room->folding = true;
	else if (held <= room->budget - room->budget / 8)
		room->folding = false;
}
