/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who opened a connection, and by that which port its service is at. Decided once for each connection.
 */
#ifndef SKSTAT_MODEL_DIRECTION_H
#define SKSTAT_MODEL_DIRECTION_H

#include "inside.h"
#include "subject.h"

/* The local end is in the facts but for its address. */
struct skstat_addr skstat_local_of(const struct skstat_sample *sample);

/*
 * The direction, and the listener that it came from, or NULL. `state` is as the record has it; `told`: SKSTAT_EVENT_IN
 * or _OUT, by an event, which knows; 0: there was none.
 */
enum skstat_direction skstat_direction_of(const struct skstat_model *model, const struct skstat_facts *facts,
					  const struct skstat_addr *local, uint8_t state, uint8_t told,
					  struct skstat_listener **listener);

/* The service of such a connection; `told` as above. */
struct skstat_service skstat_service_of(struct skstat_model *model, enum skstat_direction direction,
					const struct skstat_facts *facts, uint8_t told);

#endif
