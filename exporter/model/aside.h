/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections whose socket is another's already, and whose CLOSED has not been read: what was counted of them is kept
 * aside, so that their last figures add the rest and no more. That takes tcp_disconnect() and connect() between two
 * polls: there are few of them, most of the time none.
 */
#ifndef SKSTAT_MODEL_ASIDE_H
#define SKSTAT_MODEL_ASIDE_H

#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "table.h"
#include "membership.h"

struct skstat_aside {
	struct skstat_entry was; /* it holds its membership */
	uint64_t until_ns;	 /* it closed before that, when the next one opened; 0: not known */
	uint32_t poll;		 /* number of the one in which it was set aside */
	struct skstat_aside *older;
	bool hashed;	   /* the newest of a cookie is, by was.cookie */
	UT_hash_handle hh;
};

struct skstat_asides {
	struct skstat_aside *newest; /* a uthash */
};

/* The newest of that cookie, or NULL. Good until one of that cookie is kept or dropped. */
static inline struct skstat_aside *skstat_aside_find(const struct skstat_asides *asides, uint64_t cookie)
{
	struct skstat_aside *aside = NULL;

	if (asides->newest)
		HASH_FIND(hh, asides->newest, &cookie, sizeof(cookie), aside);
	return aside;
}

/*
 * Keeps a copy of an entry that has a membership and counts: of its values in particular. NULL: no memory; then its
 * CLOSED will be taken for that of a connection of which nothing was counted.
 */
struct skstat_aside *skstat_aside_keep(struct skstat_asides *asides, const struct skstat_entry *entry,
				       uint64_t until_ns, uint32_t poll);

void skstat_aside_drop(struct skstat_asides *asides, struct skstat_aside *aside);

/* Those that have waited for so many polls: their CLOSED was lost. `poll` is the one that ends. */
void skstat_asides_expire(struct skstat_asides *asides, uint32_t poll, uint32_t polls);
void skstat_asides_free(struct skstat_asides *asides);

size_t skstat_asides_bytes(const struct skstat_asides *asides);

#endif
