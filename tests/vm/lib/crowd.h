/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A crowd: connections from one end of a road to the other, each opened, used and closed at once, by processes of their
 * own. How many bytes each says is known, and the four ways to end come in turn: either side first, in order or by RST.
 */
#ifndef SKSTAT_TEST_CROWD_H
#define SKSTAT_TEST_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "road.h"

#define CROWD_WORKERS 4
#define CROWD_PORT 7500 /* of the first worker's listener, the others' are behind it */

struct crowd {
	pid_t worker[CROWD_WORKERS]; /* 0: has ended */
};

/* Makes room in the road's namespaces for the TIME_WAITs of a crowd. */
void crowd_room(const struct road *road);

/* So many connections in all. */
void crowd_start(struct crowd *crowd, const struct road *road, size_t count);

/* Whether all is done: every descriptor is closed, the last segments may be on their way. */
bool crowd_ended(struct crowd *crowd);

/* What the connection of that number says, either way. */
size_t crowd_from_client(size_t number);
size_t crowd_from_server(size_t number);

#endif
