// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* uthash is to leave what it could not add alone, and say so, instead of ending the program. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(entry) ((entry)->added = false)
#include <uthash.h>

#include "statsd_format.h"
#include "statsd_packet.h"
#include "statsd_place.h"

/* gcc's analyzer takes what hangs from uthash's table for lost. The sanitizer, in the tests, sees what is. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* What a line with nothing behind its type has to know of others is decided once a set, not once a line. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

#define DECIMALS 6
#define SCALE 1e6 /* 10^DECIMALS */
#define LINE_REST (SKSTAT_NUMBER_SIZE + 20) /* of a line behind its name, at most */
#define FINE_MAX 9e9 /* above, SCALE times the value is no integer that a double can tell from the next */

struct counter {
	UT_hash_handle hh;
	uint64_t set;	 /* in which it was last seen */
	uint64_t queued; /* in which it was queued */
	struct counter *next; /* in the queue */
	bool added;
	bool quiet; /* the server knows all of it, up to its value in the last set */
	double last;	/* its value in that set */
	double current; /* in the set that is being read */
	double sent;	/* up to where the server knows it */
	size_t length;	/* of the name */
	size_t tail;	/* of which so many, the last ones, stand behind the type */
	char name[];
};

struct skstat_statsd_format {
	struct counter *counter; /* by name, in the order in which they came */
	uint64_t set;		 /* number of the one that is being read */
	size_t seen;		 /* counters that this set has */
	struct counter *queue, **queue_end; /* of these, the ones that may have something to send */
	bool started;		 /* one has been read to its end */
	bool plain;		 /* nothing stands behind a counter's type: no rate, no tags */
	bool signs;		 /* a gauge of "-1" is 1 less than before */
	uint32_t rate;		 /* as the style has it; below SKSTAT_STATSD_RATE, or 0 */
	uint64_t chance;	 /* state of what draws */
	char rate_text[16];	 /* "|@0.1" */
	struct skstat_statsd_places places;
};

/* "|@0.05": without printf, whose point is the locale's. */
static void rate_write(char *at, uint32_t rate)
{
	uint32_t digit = SKSTAT_STATSD_RATE;

	memcpy(at, "|@0.", 4);
	for (at += 4; rate; rate %= digit)
		*at++ = (char)('0' + rate / (digit /= 10));
	*at = '\0';
}

struct skstat_statsd_format *skstat_statsd_format_of(const struct skstat_statsd_style *style)
{
	struct skstat_statsd_format *format = calloc(1, sizeof(*format));

	if (!format)
		return NULL;
	if (skstat_statsd_naming_init(&format->places.naming, style->dialect, style->prefix, style->names)) {
		free(format);
		return NULL;
	}
	format->rate = style->rate < SKSTAT_STATSD_RATE ? style->rate : 0;
	if (format->rate)
		rate_write(format->rate_text, format->rate);
	format->plain = !format->rate && style->dialect != SKSTAT_STATSD_DOGSTATSD;
	format->signs = style->dialect != SKSTAT_STATSD_DOGSTATSD;
	format->chance = (uint64_t)(uintptr_t)format;
	return format;
}

struct skstat_statsd_format *skstat_statsd_format_new(const char *prefix)
{
	return skstat_statsd_format_of(&(const struct skstat_statsd_style){ .prefix = prefix });
}

static void counter_forget(struct skstat_statsd_format *format, struct counter *counter)
{
	HASH_DEL(format->counter, counter);
	free(counter);
}

void skstat_statsd_format_free(struct skstat_statsd_format *format)
{
	struct counter *counter, *next;

	if (!format)
		return;
	for (counter = format->counter; counter; counter = next) {
		next = counter->hh.next;
		counter_forget(format, counter);
	}
	skstat_places_free(&format->places);
	free(format);
}

/* Appends a line's beginning to `at`, which has room. Returns the end. */
static char *line_begin(char *at, const char *name, size_t length)
{
	memcpy(at, name, length);
	at[length] = ':';
	return at + length + 1;
}

static ALWAYS_INLINE int gauge_line(const struct skstat_statsd_format *format, const struct skstat_statsd_place *place,
				    const struct skstat_statsd_slot *slot, double value,
				    struct skstat_packet *packet, const bool plain)
{
	const char *name = skstat_slot_name(place, slot);
	size_t head = plain ? slot->length : slot->length - slot->tail;
	bool zero = value < 0 && (plain || format->signs);
	char *start, *at;

	if (!isfinite(value))
		return 0;
	start = skstat_packet_begin(packet, 2 * (slot->length + LINE_REST));
	if (!start)
		return -ENOMEM;
	at = line_begin(start, name, head);
	if (zero) {
		memcpy(at, "0|g\n", 4);
		at = line_begin(at + 4, name, head);
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
	return format->plain ? gauge_line(format, place, slot, value, packet, true) :
			       gauge_line(format, place, slot, value, packet, false);
}

/* A counter that was not there, or NULL: no memory. */
static struct counter *counter_add(struct skstat_statsd_format *format, const char *name, size_t length,
				   size_t tail)
{
	struct counter *counter = calloc(1, sizeof(*counter) + length + 1);

	if (!counter)
		return NULL;
	memcpy(counter->name, name, length);
	counter->length = length;
	counter->tail = tail;
	counter->added = true;
	HASH_ADD_KEYPTR(hh, format->counter, counter->name, length, counter);
	if (counter->added)
		return counter;
	free(counter);
	return NULL;
}

/* The counter of that name, or NULL: no memory. */
static struct counter *counter_take(struct skstat_statsd_format *format, const char *name, size_t length,
				    size_t tail)
{
	struct counter *counter;

	HASH_FIND(hh, format->counter, name, length, counter);
	return counter ? counter : counter_add(format, name, length, tail);
}

/* The set has it. */
static inline void counter_see(struct skstat_statsd_format *format, struct counter *counter)
{
	counter->set = format->set;
	format->seen++;
}

/* It may have something to send. */
static inline void counter_queue(struct skstat_statsd_format *format, struct counter *counter)
{
	counter->queued = format->set;
	counter->next = NULL;
	*format->queue_end = counter;
	format->queue_end = &counter->next;
}

static int counter_read(struct skstat_statsd_format *format, const struct skstat_statsd_place *place,
			struct skstat_statsd_slot *slot, double value)
{
	struct counter *counter = slot->counter;

	/* Nobody else may hold the counter, which then is forgotten with this set. */
	slot->counter = NULL;
	if (!isfinite(value))
		return 0;
	if (!counter)
		counter = counter_take(format, skstat_slot_name(place, slot), slot->length, slot->tail);
	if (!counter)
		return -ENOMEM;
	if (counter->set != format->set) {
		counter->current = 0;
		counter_see(format, counter);
	}
	counter->current += value;
	if (counter->queued != format->set)
		counter_queue(format, counter);
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
	const uint64_t set = format->set;
	size_t first = number;

	for (; number < count; number++) {
		const struct skstat_series *series = &family->series[number];
		const struct skstat_statsd_slot *slot = &place->slot[number];
		struct counter *counter = slot->counter;

		if (!counter || counter->set == set || !skstat_slot_is(&format->places, place, slot, series))
			break;
		if (series->value != counter->current || !counter->quiet) {
			if (!isfinite(series->value))
				break;
			counter->current = series->value;
			counter_queue(format, counter);
		}
		counter->set = set;
	}
	format->seen += number - first;
	return number;
}

/* `value` in steps of 10^-DECIMALS. Not by printf: its point is the locale's. */
static char *put_fixed(char *at, double value)
{
	uint64_t steps = (uint64_t)llround(value * SCALE);
	uint64_t rest = steps % (uint64_t)SCALE;

	at = skstat_integer_write(at, steps / (uint64_t)SCALE);
	if (rest)
		*at++ = '.';
	for (uint64_t digit = (uint64_t)SCALE / 10; rest; rest %= digit, digit /= 10)
		*at++ = (char)('0' + rest / digit);
	return at;
}

/* Of what it has grown, what can be said in full: at `at`, and its end. What was said is *grown. */
static char *put_grown(char *at, double *grown)
{
	uint64_t whole;

	if (*grown > FINE_MAX) {
		*grown = round(*grown);
		return skstat_number_write(at, *grown);
	}
	whole = (uint64_t)*grown;
	if ((double)whole == *grown)
		return skstat_integer_write(at, whole);
	*grown = round(*grown * SCALE) / SCALE;
	return put_fixed(at, *grown);
}

/* xorshift64*: it is only to be even. */
static bool is_drawn(struct skstat_statsd_format *format)
{
	uint64_t state = format->chance;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	format->chance = state;
	return ((state * UINT64_C(2685821657736338717)) >> 32) * SKSTAT_STATSD_RATE >> 32 < format->rate;
}

/* What stands behind the type of a counter. */
static char *put_rest(const struct skstat_statsd_format *format, const struct counter *counter, char *at)
{
	size_t length = strlen(format->rate_text);

	memcpy(at, format->rate_text, length);
	memcpy(at + length, counter->name + counter->length - counter->tail, counter->tail);
	return at + length + counter->tail;
}

static ALWAYS_INLINE int counter_put(struct skstat_statsd_format *format, struct counter *counter,
				     struct skstat_packet *packet, const bool plain)
{
	char *start, *at;
	double grown;
	int err;

	if (counter->current < counter->last)
		counter->sent = 0;
	counter->last = counter->current;
	grown = counter->current - counter->sent;
	/* What is below half a step, or was sent too much by as much, stays for a later set. */
	if (grown < 0.5 / SCALE)
		return 0;
	if (!plain && format->rate && !is_drawn(format)) {
		counter->sent = counter->current;
		return 0;
	}

	start = skstat_packet_begin(packet, 2 * (counter->length + LINE_REST));
	if (!start)
		return -ENOMEM;
	at = line_begin(start, counter->name, plain ? counter->length : counter->length - counter->tail);
	at = put_grown(at, &grown);
	memcpy(at, "|c", 2);
	at += 2;
	if (!plain)
		at = put_rest(format, counter, at);
	err = skstat_packet_end(packet, start, at, 1);
	if (!err)
		counter->sent += grown;
	return err;
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

/* Those that this set does not have. */
static void counters_forget(struct skstat_statsd_format *format)
{
	struct counter *counter, *next;

	for (counter = format->counter; counter; counter = next) {
		next = counter->hh.next;
		if (counter->set != format->set)
			counter_forget(format, counter);
	}
}

static ALWAYS_INLINE int queue_put(struct skstat_statsd_format *format, struct skstat_packet *packet, const bool plain)
{
	int err = 0;

	for (struct counter *counter = format->queue; counter && !err; counter = counter->next) {
		if (!format->started)
			counter->last = counter->sent = counter->current;
		else
			err = counter_put(format, counter, packet, plain);
		counter->quiet = counter->sent == counter->current && counter->last == counter->current;
	}
	return err;
}

/* What the set's counters have grown; or, of the first set, where they start. */
static int counters_put(struct skstat_statsd_format *format, struct skstat_packet *packet)
{
	return format->plain ? queue_put(format, packet, true) : queue_put(format, packet, false);
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
	if (format->seen != HASH_COUNT(format->counter))
		counters_forget(format);
	err = counters_put(format, packet);
	if (!err)
		format->started = true;
	return err;
}

int skstat_statsd_format_set(struct skstat_statsd_format *format, const struct skstat_families *set, bool stale,
			     size_t size, skstat_datagram_fn fn, void *arg, size_t *too_long)
{
	struct skstat_packet packet = { .fn = fn, .arg = arg };
	int err = skstat_packet_open(&packet, size);

	format->set++;
	format->seen = 0;
	format->queue = NULL;
	format->queue_end = &format->queue;
	if (!err)
		err = set_read(format, set, stale, &packet);
	skstat_packet_close(&packet);
	if (too_long)
		*too_long = packet.too_long;
	return err;
}
