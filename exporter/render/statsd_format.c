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

#include "buffer.h"
#include "statsd_format.h"

/* gcc's analyzer takes what hangs from uthash's table for lost. The sanitizer, in the tests, sees what is. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define OWN "skstat_"
#define ABOUT_STATSD "skstat_statsd_"

#define DECIMALS 6
#define SCALE 1e6 /* 10^DECIMALS */
#define LINE_REST (SKSTAT_NUMBER_SIZE + 8) /* of a line behind its name, at most */
#define WASTE_MAX 65536 /* bytes of a family's names that are of no use any more, before all are made anew */
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
	char name[];
};

/*
 * Names are made when a series is met for the first time. From then on it is found where it was in the set before: a
 * slot, by the place in its family, which says of which labels it was; those that many share are compared once a set.
 */
struct slot {
	uint32_t list;	 /* id of the labels that its series shares + 1; 0: none */
	uint32_t labels;	 /* in all */
	const char *last;	 /* value of the one behind those that are shared, a constant; NULL: there is none */
	uint32_t values;	 /* of a series that shares none: where the text has the values, each with its end */
	uint32_t name, length;	 /* where it has the name */
	struct counter *counter; /* NULL: of a gauge, or not known now */
};

/* The series of one family, in the order of the set before. */
struct place {
	bool known;
	enum skstat_metric_type type;
	struct slot *slot;
	size_t count, room;
	size_t waste;		   /* bytes of the text that nobody needs any more */
	struct skstat_buffer text; /* the family's name with its end, then what slots say */
};

/* Values of labels that series share, each with its end. */
struct list {
	char *values;
	size_t length;
};

struct skstat_statsd_format {
	struct counter *counter; /* by name, in the order in which they came */
	uint64_t set;		 /* number of the one that is being read */
	size_t seen;		 /* counters that this set has */
	struct counter *queue, **queue_end; /* of these, the ones that may have something to send */
	bool started;		 /* one has been read to its end */
	struct skstat_buffer name;
	struct skstat_buffer lines; /* what belongs together: one line, or two of a negative gauge */
	char *prefix;		    /* with its dot; or "" */

	struct place *place; /* by number of the family in the set */
	size_t places;
	struct list *list; /* by id */
	size_t lists;
	/* By number of the list in the set: ids + 1, or 0 while it has not been met; and those of the set before. */
	uint32_t *id, *id_before;
	size_t ids, ids_before;
};

/* The datagram that is being filled. */
struct packet {
	char *data;
	size_t size, length, lines, too_long;
	skstat_datagram_fn fn;
	void *arg;
};

static void put_name(struct skstat_buffer *buffer, const char *text, const char *also)
{
	if (!*text)
		skstat_buffer_text(buffer, "_");
	for (; *text; text++) {
		/* Not isalnum(): what that takes depends on the locale. */
		bool taken = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			     (*text >= '0' && *text <= '9') || strchr(also, *text);

		skstat_buffer_put(buffer, taken ? text : "_", 1);
	}
}

struct skstat_statsd_format *skstat_statsd_format_new(const char *prefix)
{
	struct skstat_statsd_format *format = calloc(1, sizeof(*format));
	struct skstat_buffer name = { 0 };

	if (!format)
		return NULL;
	if (*prefix)
		put_name(&name, prefix, "-_.");
	while (name.length && name.data[name.length - 1] == '.')
		name.length--;
	if (name.length)
		skstat_buffer_text(&name, ".");
	skstat_buffer_put(&name, "", 1);
	if (name.failed) {
		skstat_buffer_free(&name);
		free(format);
		return NULL;
	}
	format->prefix = name.data;
	return format;
}

static void counter_forget(struct skstat_statsd_format *format, struct counter *counter)
{
	HASH_DEL(format->counter, counter);
	free(counter);
}

static void place_clear(struct place *place)
{
	place->known = false;
	place->count = place->waste = 0;
	skstat_buffer_clear(&place->text);
}

static void places_drop(struct skstat_statsd_format *format, size_t from)
{
	for (size_t i = from; i < format->places; i++) {
		free(format->place[i].slot);
		skstat_buffer_free(&format->place[i].text);
	}
	if (from < format->places)
		format->places = from;
}

static void lists_drop(struct skstat_statsd_format *format)
{
	for (size_t i = 0; i < format->lists; i++)
		free(format->list[i].values);
	format->lists = 0;
	format->ids = format->ids_before = 0;
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
	places_drop(format, 0);
	lists_drop(format);
	free(format->place);
	free(format->list);
	free(format->id);
	free(format->id_before);
	skstat_buffer_free(&format->name);
	skstat_buffer_free(&format->lines);
	free(format->prefix);
	free(format);
}

static void packet_send(struct packet *packet)
{
	if (packet->lines)
		packet->fn(packet->data, packet->length, packet->lines, packet->arg);
	packet->length = 0;
	packet->lines = 0;
}

/* Adds `lines` lines that must not be parted. 0 or -ENOMEM. */
static int packet_put(struct packet *packet, const struct skstat_buffer *text, size_t lines)
{
	if (text->failed)
		return -ENOMEM;
	if (text->length > packet->size) {
		packet->too_long += lines;
		return 0;
	}
	if (packet->lines && packet->size - packet->length < text->length + 1)
		packet_send(packet);
	if (packet->lines)
		packet->data[packet->length++] = '\n';
	memcpy(packet->data + packet->length, text->data, text->length);
	packet->length += text->length;
	packet->lines += lines;
	return 0;
}

/* Into format->name, ended by 0. */
static int name_make(struct skstat_statsd_format *format, const struct skstat_family *family,
		     const struct skstat_series *series)
{
	const char *name = family->name;
	struct skstat_buffer *made = &format->name;

	if (strncmp(name, OWN, strlen(OWN)) == 0)
		name += strlen(OWN);
	skstat_buffer_clear(made);
	skstat_buffer_text(made, format->prefix);
	put_name(made, name, "-_");
	for (size_t i = 0; i < series->labels; i++) {
		skstat_buffer_text(made, ".");
		put_name(made, series->label[i].value, "-_");
	}
	skstat_buffer_put(made, "", 1);
	return made->failed ? -ENOMEM : 0;
}

/* --- which series it is */

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
static uint32_t list_learn(struct skstat_statsd_format *format, const struct skstat_labels *labels)
{
	struct skstat_buffer values = { 0 };
	struct list *grown;

	values_put(&values, labels->label, labels->count);
	/* Of no label: a place to point to. */
	skstat_buffer_put(&values, "", 1);
	for (size_t i = 0; i < format->lists && !values.failed; i++)
		if (format->list[i].length == values.length &&
		    memcmp(format->list[i].values, values.data, values.length) == 0) {
			skstat_buffer_free(&values);
			return (uint32_t)i + 1;
		}
	grown = values.failed ? NULL : realloc(format->list, (format->lists + 1) * sizeof(*grown));
	if (!grown) {
		skstat_buffer_free(&values);
		return 0;
	}
	format->list = grown;
	grown[format->lists].values = skstat_buffer_take(&values, &grown[format->lists].length);
	return (uint32_t)++format->lists;
}

/* The id + 1 of the list, or 0: no memory. */
static uint32_t list_id(struct skstat_statsd_format *format, const struct skstat_labels *labels)
{
	size_t number = labels->number;
	uint32_t id = format->id[number];

	if (id)
		return id;
	if (number < format->ids_before)
		id = format->id_before[number];
	if (!id || format->list[id - 1].length != list_length(labels) ||
	    !values_are(format->list[id - 1].values, labels->label, labels->count))
		id = list_learn(format, labels);
	return format->id[number] = id;
}

/* Before a set is read. False: no memory. */
static bool lists_begin(struct skstat_statsd_format *format, const struct skstat_families *set)
{
	uint32_t *id;

	/* Those of groups and namespaces that are gone. */
	if (format->lists > 2 * set->lists + 64) {
		places_drop(format, 0);
		lists_drop(format);
	}
	id = calloc(set->lists + 1, sizeof(*id));
	if (!id)
		return false;
	free(format->id_before);
	format->id_before = format->id;
	format->ids_before = format->ids;
	format->id = id;
	format->ids = set->lists;
	return true;
}

/* The place of that family of the set, empty if another was there. NULL: no memory. */
static struct place *place_of(struct skstat_statsd_format *format, size_t number, const struct skstat_family *family)
{
	struct place *place;

	if (number >= format->places) {
		struct place *grown = realloc(format->place, (number + 1) * sizeof(*grown));

		if (!grown)
			return NULL;
		format->place = grown;
		memset(grown + format->places, 0, (number + 1 - format->places) * sizeof(*grown));
		format->places = number + 1;
	}
	place = &format->place[number];
	if (place->known && place->type == family->type && place->waste < WASTE_MAX &&
	    strcmp(place->text.data, family->name) == 0)
		return place;
	place_clear(place);
	skstat_buffer_put(&place->text, family->name, strlen(family->name) + 1);
	if (place->text.failed)
		return NULL;
	place->type = family->type;
	place->known = true;
	return place;
}

static inline bool slot_is(const struct place *place, const struct slot *slot, const struct skstat_series *series,
			   uint32_t list)
{
	/* An id that is not known yet is none. */
	if (slot->list != list || slot->labels != series->labels || !list != !series->shared)
		return false;
	if (list)
		return !slot->last || slot->last == series->label[series->labels - 1].value;
	return !series->labels || values_are(place->text.data + slot->values, series->label, series->labels);
}

/* The slot is the series' from now on. 0 or -ENOMEM. */
static int slot_fill(struct skstat_statsd_format *format, struct place *place, struct slot *slot,
		     const struct skstat_family *family, const struct skstat_series *series, uint32_t list)
{
	struct skstat_buffer *text = &place->text;
	size_t values = text->length, name;

	if (name_make(format, family, series))
		return -ENOMEM;
	if (!series->shared)
		values_put(text, series->label, series->labels);
	name = text->length;
	skstat_buffer_put(text, format->name.data, format->name.length);
	if (text->failed || text->length > UINT32_MAX)
		return -ENOMEM;
	*slot = (struct slot){
		.list = list, .labels = (uint32_t)series->labels,
		.last = list && series->labels > series->shared->count ?
				series->label[series->labels - 1].value : NULL,
		.values = (uint32_t)values, .name = (uint32_t)name, .length = (uint32_t)format->name.length - 1,
	};
	return 0;
}

/* The slot of the place's series of that number. NULL: no memory. */
static struct slot *slot_of(struct skstat_statsd_format *format, struct place *place,
			    const struct skstat_family *family, size_t number)
{
	const struct skstat_series *series = &family->series[number];
	uint32_t list = series->shared ? list_id(format, series->shared) : 0;
	struct slot *slot;

	if (series->shared && !list)
		return NULL;
	if (number < place->count && slot_is(place, &place->slot[number], series, list))
		return &place->slot[number];
	if (number >= place->room) {
		size_t room = family->count > 2 * place->room ? family->count : 2 * place->room;
		struct slot *grown = realloc(place->slot, room * sizeof(*grown));

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
	if (!slot_fill(format, place, slot, family, series, list))
		return slot;
	place_clear(place);
	return NULL;
}

/* --- what is sent of it */

/* Appends a line's beginning to `at`, which has room. Returns the end. */
static char *line_begin(char *at, const char *name, size_t length)
{
	memcpy(at, name, length);
	at[length] = ':';
	return at + length + 1;
}

/* Room for two lines of that name, in the packet if it has that much, or else apart. NULL: no memory. */
static char *lines_begin(struct skstat_statsd_format *format, struct packet *packet, size_t length)
{
	size_t room = 2 * (length + LINE_REST);

	skstat_buffer_clear(&format->lines);
	if (packet->size - packet->length < room)
		return skstat_buffer_room(&format->lines, room);
	return packet->data + packet->length + (packet->lines > 0);
}

/* `lines` lines that begin at `start`, which was given for them, and must not be parted. 0 or -ENOMEM. */
static int lines_end(struct skstat_statsd_format *format, struct packet *packet, const char *start, const char *end,
		     size_t lines)
{
	if (start == format->lines.data) {
		skstat_buffer_written(&format->lines, end);
		return packet_put(packet, &format->lines, lines);
	}
	if (packet->lines)
		packet->data[packet->length] = '\n';
	packet->length = (size_t)(end - packet->data);
	packet->lines += lines;
	return 0;
}

static int gauge_put(struct skstat_statsd_format *format, const char *name, size_t length, double value,
		     struct packet *packet)
{
	char *start, *at;

	if (!isfinite(value))
		return 0;
	start = lines_begin(format, packet, length);
	if (!start)
		return -ENOMEM;
	at = line_begin(start, name, length);
	if (value < 0) {
		memcpy(at, "0|g\n", 4);
		at = line_begin(at + 4, name, length);
	}
	at = skstat_number_write(at, value);
	memcpy(at, "|g", 2);
	return lines_end(format, packet, start, at + 2, value < 0 ? 2 : 1);
}

/* The counter of that name, or NULL: no memory. */
static struct counter *counter_take(struct skstat_statsd_format *format, const char *name, size_t length)
{
	struct counter *counter;

	HASH_FIND(hh, format->counter, name, length, counter);
	if (counter)
		return counter;
	counter = calloc(1, sizeof(*counter) + length + 1);
	if (!counter)
		return NULL;
	memcpy(counter->name, name, length);
	counter->length = length;
	counter->added = true;
	HASH_ADD_KEYPTR(hh, format->counter, counter->name, length, counter);
	if (!counter->added) {
		free(counter);
		return NULL;
	}
	return counter;
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

static int counter_read(struct skstat_statsd_format *format, const struct place *place, struct slot *slot,
			double value)
{
	struct counter *counter = slot->counter;

	/* Nobody else may hold the counter, which then is forgotten with this set. */
	slot->counter = NULL;
	if (!isfinite(value))
		return 0;
	if (!counter)
		counter = counter_take(format, place->text.data + slot->name, slot->length);
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
 * What is not is left to slot_of() and counter_read().
 */
static size_t counters_go_on(struct skstat_statsd_format *format, const struct place *place,
			     const struct skstat_family *family, size_t number)
{
	size_t count = family->count < place->count ? family->count : place->count;
	const uint64_t set = format->set;

	for (; number < count; number++) {
		const struct skstat_series *series = &family->series[number];
		const struct slot *slot = &place->slot[number];
		struct counter *counter = slot->counter;

		if (!counter || counter->set == set ||
		    !slot_is(place, slot, series, series->shared ? format->id[series->shared->number] : 0))
			break;
		if (series->value != counter->current || !counter->quiet) {
			if (!isfinite(series->value))
				break;
			counter->current = series->value;
			counter_queue(format, counter);
		}
		counter_see(format, counter);
	}
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

static int counter_put(struct skstat_statsd_format *format, struct counter *counter, struct packet *packet)
{
	char *start, *at;
	double grown;
	int err;

	if (counter->current < counter->last)
		counter->sent = 0;
	counter->last = counter->current;
	grown = counter->current - counter->sent;
	if (grown > FINE_MAX)
		grown = round(grown);
	else
		grown = round(grown * SCALE) / SCALE;
	/* What is below half a step, or was sent too much by as much, stays for a later set. */
	if (grown <= 0)
		return 0;

	start = lines_begin(format, packet, counter->length);
	if (!start)
		return -ENOMEM;
	at = line_begin(start, counter->name, counter->length);
	at = grown > FINE_MAX ? skstat_number_write(at, grown) : put_fixed(at, grown);
	memcpy(at, "|c", 2);
	err = lines_end(format, packet, start, at + 2, 1);
	if (!err)
		counter->sent += grown;
	return err;
}

static int family_read(struct skstat_statsd_format *format, const struct skstat_families *set, size_t number,
		       bool stale, struct packet *packet)
{
	const struct skstat_family *family = &set->family[number];
	bool gauge = family->type == SKSTAT_METRIC_GAUGE;
	struct place *place;
	int err = 0;

	if (family->type == SKSTAT_METRIC_HISTOGRAM || (gauge && stale) ||
	    strncmp(family->name, ABOUT_STATSD, strlen(ABOUT_STATSD)) == 0) {
		/* Of another family that was here, the counters are forgotten. */
		if (number < format->places && format->place[number].type != SKSTAT_METRIC_GAUGE)
			place_clear(&format->place[number]);
		return 0;
	}
	place = place_of(format, number, family);
	if (!place)
		return -ENOMEM;
	for (size_t i = 0; !err && i < family->count; i++) {
		struct slot *slot;
		double value;

		if (!gauge) {
			i = counters_go_on(format, place, family, i);
			if (i == family->count)
				break;
		}
		value = family->series[i].value;
		slot = slot_of(format, place, family, i);
		if (!slot)
			return -ENOMEM;
		err = gauge ? gauge_put(format, place->text.data + slot->name, slot->length, value, packet) :
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

/* What the set's counters have grown; or, of the first set, where they start. */
static int counters_put(struct skstat_statsd_format *format, struct packet *packet)
{
	int err = 0;

	for (struct counter *counter = format->queue; counter && !err; counter = counter->next) {
		if (!format->started)
			counter->last = counter->sent = counter->current;
		else
			err = counter_put(format, counter, packet);
		counter->quiet = counter->sent == counter->current && counter->last == counter->current;
	}
	return err;
}

int skstat_statsd_format_set(struct skstat_statsd_format *format, const struct skstat_families *set, bool stale,
			     size_t size, skstat_datagram_fn fn, void *arg, size_t *too_long)
{
	struct packet packet = { .data = malloc(size ? size : 1), .size = size, .fn = fn, .arg = arg };
	int err = packet.data ? 0 : -ENOMEM;

	format->set++;
	format->seen = 0;
	format->queue = NULL;
	format->queue_end = &format->queue;
	if (!err && !lists_begin(format, set))
		err = -ENOMEM;
	for (size_t i = 0; !err && i < set->count; i++)
		err = family_read(format, set, i, stale, &packet);
	if (!err)
		places_drop(format, set->count);
	/* Of a set that was not read to its end, nobody knows which counters it has. */
	if (!err) {
		if (format->seen != HASH_COUNT(format->counter))
			counters_forget(format);
		err = counters_put(format, &packet);
	}
	if (!err)
		format->started = true;
	packet_send(&packet);
	free(packet.data);
	if (too_long)
		*too_long = packet.too_long;
	return err;
}
