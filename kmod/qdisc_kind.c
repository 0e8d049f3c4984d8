// SPDX-License-Identifier: GPL-2.0
/*
 * A number is a place in a table of names, which handlers take by cmpxchg, with the name's hash; nothing is removed.
 */
#include <linux/hash.h>
#include <linux/if.h>
#include <linux/string.h>
#include <net/sch_generic.h>

#include "name.h"
#include "qdisc_kind.h"

#define KIND_PLACES 64

static struct skstat_qdisc_kind kinds[KIND_PLACES];

static u64 kind_hash(const u64 *name)
{
	u64 hash = (name[0] * GOLDEN_RATIO_64 ^ name[1]) * GOLDEN_RATIO_64;

	return hash ?: 1;
}

/* As place_is() of the counters' keys: one that is being written is not waited for. */
static bool kind_is(const struct skstat_qdisc_kind *kind, const u64 *name)
{
	return !smp_load_acquire(&kind->written) || /* pairs with kind_write() */
	       (kind->name[0] == name[0] && kind->name[1] == name[1]);
}

static void kind_write(struct skstat_qdisc_kind *kind, const u64 *name)
{
	memcpy(kind->name, name, sizeof(kind->name));
	smp_store_release(&kind->written, true); /* pairs with kind_is() and skstat_qdisc_kind() */
}

static u32 kind_find(const u64 *name)
{
	u64 hash = kind_hash(name), seen;
	u32 step, place;

	for (step = 0; step < KIND_PLACES; step++) {
		place = ((hash >> 32) + step) % KIND_PLACES;
		seen = READ_ONCE(kinds[place].hash);
		if (!seen) {
			seen = cmpxchg(&kinds[place].hash, 0, hash);
			if (!seen) {
				kind_write(&kinds[place], name);
				return place + 1;
			}
		}
		if (seen == hash && kind_is(&kinds[place], name))
			return place + 1;
	}
	return 0;
}

u32 skstat_qdisc_kind_id(const struct Qdisc *q)
{
	const struct skstat_words words = skstat_words_of(q->ops->id);
	const u64 name[] = { words.first, words.second };

	BUILD_BUG_ON(sizeof(name) != IFNAMSIZ);
	return kind_find(name);
}

const struct skstat_qdisc_kind *skstat_qdisc_kind(u32 id)
{
	if (!id || id > KIND_PLACES || !smp_load_acquire(&kinds[id - 1].written)) /* pairs with kind_write() */
		return NULL;
	return &kinds[id - 1];
}

bool skstat_qdisc_kind_name(u32 id, char *name)
{
	const struct skstat_qdisc_kind *kind = skstat_qdisc_kind(id);

	if (kind)
		memcpy(name, kind->name, IFNAMSIZ);
	return kind;
}
