/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections of a view that stand out, one by one: by bytes or retransmits since the choice before, by round-trip
 * time, by queues. They are chosen in a full walk, once a minute; who is in already stays unless somebody has a quarter
 * more. In between each record of theirs says what they have now.
 *
 * Off by default, and then it costs nothing. Else the walk of a choice is read record by record, and of each connection
 * 24 bytes are kept (twice, for as long as a choice lasts) where bytes or retransmits are asked for.
 */
#ifndef SKSTAT_MODEL_TOP_H
#define SKSTAT_MODEL_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/record.h>

#include "view_config.h"

#define SKSTAT_TOP_ROOM	       100 /* connections of a view and a kind, at most */
#define SKSTAT_TOP_INTERVAL_NS UINT64_C(60000000000)

struct skstat_entry;
struct skstat_model;
struct skstat_sample;

struct skstat_top_socket {
	uint64_t cookie;
	uint64_t score;		    /* when it was chosen */
	uint64_t netns;
	struct skstat_addr local, remote; /* mapped */
	uint16_t sport, dport;
	uint32_t seen;			   /* number of the poll that brought it last */
	uint64_t value[__SKSTAT_TOP_MAX]; /* then; raw */
};

/* Of a view and a kind. */
struct skstat_top_list {
	size_t room, count, candidates;
	struct skstat_top_socket shown[SKSTAT_TOP_ROOM];
	struct skstat_top_socket candidate[SKSTAT_TOP_ROOM]; /* a heap: the lowest score first */
};

/* Where a connection stood when the last choice was made. */
struct skstat_top_base {
	uint64_t cookie; /* 0: a free place */
	uint64_t bytes;
	uint64_t retrans;
};

/* By cookie: never more than half full. */
struct skstat_top_bases {
	struct skstat_top_base *place;
	unsigned int bits;
	size_t count;
};

struct skstat_tops {
	bool wanted;	/* by some view */
	bool choosing;	/* in the walk that is under way */
	uint64_t next_ns; /* when the next choice is due; 0: there was none yet */
	struct skstat_top_bases before, now;
};

/* A poll begins: whether this one is to choose. */
void skstat_tops_begin(struct skstat_model *model);

/* A record of a connection that has its groups: of one that is shown, or in the walk of a choice. */
void skstat_tops_take(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample);

/* The connection is over, or its socket another's. */
void skstat_tops_forget(struct skstat_model *model, uint64_t cookie);

/* The poll ends; `whole`: by a complete full walk. */
void skstat_tops_end(struct skstat_model *model, bool whole);

void skstat_tops_free(struct skstat_tops *tops);
size_t skstat_tops_bytes(const struct skstat_tops *tops);

#endif
