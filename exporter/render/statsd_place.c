// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "statsd_place.h"

#define ABOUT_STATSD "skstat_statsd_"
#define WASTE_MAX 65536 /* bytes of a family's names that are of no use any more, before all are made anew */

void skstat_place_clear(struct skstat_statsd_place *place)
{
	place->known = false;
	place->count = place->waste = 0;
	skstat_buffer_clear(&place->text);
}

void skstat_places_end(struct skstat_statsd_places *places, size_t count)
{
	for (size_t i = count; i < places->count; i++) {
		free(places->place[i].slot);
		skstat_buffer_free(&places->place[i].text);
	}
	if (count < places->count)
		places->count = count;
}

void skstat_places_forget(struct skstat_statsd_places *places)
{
	skstat_places_end(places, 0);
	for (size_t i = 0; i < places->lists; i++)
		free(places->list[i].values);
	places->lists = 0;
	places->ids = places->ids_before = 0;
}

void skstat_places_free(struct skstat_statsd_places *places)
{
	skstat_places_forget(places);
	free(places->place);
	free(places->list);
	free(places->id);
	free(places->id_before);
	skstat_buffer_free(&places->name);
	skstat_statsd_naming_free(&places->naming);
}

/* Of the values, each with its end, and of one more of the list itself. */
static size_t list_length(const struct skstat_labels *labels)
{
	size_t length = 1;

	for (size_t i = 0; i < labels->count; i++)
		length += strlen(labels->label[i].value) + 1;
	return length;
}

static bool values_are(const char *values, const struct skstat_label *label, size_t labels)
{
	for (size_t i = 0; i < labels; i++) {
		const char *value = label[i].value;

		while (*value && *value == *values)
			value++, values++;
		if (*value || *values++)
			return false;
	}
	return true;
}

static void values_put(struct skstat_buffer *buffer, const struct skstat_label *label, size_t labels)
{
	for (size_t i = 0; i < labels; i++)
		skstat_buffer_put(buffer, label[i].value, strlen(label[i].value) + 1);
}

/* A list that was not there in the set before, at that place: its id + 1, or 0: no memory. */
static uint32_t list_learn(struct skstat_statsd_places *places, const struct skstat_labels *labels)
{
	struct skstat_buffer values = { 0 };
	struct skstat_statsd_list *grown;

	values_put(&values, labels->label, labels->count);
	/* Of no label: a place to point to. */
	skstat_buffer_put(&values, "", 1);
	for (size_t i = 0; i < places->lists && !values.failed; i++)
		if (places->list[i].length == values.length &&
		    memcmp(places->list[i].values, values.data, values.length) == 0) {
			skstat_buffer_free(&values);
			return (uint32_t)i + 1;
		}
	grown = values.failed ? NULL : realloc(places->list, (places->lists + 1) * sizeof(*grown));
	if (!grown) {
		skstat_buffer_free(&values);
		return 0;
	}
	places->list = grown;
	grown[places->lists].values = skstat_buffer_take(&values, &grown[places->lists].length);
	return (uint32_t)++places->lists;
}

/* The id + 1 of the list, or 0: no memory. */
static uint32_t list_id(struct skstat_statsd_places *places, const struct skstat_labels *labels)
{
	size_t number = labels->number;
	uint32_t id = places->id[number];

	if (id)
		return id;
	if (number < places->ids_before)
		id = places->id_before[number];
	if (!id || places->list[id - 1].length != list_length(labels) ||
	    !values_are(places->list[id - 1].values, labels->label, labels->count))
		id = list_learn(places, labels);
	return places->id[number] = id;
}

int skstat_places_begin(struct skstat_statsd_places *places, const struct skstat_families *set)
{
	uint32_t *id;

	/* Those of groups and namespaces that are gone. */
	if (places->lists > 2 * set->lists + 64)
		skstat_places_forget(places);
	id = calloc(set->lists + 1, sizeof(*id));
	if (!id)
		return -ENOMEM;
	free(places->id_before);
	places->id_before = places->id;
	places->ids_before = places->ids;
	places->id = id;
	places->ids = set->lists;
	return 0;
}

struct skstat_statsd_place *skstat_place_of(struct skstat_statsd_places *places, size_t number,
					    const struct skstat_family *family)
{
	struct skstat_statsd_place *place;

	if (number >= places->count) {
		struct skstat_statsd_place *grown = realloc(places->place, (number + 1) * sizeof(*grown));

		if (!grown)
			return NULL;
		places->place = grown;
		memset(grown + places->count, 0, (number + 1 - places->count) * sizeof(*grown));
		places->count = number + 1;
	}
	place = &places->place[number];
	if (place->known && place->type == family->type && place->waste < WASTE_MAX &&
	    strcmp(place->text.data, family->name) == 0)
		return place;
	skstat_place_clear(place);
	skstat_buffer_put(&place->text, family->name, strlen(family->name) + 1);
	if (place->text.failed)
		return NULL;
	place->type = family->type;
	place->left_out = strncmp(family->name, ABOUT_STATSD, strlen(ABOUT_STATSD)) == 0;
	place->known = true;
	return place;
}

bool skstat_slot_is_own(const struct skstat_statsd_place *place, const struct skstat_statsd_slot *slot,
			const struct skstat_series *series)
{
	return !slot->list && slot->labels == series->labels &&
	       (!series->labels || values_are(place->text.data + slot->values, series->label, series->labels));
}

/* The slot is the series' from now on. 0 or -ENOMEM. */
static int slot_fill(struct skstat_statsd_places *places, struct skstat_statsd_place *place,
		     struct skstat_statsd_slot *slot, const struct skstat_family *family,
		     const struct skstat_series *series)
{
	struct skstat_buffer *text = &place->text;
	size_t values = text->length, name, tail;
	uint32_t list = series->shared ? places->id[series->shared->number] : 0;

	skstat_buffer_clear(&places->name);
	tail = skstat_statsd_name_put(&places->naming, family, series, &places->name);
	if (places->name.failed)
		return -ENOMEM;
	if (!series->shared)
		values_put(text, series->label, series->labels);
	name = text->length;
	skstat_buffer_put(text, places->name.data, places->name.length);
	if (text->failed || text->length > UINT32_MAX)
		return -ENOMEM;
	*slot = (struct skstat_statsd_slot){
		.list = list, .labels = (uint32_t)series->labels,
		.last = list && series->labels > series->shared->count ?
				series->label[series->labels - 1].value : NULL,
		.values = (uint32_t)values, .name = (uint32_t)name, .length = (uint32_t)places->name.length - 1,
		.tail = (uint32_t)tail,
	};
	return 0;
}

struct skstat_statsd_slot *skstat_slot_of(struct skstat_statsd_places *places, struct skstat_statsd_place *place,
					  const struct skstat_family *family, size_t number)
{
	const struct skstat_series *series = &family->series[number];
	struct skstat_statsd_slot *slot;

	if (series->shared && !list_id(places, series->shared))
		return NULL;
	if (number < place->count && skstat_slot_is(places, place, &place->slot[number], series))
		return &place->slot[number];
	if (number >= place->room) {
		size_t room = family->count > 2 * place->room ? family->count : 2 * place->room;
		struct skstat_statsd_slot *grown = realloc(place->slot, room * sizeof(*grown));

		if (!grown)
			return NULL;
		place->slot = grown;
		place->room = room;
	}
	slot = &place->slot[number];
	if (number < place->count)
		place->waste += slot->length + 1;
	else
		place->count = number + 1;
	if (!slot_fill(places, place, slot, family, series))
		return slot;
	skstat_place_clear(place);
	return NULL;
}
