/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random SOCK filters, and what they mean: netlink.h once more, as simply as it can be written.
 */
#ifndef SKSTAT_TEST_WISH_H
#define SKSTAT_TEST_WISH_H

#include <stdbool.h>
#include <stdint.h>

#include "dump.h"

#define WISH_LISTED 4 /* values of one condition, at most */

/* A query and the lists that it points to. */
struct wish {
	struct skstat_query query;
	struct skstat_range range[2][WISH_LISTED];
	struct skstat_prefix prefix[2][WISH_LISTED];
	uint64_t netns[WISH_LISTED];
};

/* What wish_draw() draws follows from this. */
void wish_seed(uint64_t seed);

/* One to four conditions, most of them such that a socket of the dump meets them. */
void wish_draw(struct wish *wish, const struct dump *dump);

/* Whether the query asks for this socket. */
bool wish_meets(const struct skstat_query *query, const struct skstat_sample *sample);

#endif
