/* SPDX-License-Identifier: GPL-2.0 */
/* Which sockets a stream is of: what of a view's match is the same in all records and events of a connection. Pure. */
#ifndef SKSTAT_STREAM_MATCH_H
#define SKSTAT_STREAM_MATCH_H

#include <stdbool.h>

#include "model/view_config.h"
#include "source/decode.h"

/* Families, remotes and uids of the match, and ports: of either end, for who began is not in a record. */
bool skstat_stream_matches(const struct skstat_view_match *match, const struct skstat_sample *sample);

#endif
