/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of series. They are made when a series is met for the first time; from then on it is found where it was in
 * the set before, by a slot, which says of which labels it was; those that many share are compared once a set. Places
 * are only a hint: what is not the same as before is made anew.
 */
#ifndef SKSTAT_RENDER_STATSD_PLACE_H
#define SKSTAT_RENDER_STATSD_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "model/family.h"
#include "statsd_name.h"

struct skstat_statsd_slot {
	uint32_t list;		 /* id of the labels that its series shares + 1; 0: none */
	uint32_t labels;	 /* in all */
	const char *last;	 /* value of the one behind those that are shared, a constant; NULL: there is none */
	uint32_t values;	 /* of a series that shares none: where the text has the values, each with its end */
	uint32_t name, length;	 /* where it has the name */
	uint32_t tail;		 /* of which so many bytes, its last ones, stand behind the line's type */
	void *counter;		 /* the caller's; NULL in a slot that is new, or another series' than before */
};

/* The series of one family, in the order of the set before. */
struct skstat_statsd_place {
	bool known;
	bool left_out; /* the family is about statsd itself */
	enum skstat_metric_type type;
	struct skstat_statsd_slot *slot;
	size_t count, room;
	size_t waste;		   /* bytes of the text that nobody needs any more */
	struct skstat_buffer text; /* the family's name with its end, then what slots say */
};

/* Values of labels that series share, each with its end. */
struct skstat_statsd_list {
	char *values;
	size_t length;
};

struct skstat_statsd_places {
	struct skstat_statsd_naming naming;
	struct skstat_buffer name;
	struct skstat_statsd_place *place; /* by number of the family in the set */
	size_t count;
	struct skstat_statsd_list *list; /* by id */
	size_t lists;
	/* By number of the list in the set: ids + 1, or 0 while it has not been met; and those of the set before. */
	uint32_t *id, *id_before;
	size_t ids, ids_before;
};

/* Of zeroed ones, but for `naming`, which is theirs from then on. */
void skstat_places_free(struct skstat_statsd_places *places);

/* All of what was learnt; every place, slot and list with it. */
void skstat_places_forget(struct skstat_statsd_places *places);

/* Before a set is read. 0 or -ENOMEM. */
int skstat_places_begin(struct skstat_statsd_places *places, const struct skstat_families *set);

/* Forgets the places from that number on: there are no more families. */
void skstat_places_end(struct skstat_statsd_places *places, size_t count);

/* The place of the set's family of that number, empty if another was there. NULL: no memory. */
struct skstat_statsd_place *skstat_place_of(struct skstat_statsd_places *places, size_t number,
					    const struct skstat_family *family);

/* Forgets the place's series. */
void skstat_place_clear(struct skstat_statsd_place *place);

/* The slot of the place's series of that number, made anew if another's was there. NULL: no memory. */
struct skstat_statsd_slot *skstat_slot_of(struct skstat_statsd_places *places, struct skstat_statsd_place *place,
					  const struct skstat_family *family, size_t number);

static inline const char *skstat_slot_name(const struct skstat_statsd_place *place,
					   const struct skstat_statsd_slot *slot)
{
	return place->text.data + slot->name;
}

/* Whether a series that shares labels is the slot's: false, too, while the list is not known in this set. */
static inline bool skstat_slot_is_shared(const struct skstat_statsd_places *places,
					 const struct skstat_statsd_slot *slot, const struct skstat_series *series)
{
	return slot->list && slot->list == places->id[series->shared->number] && slot->labels == series->labels &&
	       (!slot->last || slot->last == series->label[series->labels - 1].value);
}

/* Whether one that shares none is. */
bool skstat_slot_is_own(const struct skstat_statsd_place *place, const struct skstat_statsd_slot *slot,
			const struct skstat_series *series);

static inline bool skstat_slot_is(const struct skstat_statsd_places *places, const struct skstat_statsd_place *place,
				  const struct skstat_statsd_slot *slot, const struct skstat_series *series)
{
	return series->shared ? skstat_slot_is_shared(places, slot, series) : skstat_slot_is_own(place, slot, series);
}

#endif
