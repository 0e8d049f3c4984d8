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
#define FINE_MAX 9e9 /* above, SCALE times the value is no integer that a double can tell from the next */

struct counter {
	UT_hash_handle hh;
	uint64_t set; /* in which it was last seen */
	bool added;
	double last;	/* its value in that set */
	double current; /* in the set that is being read */
	double sent;	/* up to where the server knows it */
	char name[];
};

struct skstat_statsd_format {
	struct counter *counter; /* by name, in the order in which they came */
	uint64_t set;		 /* number of the one that is being read */
	bool started;		 /* one has been read to its end */
	struct skstat_buffer name;
	struct skstat_buffer lines; /* what belongs together: one line, or two of a negative gauge */
	char *prefix;		    /* with its dot; or "" */
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

void skstat_statsd_format_free(struct skstat_statsd_format *format)
{
	struct counter *counter, *next;

	if (!format)
		return;
	for (counter = format->counter; counter; counter = next) {
		next = counter->hh.next;
		counter_forget(format, counter);
	}
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

/* Begins a line in format->lines. */
static struct skstat_buffer *line_begin(struct skstat_statsd_format *format, const char *name)
{
	skstat_buffer_clear(&format->lines);
	skstat_buffer_text(&format->lines, name);
	skstat_buffer_text(&format->lines, ":");
	return &format->lines;
}

static int gauge_put(struct skstat_statsd_format *format, double value, struct packet *packet)
{
	const char *name = format->name.data;
	struct skstat_buffer *lines;

	if (!isfinite(value))
		return 0;
	lines = line_begin(format, name);
	if (value < 0) {
		skstat_buffer_text(lines, "0|g\n");
		skstat_buffer_text(lines, name);
		skstat_buffer_text(lines, ":");
	}
	skstat_buffer_number(lines, value);
	skstat_buffer_text(lines, "|g");
	return packet_put(packet, lines, value < 0 ? 2 : 1);
}

/* The counter of format->name, or NULL: no memory. */
static struct counter *counter_take(struct skstat_statsd_format *format)
{
	size_t length = format->name.length - 1;
	struct counter *counter;

	HASH_FIND(hh, format->counter, format->name.data, length, counter);
	if (counter)
		return counter;
	counter = calloc(1, sizeof(*counter) + length + 1);
	if (!counter)
		return NULL;
	memcpy(counter->name, format->name.data, length);
	counter->added = true;
	HASH_ADD_KEYPTR(hh, format->counter, counter->name, length, counter);
	if (!counter->added) {
		free(counter);
		return NULL;
	}
	return counter;
}

static int counter_read(struct skstat_statsd_format *format, double value)
{
	struct counter *counter;

	if (!isfinite(value))
		return 0;
	counter = counter_take(format);
	if (!counter)
		return -ENOMEM;
	if (counter->set != format->set)
		counter->current = 0;
	counter->set = format->set;
	counter->current += value;
	return 0;
}

/* `value` in steps of 10^-DECIMALS. Not by printf: its point is the locale's. */
static void put_fixed(struct skstat_buffer *buffer, double value)
{
	uint64_t steps = (uint64_t)llround(value * SCALE);
	uint64_t rest = steps % (uint64_t)SCALE;

	skstat_buffer_number(buffer, (double)(steps / (uint64_t)SCALE));
	if (rest)
		skstat_buffer_text(buffer, ".");
	for (uint64_t digit = (uint64_t)SCALE / 10; rest; rest %= digit, digit /= 10)
		skstat_buffer_printf(buffer, "%llu", (unsigned long long)(rest / digit));
}

static int counter_put(struct skstat_statsd_format *format, struct counter *counter, struct packet *packet)
{
	struct skstat_buffer *line;
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

	line = line_begin(format, counter->name);
	if (grown > FINE_MAX)
		skstat_buffer_number(line, grown);
	else
		put_fixed(line, grown);
	skstat_buffer_text(line, "|c");
	err = packet_put(packet, line, 1);
	if (!err)
		counter->sent += grown;
	return err;
}

static int family_read(struct skstat_statsd_format *format, const struct skstat_family *family, bool stale,
		       struct packet *packet)
{
	bool gauge = family->type == SKSTAT_METRIC_GAUGE;
	int err = 0;

	if (family->type == SKSTAT_METRIC_HISTOGRAM || (gauge && stale) ||
	    strncmp(family->name, ABOUT_STATSD, strlen(ABOUT_STATSD)) == 0)
		return 0;
	for (size_t i = 0; !err && i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];

		err = name_make(format, family, series);
		if (!err)
			err = gauge ? gauge_put(format, series->value, packet) : counter_read(format, series->value);
	}
	return err;
}

/* All counters that this set has; the others are forgotten. */
static int counters_put(struct skstat_statsd_format *format, struct packet *packet)
{
	struct counter *counter, *next;
	int err = 0;

	for (counter = format->counter; counter; counter = next) {
		next = counter->hh.next;
		if (counter->set != format->set)
			counter_forget(format, counter);
		else if (!format->started)
			counter->last = counter->sent = counter->current;
		else if (!err)
			err = counter_put(format, counter, packet);
	}
	return err;
}

int skstat_statsd_format_set(struct skstat_statsd_format *format, const struct skstat_families *set, bool stale,
			     size_t size, skstat_datagram_fn fn, void *arg, size_t *too_long)
{
	struct packet packet = { .data = malloc(size ? size : 1), .size = size, .fn = fn, .arg = arg };
	int err = packet.data ? 0 : -ENOMEM;

	format->set++;
	for (size_t i = 0; !err && i < set->count; i++)
		err = family_read(format, &set->family[i], stale, &packet);
	/* Of a set that was not read to its end, nobody knows which counters it has. */
	if (!err)
		err = counters_put(format, &packet);
	if (!err)
		format->started = true;
	packet_send(&packet);
	free(packet.data);
	if (too_long)
		*too_long = packet.too_long;
	return err;
}
