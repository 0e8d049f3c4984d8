// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "statsd_counter.h"
#include "statsd_format.h"
#include "statsd_packet.h"
#include "statsd_place.h"

struct skstat_statsd_format {
	struct skstat_statsd_counters counters;
	bool signs; /* a gauge of "-1" is 1 less than before */
	struct skstat_statsd_places places;
};

struct skstat_statsd_format *skstat_statsd_format_of(const struct skstat_statsd_style *style)
{
	struct skstat_statsd_format *format = calloc(1, sizeof(*format));
	const bool draws = style->rate && style->rate < SKSTAT_STATSD_RATE;

	if (!format)
		return NULL;
	if (skstat_statsd_naming_init(&format->places.naming, style->dialect, style->prefix, style->names)) {
		free(format);
		return NULL;
	}
	if (draws)
		skstat_counters_draw(&format->counters, style->rate, (uint64_t)(uintptr_t)format);
	format->counters.plain = !draws && style->dialect != SKSTAT_STATSD_DOGSTATSD;
	format->signs = style->dialect != SKSTAT_STATSD_DOGSTATSD;
	return format;
}

struct skstat_statsd_format *skstat_statsd_format_new(const char *prefix)
{
	return skstat_statsd_format_of(&(const struct skstat_statsd_style){ .prefix = prefix });
}

void skstat_statsd_format_free(struct skstat_statsd_format *format)
{
	if (!format)
		return;
	skstat_counters_free(&format->counters);
	skstat_places_free(&format->places);
	free(format);
}

static SKSTAT_ALWAYS_INLINE int gauge_line(const struct skstat_statsd_format *format,
					   const struct skstat_statsd_place *place,
					   const struct skstat_statsd_slot *slot, double value,
					   struct skstat_packet *packet, const bool plain)
{
	const char *name = skstat_slot_name(place, slot);
	size_t head = plain ? slot->length : slot->length - slot->tail;
	bool zero = value < 0 && (plain || format->signs);
	char *start, *at;

	if (!isfinite(value))
		return 0;
	start = skstat_packet_begin(packet, 2 * (slot->length + SKSTAT_LINE_REST));
	if (!start)
		return -ENOMEM;
	at = skstat_line_begin(start, name, head);
	if (zero) {
		memcpy(at, "0|g\n", 4);
		at = skstat_line_begin(at + 4, name, head);
	}
	at = skstat_number_write(at, value);
	memcpy(at, "|g", 2);
	at += 2;
	if (!plain) {
		memcpy(at, name + head, slot->tail);
		at += slot->tail;
	}
	return skstat_packet_end(packet, start, at, zero ? 2 : 1);
}

static int gauge_put(const struct skstat_statsd_format *format, const struct skstat_statsd_place *place,
		     const struct skstat_statsd_slot *slot, double value, struct skstat_packet *packet)
{
	return format->counters.plain ? gauge_line(format, place, slot, value, packet, true) :
			       gauge_line(format, place, slot, value, packet, false);
}

static int counter_read(struct skstat_statsd_format *format, const struct skstat_statsd_place *place,
			struct skstat_statsd_slot *slot, double value)
{
	struct skstat_statsd_counter *counter = slot->counter;

	/* Nobody else may hold the counter, which then is forgotten with this set. */
	slot->counter = NULL;
	if (!isfinite(value))
		return 0;
	if (!counter)
		counter = skstat_counter_take(&format->counters, skstat_slot_name(place, slot), slot->length,
					      slot->tail);
	if (!counter)
		return -ENOMEM;
	skstat_counter_read(&format->counters, counter, value);
	slot->counter = counter;
	return 0;
}

/*
 * Counters as long as they are where they were, which is what nearly all of nearly all sets are: how many were read.
 * What is not is left to skstat_slot_of() and counter_read().
 */
static size_t counters_go_on(struct skstat_statsd_format *format, const struct skstat_statsd_place *place,
			     const struct skstat_family *family, size_t number)
{
	size_t count = family->count < place->count ? family->count : place->count;
	struct skstat_statsd_counters *counters = &format->counters;
	const uint64_t set = counters->set;
	size_t first = number;

	for (; number < count; number++) {
		const struct skstat_series *series = &family->series[number];
		const struct skstat_statsd_slot *slot = &place->slot[number];
		struct skstat_statsd_counter *counter = slot->counter;

		if (!counter || counter->set == set || !skstat_slot_is(&format->places, place, slot, series))
			break;
		if (series->value != counter->current || !counter->quiet) {
			if (!isfinite(series->value))
				break;
			counter->current = series->value;
			skstat_counter_queue(counters, counter);
		}
		counter->set = set;
	}
	counters->seen += number - first;
	return number;
}

static int family_read(struct skstat_statsd_format *format, const struct skstat_families *set, size_t number,
		       bool stale, struct skstat_packet *packet)
{
	struct skstat_statsd_places *places = &format->places;
	const struct skstat_family *family = &set->family[number];
	bool gauge = family->type == SKSTAT_METRIC_GAUGE;
	struct skstat_statsd_place *place;
	int err = 0;

	if (family->type == SKSTAT_METRIC_HISTOGRAM || (gauge && stale)) {
		/* Of another family that was here, the counters are forgotten. */
		if (number < places->count && places->place[number].type != SKSTAT_METRIC_GAUGE)
			skstat_place_clear(&places->place[number]);
		return 0;
	}
	place = skstat_place_of(places, number, family);
	if (!place)
		return -ENOMEM;
	if (place->left_out)
		return 0;
	for (size_t i = 0; !err && i < family->count; i++) {
		struct skstat_statsd_slot *slot;
		double value;

		if (!gauge) {
			i = counters_go_on(format, place, family, i);
			if (i == family->count)
				break;
		}
		value = family->series[i].value;
		slot = skstat_slot_of(places, place, family, i);
		if (!slot)
			return -ENOMEM;
		err = gauge ? gauge_put(format, place, slot, value, packet) :
			      counter_read(format, place, slot, value);
	}
	/* Slots of series that are not there any more hold counters that are forgotten. */
	if (!err)
		place->count = family->count;
	return err;
}

static int set_read(struct skstat_statsd_format *format, const struct skstat_families *set, bool stale,
		    struct skstat_packet *packet)
{
	int err = skstat_places_begin(&format->places, set);

	for (size_t i = 0; !err && i < set->count; i++)
		err = family_read(format, set, i, stale, packet);
	/* Of a set that was not read to its end, nobody knows which counters it has. */
	if (err)
		return err;
	skstat_places_end(&format->places, set->count);
	return skstat_counters_put(&format->counters, packet);
}

int skstat_statsd_format_set(struct skstat_statsd_format *format, const struct skstat_families *set, bool stale,
			     size_t size, skstat_datagram_fn fn, void *arg, size_t *too_long)
{
	struct skstat_packet packet = { .fn = fn, .arg = arg };
	int err = skstat_packet_open(&packet, size);

	skstat_counters_begin(&format->counters);
	if (!err)
		err = set_read(format, set, stale, &packet);
	skstat_packet_close(&packet);
	if (too_long)
		*too_long = packet.too_long;
	return err;
}
