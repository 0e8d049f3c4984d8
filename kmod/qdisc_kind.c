// SPDX-License-Identifier: GPL-2.0
/*
 * A number is a place in a table of names, which handlers take by cmpxchg, with the name's hash; nothing is removed.
 */
#include <linux/hash.h>
#include <linux/if.h>
#include <linux/string.h>
#include <net/sch_generic.h>
#include <asm/word-at-a-time.h>

#include "qdisc_kind.h"

#define KIND_PLACES 64

struct kind_name {
	u64 word[IFNAMSIZ / sizeof(u64)];
};

static struct kind_place {
	u64 hash; /* 0: free */
	struct kind_name name;
	bool written;
} kinds[KIND_PLACES];

static u64 kind_hash(const struct kind_name *name)
{
	u64 hash = (name->word[0] * GOLDEN_RATIO_64 ^ name->word[1]) * GOLDEN_RATIO_64;

	BUILD_BUG_ON(ARRAY_SIZE(name->word) != 2);
	return hash ?: 1;
}

/* As place_is() of the counters' keys: one that is being written is not waited for. */
static bool kind_is(const struct kind_place *place, const struct kind_name *name)
{
	return !smp_load_acquire(&place->written) || /* pairs with kind_write() */
	       (place->name.word[0] == name->word[0] && place->name.word[1] == name->word[1]);
}

static void kind_write(struct kind_place *place, const struct kind_name *name)
{
	place->name = *name;
	smp_store_release(&place->written, true); /* pairs with kind_is() and skstat_qdisc_kind_name() */
}

static __always_inline u32 kind_find(const struct kind_name *name)
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

/* Eight bytes of text, zeros from the first zero on; true: there was one. */
static __always_inline bool word_end(u64 *word)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long bits;

	BUILD_BUG_ON(sizeof(unsigned long) != sizeof(*word));
	if (!has_zero(*word, &bits, &constants))
		return false;
	bits = prep_zero_mask(*word, bits, &constants);
	*word &= zero_bytemask(create_zero_mask(bits));
	return true;
}

u32 skstat_qdisc_kind_id(const struct Qdisc *q)
{
	struct kind_name name;

	BUILD_BUG_ON(sizeof(q->ops->id) != sizeof(name));
	memcpy(&name, q->ops->id, sizeof(name));
	name.word[1] &= (__force u64)cpu_to_le64(~0ULL >> 8); /* the last one is 0, whatever happens */
	if (word_end(&name.word[0]))
		name.word[1] = 0;
	else
		word_end(&name.word[1]);
	return kind_find(&name);
}

bool skstat_qdisc_kind_name(u32 id, char *name)
{
	if (!id || id > KIND_PLACES || !smp_load_acquire(&kinds[id - 1].written)) /* pairs with kind_write() */
		return false;
	memcpy(name, &kinds[id - 1].name, IFNAMSIZ);
	return true;
}
