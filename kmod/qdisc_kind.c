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

DEFINE_PER_CPU(struct skstat_qdisc_kinds_known, skstat_qdisc_kinds_known);

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
	kind->id = kind - kinds + 1;
	smp_store_release(&kind->written, true); /* pairs with kind_is(), kind_remember() and skstat_qdisc_kind_name() */
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

/* One that somebody else is still writing down is remembered the next time. */
static void kind_remember(const struct Qdisc *q, u32 id)
{
	if (id && smp_load_acquire(&kinds[id - 1].written)) /* pairs with kind_write() */
		this_cpu_write(skstat_qdisc_kinds_known.kind[skstat_qdisc_kind_slot(q)], &kinds[id - 1]);
}

u32 skstat_qdisc_kind_find(const struct Qdisc *q)
{
	const struct skstat_words words = skstat_words_of(q->ops->id);
	const u64 name[] = { words.first, words.second };
	u32 id = kind_find(name);

	BUILD_BUG_ON(sizeof(name) != IFNAMSIZ);
	kind_remember(q, id);
	return id;
}

bool skstat_qdisc_kind_name(u32 id, char *name)
{
	if (!id || id > KIND_PLACES || !smp_load_acquire(&kinds[id - 1].written)) /* pairs with kind_write() */
		return false;
	memcpy(name, kinds[id - 1].name, IFNAMSIZ);
	return true;
}
