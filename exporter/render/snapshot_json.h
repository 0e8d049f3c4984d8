/* SPDX-License-Identifier: GPL-2.0 */
/* What a snapshot says of the exporter itself and of the ledger, as JSON, by jansson. Pure. */
#ifndef SKSTAT_RENDER_SNAPSHOT_JSON_H
#define SKSTAT_RENDER_SNAPSHOT_JSON_H

#include <jansson.h>

#include "model/family.h"

/*
 * Counts are integers up to 2^53, and reals above. What the set does not have is left out. Each is owned by the caller;
 * NULL: no memory.
 */

/*
 * {"namespaces":[{"netns":"host","delivered":{"kernel":9,"attributed":8,"unattributed":{"synack":1},"residual":0,
 * "coverage":1},"retransmitted":{...},"sent":{...}}]}, in the order of the set.
 */
json_t *skstat_ledger_json(const struct skstat_families *set);

/*
 * {"source":{"source":"netlink",...},"connections":5,"polls":{"full":1,"delta":9},...}: figures that have a label are
 * objects by its values.
 */
json_t *skstat_status_json(const struct skstat_families *set);

#endif
