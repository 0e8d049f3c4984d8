// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "aside.h"

/* All but the place in the table, which is the newest's, whoever that is. */
static void move(struct skstat_aside *to, const struct skstat_aside *from)
{
	to->was = from->was;
	to->until_ns = from->until_ns;
	to->poll = from->poll;
	to->older = from->older;
}

struct skstat_aside *skstat_aside_keep(struct skstat_asides *asides, const struct skstat_entry *entry,
				       uint64_t until_ns, uint32_t poll)
{
	struct skstat_aside *newest = skstat_aside_find(asides, entry->cookie);
	struct skstat_aside *aside = calloc(1, sizeof(*aside)), *older = NULL;

	if (!aside)
		return NULL;
	if (newest) {
		move(aside, newest);
		older = aside;
		aside = newest;
	}
	aside->was = *entry;
	aside->until_ns = until_ns;
	aside->poll = poll;
	aside->older = older;
	if (!newest) {
		aside->hashed = true;
		HASH_ADD(hh, asides->newest, was.cookie, sizeof(aside->was.cookie), aside);
		if (!aside->hashed) {
			free(aside);
			return NULL;
		}
	}
	skstat_membership_hold(aside->was.membership);
	return aside;
}

void skstat_aside_drop(struct skstat_asides *asides, struct skstat_aside *aside)
{
	struct skstat_aside *at = skstat_aside_find(asides, aside->was.cookie);

	skstat_membership_release(aside->was.membership);
	if (at == aside && !aside->older) {
		HASH_DEL(asides->newest, aside);
	} else if (at == aside) {
		aside = at->older;
		move(at, aside);
	} else {
		while (at && at->older != aside)
			at = at->older;
		if (at)
			at->older = aside->older;
	}
	free(aside);
}

void skstat_asides_expire(struct skstat_asides *asides, uint32_t poll, uint32_t polls)
{
	struct skstat_aside *newest, *next;

	for (newest = asides->newest; newest; newest = next) {
		next = newest->hh.next;
		/* The older ones have waited longer. */
		while (newest->older && poll - newest->older->poll >= polls)
			skstat_aside_drop(asides, newest->older);
		if (poll - newest->poll >= polls)
			skstat_aside_drop(asides, newest);
	}
}

void skstat_asides_free(struct skstat_asides *asides)
{
	skstat_asides_expire(asides, 0, 0);
}

size_t skstat_asides_bytes(const struct skstat_asides *asides)
{
	return HASH_COUNT(asides->newest) * sizeof(struct skstat_aside) + HASH_OVERHEAD(hh, asides->newest);
}
