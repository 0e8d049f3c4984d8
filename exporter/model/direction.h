/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who opened a connection, and by that the group that it is in. Decided once for each connection.
 */
#ifndef SKSTAT_MODEL_DIRECTION_H
#define SKSTAT_MODEL_DIRECTION_H

#include "inside.h"

/* What is to be known of a connection, from a record or an event. */
void skstat_ends_of(const struct skstat_sample *sample, bool ipv4, struct skstat_ends *ends);

/*
 * The direction, and the listener that it came from, or NULL. `told`: SKSTAT_EVENT_IN or _OUT, by an event, which
 * knows; 0: there was none.
 */
enum skstat_direction skstat_direction_of(const struct skstat_model *model, const struct skstat_ends *ends,
					  uint8_t told, struct skstat_listener **listener);

/* What the group of such a connection is called; `told` as above, `comm` by skstat_comm_choose(). */
void skstat_direction_key(struct skstat_model *model, enum skstat_direction direction, const struct skstat_ends *ends,
			  uint8_t told, const struct skstat_name *comm, struct skstat_view_key *key);

#endif
