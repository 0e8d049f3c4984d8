// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "protobuf.h"
#include "protobuf_format.h"
#include "source/utf8.h"

#define STARTED "process_start_time_seconds"
#define GAP_MAX 2 /* empty buckets that are written as such; a span of its own is no shorter */

/* Fields by their numbers in docs/metrics.proto. */
enum { FAMILY_NAME = 1, FAMILY_HELP, FAMILY_TYPE, FAMILY_METRIC, FAMILY_UNIT };
enum { METRIC_LABEL = 1, METRIC_GAUGE = 2, METRIC_COUNTER = 3, METRIC_HISTOGRAM = 7 };
enum { LABEL_NAME = 1, LABEL_VALUE };
enum { VALUE = 1 }; /* of a gauge and of a counter */
enum {
	HISTOGRAM_COUNT = 1, HISTOGRAM_SUM, HISTOGRAM_BUCKET,
	HISTOGRAM_SCHEMA = 5, HISTOGRAM_ZERO_THRESHOLD, HISTOGRAM_ZERO_COUNT,
	HISTOGRAM_SPAN = 12, HISTOGRAM_DELTA, HISTOGRAM_CREATED = 15,
};
enum { BUCKET_COUNT = 1, BUCKET_EDGE, BUCKET_EXEMPLAR };
enum { EXEMPLAR_LABEL = 1, EXEMPLAR_VALUE, EXEMPLAR_TIME };
enum { SPAN_OFFSET = 1, SPAN_LENGTH };
enum { TIME_SECONDS = 1, TIME_NANOS };

static const unsigned char types[] = {
	[SKSTAT_METRIC_COUNTER] = 0,
	[SKSTAT_METRIC_GAUGE] = 1,
	[SKSTAT_METRIC_HISTOGRAM] = 4,
};

struct piece {
	size_t at, length;
	bool made;
};

struct protobuf {
	struct skstat_buffer pieces; /* the labels of the set's lists */
	struct piece *shared;	     /* by number of the list */
	struct skstat_buffer family; /* what is to stand behind its length, as it grows */
	struct skstat_buffer histogram, text;
	struct skstat_buffer part; /* a label, an exemplar or the deltas, until it is known how long it is */
	int64_t wall_ns; /* of the set */
	struct skstat_buffer created; /* when what starts at 0 has started; empty: that is not known */
};

static void put_string(struct protobuf *p, struct skstat_buffer *buffer, unsigned int field, const char *string)
{
	struct skstat_buffer *text = &p->text;

	skstat_buffer_clear(text);
	while (*string) {
		size_t length = skstat_utf8_length(string);

		if (length)
			skstat_buffer_put(text, string, length);
		else
			skstat_buffer_text(text, SKSTAT_UTF8_REPLACEMENT);
		string += length ? length : 1;
	}
	buffer->failed |= text->failed;
	skstat_put_bytes(buffer, field, text->data, text->length);
}

/* A label is a message of two strings: short enough for its length to be known when its name and value are. */
static void put_label(struct protobuf *p, struct skstat_buffer *buffer, const struct skstat_label *label)
{
	struct skstat_buffer *pair = &p->part;

	skstat_buffer_clear(pair);
	put_string(p, pair, LABEL_NAME, label->name);
	put_string(p, pair, LABEL_VALUE, label->value);
	buffer->failed |= pair->failed;
	skstat_put_bytes(buffer, METRIC_LABEL, pair->data, pair->length);
}

/* The series' labels, of which those that are shared were made once. Good until the next piece is made. */
static struct piece labels_piece(struct protobuf *p, const struct skstat_series *series)
{
	const struct skstat_labels *shared = series->shared;
	struct piece *piece = shared ? &p->shared[shared->number] : NULL;
	struct piece own = { .at = p->pieces.length };

	if (piece && !piece->made) {
		for (size_t i = 0; i < shared->count; i++)
			put_label(p, &p->pieces, &shared->label[i]);
		*piece = (struct piece){ own.at, p->pieces.length - own.at, true };
		own.at = p->pieces.length;
	}
	if (piece && series->labels == shared->count)
		return *piece;
	if (piece && skstat_buffer_room(&p->pieces, piece->length))
		skstat_buffer_put(&p->pieces, p->pieces.data + piece->at, piece->length);
	for (size_t i = shared ? shared->count : 0; i < series->labels; i++)
		put_label(p, &p->pieces, &series->label[i]);
	own.length = p->pieces.length - own.at;
	/* For this series alone: the next piece is written over it. */
	p->pieces.length = own.at;
	return own;
}

/* A metric's beginning, up to its value, which is a message of `length` bytes. */
static void put_metric(struct protobuf *p, const struct skstat_series *series, unsigned int field, size_t length)
{
	struct piece labels = labels_piece(p, series);
	char key[2 * SKSTAT_WIRE_VARINT_SIZE];
	char *end = skstat_wire_varint(skstat_wire_key(key, field, SKSTAT_WIRE_LENGTH), length);
	size_t head = (size_t)(end - key);

	p->family.failed |= p->pieces.failed;
	skstat_put_length(&p->family, FAMILY_METRIC, labels.length + head + length);
	skstat_buffer_put(&p->family, p->pieces.data ? p->pieces.data + labels.at : NULL, labels.length);
	skstat_buffer_put(&p->family, key, head);
}

static void put_value(struct protobuf *p, const struct skstat_series *series, unsigned int field)
{
	put_metric(p, series, field, SKSTAT_WIRE_DOUBLE_SIZE);
	skstat_put_double(&p->family, VALUE, series->value);
}

/* Into p->text: a Timestamp. */
static void make_time(struct protobuf *p, int64_t ns)
{
	skstat_buffer_clear(&p->text);
	skstat_put_varint(&p->text, TIME_SECONDS, (uint64_t)(ns / 1000000000));
	skstat_put_varint(&p->text, TIME_NANOS, (uint64_t)(ns % 1000000000));
}

/* Into p->part: an Exemplar, by its connection's cookie. */
static void make_exemplar(struct protobuf *p, const struct skstat_exemplar *exemplar)
{
	static const char name[] = "cookie";
	char cookie[SKSTAT_NUMBER_SIZE], pair[sizeof(name) + SKSTAT_NUMBER_SIZE + 8], *end;
	size_t length = (size_t)(skstat_integer_write(cookie, exemplar->cookie) - cookie);

	end = skstat_wire_varint(skstat_wire_key(pair, LABEL_NAME, SKSTAT_WIRE_LENGTH), sizeof(name) - 1);
	end = mempcpy(end, name, sizeof(name) - 1);
	end = skstat_wire_varint(skstat_wire_key(end, LABEL_VALUE, SKSTAT_WIRE_LENGTH), length);
	end = mempcpy(end, cookie, length);
	skstat_buffer_clear(&p->part);
	skstat_put_bytes(&p->part, EXEMPLAR_LABEL, pair, (size_t)(end - pair));
	skstat_put_double(&p->part, EXEMPLAR_VALUE, exemplar->value);
	make_time(p, (int64_t)exemplar->time_ns + p->wall_ns);
	p->part.failed |= p->text.failed;
	skstat_put_bytes(&p->part, EXEMPLAR_TIME, p->text.data, p->text.length);
}

static void put_bucket(struct protobuf *p, struct skstat_buffer *out, uint64_t total, double edge,
		       const struct skstat_exemplar *exemplar)
{
	char bucket[2 * SKSTAT_WIRE_VARINT_SIZE + SKSTAT_WIRE_DOUBLE_SIZE], key[2 * SKSTAT_WIRE_VARINT_SIZE], *end;
	size_t head = 0;

	end = skstat_wire_key(bucket, BUCKET_COUNT, SKSTAT_WIRE_VARINT);
	end = skstat_wire_varint(end, total);
	end = skstat_wire_double(end, BUCKET_EDGE, edge);
	if (!exemplar) {
		skstat_put_bytes(out, HISTOGRAM_BUCKET, bucket, (size_t)(end - bucket));
		return;
	}
	make_exemplar(p, exemplar);
	out->failed |= p->part.failed;
	head = (size_t)(skstat_wire_varint(skstat_wire_key(key, BUCKET_EXEMPLAR, SKSTAT_WIRE_LENGTH),
					   p->part.length) - key);
	skstat_put_length(out, HISTOGRAM_BUCKET, (size_t)(end - bucket) + head + p->part.length);
	skstat_buffer_put(out, bucket, (size_t)(end - bucket));
	skstat_buffer_put(out, key, head);
	skstat_buffer_put(out, p->part.data, p->part.length);
}

/* The last bucket goes without saying, unless it has an exemplar. */
static uint64_t put_classic(struct protobuf *p, struct skstat_buffer *out,
			    const struct skstat_distribution *distribution)
{
	uint64_t total = 0;

	for (size_t i = 0; i <= distribution->edges; i++) {
		const struct skstat_exemplar *exemplar = distribution->exemplar ? &distribution->exemplar[i] : NULL;

		if (exemplar && !exemplar->cookie)
			exemplar = NULL;
		total += distribution->count ? distribution->count[i] : 0;
		if (i < distribution->edges)
			put_bucket(p, out, total, distribution->edge[i], exemplar);
		else if (exemplar)
			put_bucket(p, out, total, (double)INFINITY, exemplar);
	}
	return total;
}

/* What is above the last edge is in one more bucket: in none, it would be taken for what is no number. */
static uint64_t native_count(const struct skstat_native *native, size_t bucket)
{
	return bucket < native->buckets ? native->count[bucket] : bucket == native->buckets ? native->high : 0;
}

static void put_span(struct skstat_buffer *out, int64_t offset, uint64_t length)
{
	char span[4 * SKSTAT_WIRE_VARINT_SIZE], *end;

	end = skstat_wire_key(span, SPAN_OFFSET, SKSTAT_WIRE_VARINT);
	end = skstat_wire_varint(end, skstat_wire_zigzag(offset));
	end = skstat_wire_key(end, SPAN_LENGTH, SKSTAT_WIRE_VARINT);
	end = skstat_wire_varint(end, length);
	skstat_put_bytes(out, HISTOGRAM_SPAN, span, (size_t)(end - span));
}

/* The first bucket from `bucket` on that is not empty, or the one behind the last. */
static size_t next_full(const struct skstat_native *native, size_t bucket)
{
	while (bucket <= native->buckets && !native_count(native, bucket))
		bucket++;
	return bucket;
}

/* Where the span that begins at `bucket` ends: before a gap that is too long to be in it. */
static size_t span_end(const struct skstat_native *native, size_t bucket)
{
	for (;;) {
		size_t next = next_full(native, ++bucket);

		if (next > native->buckets || next - bucket > GAP_MAX)
			return bucket;
		bucket = next;
	}
}

static void put_native(struct protobuf *p, struct skstat_buffer *out, const struct skstat_native *native)
{
	struct skstat_buffer *deltas = &p->part;
	size_t bucket = next_full(native, 0);
	int64_t at = 0; /* where the span before has ended, as an index of the schema */
	uint64_t before = 0;

	skstat_put_varint(out, HISTOGRAM_SCHEMA, skstat_wire_zigzag(native->schema));
	skstat_put_double(out, HISTOGRAM_ZERO_THRESHOLD, native->threshold);
	skstat_put_varint(out, HISTOGRAM_ZERO_COUNT, native->low);
	/* By a span it is known for a native one, also while nothing was measured. */
	if (bucket > native->buckets)
		put_span(out, 0, 0);
	skstat_buffer_clear(deltas);
	while (bucket <= native->buckets) {
		size_t end = span_end(native, bucket);
		int64_t index = (int64_t)native->first + (int64_t)bucket;

		put_span(out, index - at, end - bucket);
		at = index + (int64_t)(end - bucket);
		for (; bucket < end; bucket++) {
			uint64_t count = native_count(native, bucket);
			char *room = skstat_buffer_room(deltas, SKSTAT_WIRE_VARINT_SIZE);

			if (!room)
				break;
			skstat_buffer_written(deltas, skstat_wire_varint(room,
							skstat_wire_zigzag((int64_t)(count - before))));
			before = count;
		}
		if (deltas->failed)
			break;
		bucket = next_full(native, end);
	}
	out->failed |= deltas->failed;
	if (deltas->length)
		skstat_put_bytes(out, HISTOGRAM_DELTA, deltas->data, deltas->length);
}

static void put_distribution(struct protobuf *p, const struct skstat_series *series)
{
	const struct skstat_distribution *distribution = &series->distribution;
	struct skstat_buffer *out = &p->histogram;
	uint64_t total;

	skstat_buffer_clear(out);
	total = put_classic(p, out, distribution);
	skstat_put_varint(out, HISTOGRAM_COUNT, total);
	skstat_put_double(out, HISTOGRAM_SUM, distribution->sum);
	if (distribution->native)
		put_native(p, out, distribution->native);
	if (p->created.length)
		skstat_put_bytes(out, HISTOGRAM_CREATED, p->created.data, p->created.length);
	p->family.failed |= out->failed;
	put_metric(p, series, METRIC_HISTOGRAM, out->length);
	skstat_buffer_put(&p->family, out->data, out->length);
}

static void put_name(struct protobuf *p, const struct skstat_family *family)
{
	static const char suffix[] = "_total";
	size_t length = strlen(family->name);
	bool counter = family->type == SKSTAT_METRIC_COUNTER;

	skstat_put_length(&p->family, FAMILY_NAME, length + (counter ? sizeof(suffix) - 1 : 0));
	skstat_buffer_put(&p->family, family->name, length);
	if (counter)
		skstat_buffer_text(&p->family, suffix);
}

static void put_family(struct protobuf *p, struct skstat_buffer *out, const struct skstat_family *family)
{
	char length[SKSTAT_WIRE_VARINT_SIZE];

	skstat_buffer_clear(&p->family);
	put_name(p, family);
	put_string(p, &p->family, FAMILY_HELP, family->help);
	skstat_put_varint(&p->family, FAMILY_TYPE, types[family->type]);
	if (*family->unit)
		put_string(p, &p->family, FAMILY_UNIT, family->unit);
	for (size_t i = 0; i < family->count && !p->family.failed; i++) {
		if (family->type == SKSTAT_METRIC_HISTOGRAM)
			put_distribution(p, &family->series[i]);
		else
			put_value(p, &family->series[i],
				  family->type == SKSTAT_METRIC_COUNTER ? METRIC_COUNTER : METRIC_GAUGE);
	}
	out->failed |= p->family.failed;
	skstat_buffer_put(out, length, (size_t)(skstat_wire_varint(length, p->family.length) - length));
	skstat_buffer_put(out, p->family.data, p->family.length);
}

/* Distributions are counted from the start of the process on. */
static void put_created(struct skstat_buffer *created, const struct skstat_families *set)
{
	const struct skstat_family *started = skstat_family_find(set, STARTED);
	double seconds, fraction;

	if (!started || !started->count)
		return;
	fraction = modf(started->series->value, &seconds);
	skstat_put_varint(created, TIME_SECONDS, (uint64_t)seconds);
	skstat_put_varint(created, TIME_NANOS, (uint64_t)(fraction * 1e9));
}

void skstat_protobuf_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale)
{
	struct skstat_series series;
	const struct skstat_family up = skstat_up_family(&series, stale);
	struct protobuf p = { .wall_ns = set->wall_ns, .shared = calloc(set->lists + 1, sizeof(*p.shared)) };

	if (!p.shared)
		buffer->failed = true;
	put_created(&p.created, set);
	if (!buffer->failed)
		put_family(&p, buffer, &up);
	for (size_t i = 0; i < set->count && !buffer->failed; i++)
		if (skstat_family_shown(&set->family[i], stale))
			put_family(&p, buffer, &set->family[i]);
	buffer->failed |= p.created.failed;
	free(p.shared);
	skstat_buffer_free(&p.pieces);
	skstat_buffer_free(&p.family);
	skstat_buffer_free(&p.histogram);
	skstat_buffer_free(&p.part);
	skstat_buffer_free(&p.text);
	skstat_buffer_free(&p.created);
}
