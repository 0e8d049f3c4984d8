// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "statsd_counter.h"
#include "statsd_format.h"

/* gcc's analyzer takes what hangs from uthash's table for lost. The sanitizer, in the tests, sees what is. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define DECIMALS 6
#define SCALE 1e6 /* 10^DECIMALS */
#define FINE_MAX 9e9 /* above, SCALE times the value is no integer that a double can tell from the next */

/* "|@0.05": without printf, whose point is the locale's. */
static void rate_write(char *at, uint32_t rate)
{
	uint32_t digit = SKSTAT_STATSD_RATE;

	memcpy(at, "|@0.", 4);
	for (at += 4; rate; rate %= digit)
		*at++ = (char)('0' + rate / (digit /= 10));
	*at = '\0';
}

void skstat_counters_draw(struct skstat_statsd_counters *counters, uint32_t rate, uint64_t seed)
{
	counters->rate = rate;
	counters->chance = seed;
	rate_write(counters->rate_text, rate);
}

static void counter_forget(struct skstat_statsd_counters *counters, struct skstat_statsd_counter *counter)
{
	HASH_DEL(counters->first, counter);
	free(counter);
}

void skstat_counters_free(struct skstat_statsd_counters *counters)
{
	struct skstat_statsd_counter *counter, *next;

	for (counter = counters->first; counter; counter = next) {
		next = counter->hh.next;
		counter_forget(counters, counter);
	}
}

/* Those that this set does not have. */
static void counters_forget(struct skstat_statsd_counters *counters)
{
	struct skstat_statsd_counter *counter, *next;

	for (counter = counters->first; counter; counter = next) {
		next = counter->hh.next;
		if (counter->set != counters->set)
			counter_forget(counters, counter);
	}
}

void skstat_counters_begin(struct skstat_statsd_counters *counters)
{
	counters->set++;
	counters->seen = 0;
	counters->queue = NULL;
	counters->queue_end = &counters->queue;
}

/* A counter that was not there, or NULL: no memory. */
static struct skstat_statsd_counter *counter_add(struct skstat_statsd_counters *counters, const char *name,
						 size_t length, size_t tail)
{
	struct skstat_statsd_counter *counter = calloc(1, sizeof(*counter) + length + 1);

	if (!counter)
		return NULL;
	memcpy(counter->name, name, length);
	counter->length = length;
	counter->tail = tail;
	counter->added = true;
	HASH_ADD_KEYPTR(hh, counters->first, counter->name, length, counter);
	if (counter->added)
		return counter;
	free(counter);
	return NULL;
}

struct skstat_statsd_counter *skstat_counter_take(struct skstat_statsd_counters *counters, const char *name,
						  size_t length, size_t tail)
{
	struct skstat_statsd_counter *counter;

	HASH_FIND(hh, counters->first, name, length, counter);
	return counter ? counter : counter_add(counters, name, length, tail);
}

void skstat_counter_read(struct skstat_statsd_counters *counters, struct skstat_statsd_counter *counter, double value)
{
	if (counter->set != counters->set) {
		counter->current = 0;
		counter->set = counters->set;
		counters->seen++;
	}
	counter->current += value;
	if (counter->queued != counters->set)
		skstat_counter_queue(counters, counter);
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
static bool is_drawn(struct skstat_statsd_counters *counters)
{
	uint64_t state = counters->chance;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	counters->chance = state;
	return ((state * UINT64_C(2685821657736338717)) >> 32) * SKSTAT_STATSD_RATE >> 32 < counters->rate;
}

/* What stands behind the type of a counter. */
static char *put_rest(const struct skstat_statsd_counters *counters, const struct skstat_statsd_counter *counter,
		      char *at)
{
	size_t length = strlen(counters->rate_text);

	memcpy(at, counters->rate_text, length);
	memcpy(at + length, counter->name + counter->length - counter->tail, counter->tail);
	return at + length + counter->tail;
}

static SKSTAT_ALWAYS_INLINE int counter_put(struct skstat_statsd_counters *counters,
					    struct skstat_statsd_counter *counter,
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
	if (!plain && counters->rate && !is_drawn(counters)) {
		counter->sent = counter->current;
		return 0;
	}

	start = skstat_packet_begin(packet, 2 * (counter->length + SKSTAT_LINE_REST));
	if (!start)
		return -ENOMEM;
	at = skstat_line_begin(start, counter->name, plain ? counter->length : counter->length - counter->tail);
	at = put_grown(at, &grown);
	memcpy(at, "|c", 2);
	at += 2;
	if (!plain)
		at = put_rest(counters, counter, at);
	err = skstat_packet_end(packet, start, at, 1);
	if (!err)
		counter->sent += grown;
	return err;
}

static SKSTAT_ALWAYS_INLINE int queue_put(struct skstat_statsd_counters *counters, struct skstat_packet *packet,
					  const bool plain)
{
	int err = 0;

	for (struct skstat_statsd_counter *counter = counters->queue; counter && !err; counter = counter->next) {
		if (!counters->started)
			counter->last = counter->sent = counter->current;
		else
			err = counter_put(counters, counter, packet, plain);
		counter->quiet = counter->sent == counter->current && counter->last == counter->current;
	}
	return err;
}

int skstat_counters_put(struct skstat_statsd_counters *counters, struct skstat_packet *packet)
{
	int err;

	if (counters->seen != HASH_COUNT(counters->first))
		counters_forget(counters);
	err = counters->plain ? queue_put(counters, packet, true) : queue_put(counters, packet, false);
	if (!err)
		counters->started = true;
	return err;
}
