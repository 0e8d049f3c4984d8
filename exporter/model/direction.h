/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who opened a connection, and by that the group that it is in. Decided once for each connection.
 */
#ifndef SKSTAT_MODEL_DIRECTION_H
#define SKSTAT_MODEL_DIRECTION_H

#include "inside.h"

/* The direction of a newcomer, and the listener that it came from, or NULL. */
enum skstat_direction skstat_direction_of(const struct skstat_model *model, const struct skstat_newcomer *newcomer,
					  struct skstat_listener **listener);

/* What the group of such a connection is called. */
void skstat_direction_key(const struct skstat_model *model, enum skstat_direction direction, uint16_t sport,
			  uint16_t dport, bool ipv4, struct skstat_view_key *key);

#endif
