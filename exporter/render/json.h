/* SPDX-License-Identifier: GPL-2.0 */
/* A record as JSON, by jansson. Pure. */
#ifndef SKSTAT_RENDER_JSON_H
#define SKSTAT_RENDER_JSON_H

#include <jansson.h>

#include "source/message.h"

/*
 * One object: "kind", then the fields under their names, flat. A field that the record or the kernel (`schema`) does
 * not have is left out, reserved ones too. Addresses are text; the state is text ("ESTAB"), with its number as
 * state_raw; of an event, so are event_kind ("handshake", "refused", "fin_local") and event_direction ("in", "out").
 *
 * With `raw`, numbers are as the kernel gave them, and what is above 2^63 is a real. Without, numbers are in base units
 * (`hz` is SKSTAT_INFO_HZ); 64-bit ids (cookie, netns, cgroup, inode) are decimal text, for many a reader's numbers end
 * at 2^53; and a gauge of all ones, by which the kernel says "none" (min_rtt, the pacing rates), is left out, as are
 * times in jiffies while `hz` is not known (0), and what an event says in its flags that it does not know.
 *
 * Owned by the caller. NULL: no memory. A real that was scaled is exact to 15 digits: dump with
 * JSON_REAL_PRECISION(15).
 */
json_t *skstat_sample_json(const struct skstat_sample *sample, const struct skstat_schema *schema, uint32_t hz,
			   bool raw);

/*
 * The totals of a dump as an object, instance and token as decimal text: they are names and not numbers. Owned by the
 * caller. NULL: no memory.
 */
json_t *skstat_totals_json(const struct skstat_totals *totals);

#endif
