/* SPDX-License-Identifier: GPL-2.0 */
/* What outlets.c and outlet_families.c share. */
#ifndef SKSTAT_STREAM_OUTLETS_INSIDE_H
#define SKSTAT_STREAM_OUTLETS_INSIDE_H

#include "outlet.h"
#include "outlets.h"

struct skstat_outlets {
	size_t count;
	struct skstat_outlet *outlet[SKSTAT_STREAMS_MAX];
	uint32_t what; /* of all of them */
	bool matching; /* one of them has a match */

	/* Of the records that come now. */
	struct skstat_batch_schema schema;
	enum skstat_batch_poll poll;
	uint64_t wall_ns;
	int64_t offset_ns;
};

#endif
