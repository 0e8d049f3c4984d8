/* SPDX-License-Identifier: GPL-2.0 */
/* A record as JSON, by jansson. Pure. */
#ifndef SKSTAT_RENDER_JSON_H
#define SKSTAT_RENDER_JSON_H

#include <jansson.h>

#include "source/message.h"

/*
 * One object: "kind", then the fields under their names, flat. A field that the record or the kernel (`schema`) does not
 * have is left out, reserved ones too. Addresses are text, the state is text ("ESTAB") with its number as state_raw. With
 * `raw`, numbers are as the kernel gave them, else in base units (`hz`). Ids (cookie, netns, cgroup, inode) are decimal text without
 * `raw`: JSON's numbers end at 2^53 for many a reader. NULL: no memory.
 */
json_t *skstat_sample_json(const struct skstat_sample *sample, const struct skstat_schema *schema, uint32_t hz,
			   bool raw);

/* The totals as an object. NULL: no memory. */
json_t *skstat_totals_json(const struct skstat_totals *totals);

#endif
