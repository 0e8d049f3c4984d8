// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "text_format.h"
#include "source/utf8.h"

/*
 * A text is some thousand lines of few pieces: the family's name, labels that the lines of a group share, an edge, a
 * number. Each piece is made once and kept in `pieces`; a line is put together in a place that has room for all of it.
 * Pieces are copied in whole steps of STEP bytes: so much may be read, and written, behind the end of each.
 */
#define STEP 16

/*
 * Of a line behind its name and its labels, at most: an edge, a number, those of an exemplar, what is between, and so
 * much for copying.
 */
#define REST (5 * SKSTAT_NUMBER_SIZE + 4 * STEP + STEP)

struct piece {
	size_t at, length; /* in `pieces`; length 0: not made */
};

struct text {
	struct skstat_buffer *out;
	bool openmetrics; /* and not 0.0.4 */
	int64_t wall_ns;  /* of the set */
	struct skstat_buffer pieces;
	struct piece *shared; /* by number of the set's lists: name="value",name="value" */
	/* Of the last edges that were written: le="0.001"} and a blank, for each, +Inf behind them. */
	const double *edge;
	size_t edges, edge_room;
	struct piece *edge_piece;
};

/* What nobody has to look at twice: ASCII but for control characters, the quote and the backslash. */
static const bool plain[256] = {
	[' ' ... '!'] = true,
	['#' ... '['] = true,
	[']' ... '~'] = true,
};

/* How many of such the text begins with. */
static size_t plain_length(const char *text)
{
	const char *end = text;

	while (plain[(unsigned char)*end])
		end++;
	return (size_t)(end - text);
}

/* `special` characters are written with a backslash (newline as \n). */
static void put_escaped(struct skstat_buffer *buffer, const char *text, const char *special)
{
	const char *start = text; /* of what is to be written as it is */

	for (;;) {
		size_t length;

		text += plain_length(text);
		if (!*text)
			break;
		length = skstat_utf8_length(text);
		if (length && (length > 1 || !strchr(special, *text))) {
			text += length;
			continue;
		}
		skstat_buffer_put(buffer, start, (size_t)(text - start));
		if (!length) {
			skstat_buffer_text(buffer, SKSTAT_UTF8_REPLACEMENT);
		} else {
			const char escape[] = { '\\', *text == '\n' ? 'n' : *text };

			skstat_buffer_put(buffer, escape, sizeof(escape));
		}
		start = ++text;
	}
	skstat_buffer_put(buffer, start, (size_t)(text - start));
}

static void put_labels(struct skstat_buffer *buffer, const struct skstat_label *label, size_t labels)
{
	for (size_t i = 0; i < labels; i++) {
		if (i)
			skstat_buffer_put(buffer, ",", 1);
		skstat_buffer_text(buffer, label[i].name);
		skstat_buffer_put(buffer, "=\"", 2);
		put_escaped(buffer, label[i].value, "\\\"\n");
		skstat_buffer_put(buffer, "\"", 1);
	}
}

/* What was written to `pieces` from `start` on, with the room behind it that copying wants. */
static struct piece piece_end(struct text *text, size_t start)
{
	struct piece piece = { start, text->pieces.length - start };

	if (!skstat_buffer_room(&text->pieces, STEP))
		return (struct piece){ 0 };
	return piece;
}

/* The piece behind `at`, which has room for it and STEP more. Returns the end. */
static inline char *copy(const struct text *text, char *at, const struct piece *piece)
{
	const char *from = text->pieces.data + piece->at;

	for (size_t done = 0; done < piece->length; done += STEP)
		memcpy(at + done, from + done, STEP);
	return at + piece->length;
}

static struct piece name_piece(struct text *text, const char *name, const char *suffix)
{
	size_t start = text->pieces.length;

	skstat_buffer_text(&text->pieces, name);
	skstat_buffer_text(&text->pieces, suffix);
	return piece_end(text, start);
}

/* The series' labels. Good until the next piece is made, but for those that are all shared. */
static struct piece labels_piece(struct text *text, const struct skstat_series *series)
{
	const struct skstat_labels *shared = series->shared && series->shared->count ? series->shared : NULL;
	struct piece *piece = shared ? &text->shared[shared->number] : NULL;
	size_t start = text->pieces.length;
	struct piece made;

	if (piece && piece->length && series->labels == shared->count)
		return *piece;
	if (piece && !piece->length) {
		put_labels(&text->pieces, shared->label, shared->count);
		*piece = piece_end(text, start);
		if (series->labels == shared->count)
			return *piece;
		start = text->pieces.length;
	}
	if (piece) {
		char *at = skstat_buffer_room(&text->pieces, piece->length + STEP);

		if (!at)
			return *piece;
		skstat_buffer_written(&text->pieces, copy(text, at, piece));
		skstat_buffer_put(&text->pieces, ",", 1);
		put_labels(&text->pieces, series->label + shared->count, series->labels - shared->count);
	} else {
		put_labels(&text->pieces, series->label, series->labels);
	}
	made = piece_end(text, start);
	/* For this line alone: the next piece is written over it. */
	text->pieces.length = start;
	return made;
}

/* OpenMetrics' edges are floats to look at, so that 1 and 1.0 are not two. */
static void put_edge(struct text *text, double edge)
{
	char *start = skstat_buffer_room(&text->pieces, SKSTAT_NUMBER_SIZE + 2), *end;

	if (!start)
		return;
	end = skstat_number_write(start, edge);
	if (text->openmetrics && isfinite(edge) && !memchr(start, '.', (size_t)(end - start)) &&
	    !memchr(start, 'e', (size_t)(end - start))) {
		*end++ = '.';
		*end++ = '0';
	}
	skstat_buffer_written(&text->pieces, end);
}

/* Pieces of the distribution's edges, unless they are the last one's. False: no memory. */
static bool edges_make(struct text *text, const struct skstat_distribution *distribution)
{
	if (text->edge == distribution->edge && text->edges == distribution->edges && text->edge_room)
		return true;
	if (distribution->edges >= text->edge_room) {
		struct piece *grown = realloc(text->edge_piece, (distribution->edges + 1) * sizeof(*grown));

		if (!grown)
			return false;
		text->edge_piece = grown;
		text->edge_room = distribution->edges + 1;
	}
	for (size_t i = 0; i <= distribution->edges; i++) {
		size_t start = text->pieces.length;

		skstat_buffer_text(&text->pieces, "le=\"");
		put_edge(text, i < distribution->edges ? distribution->edge[i] : (double)INFINITY);
		skstat_buffer_text(&text->pieces, "\"} ");
		text->edge_piece[i] = piece_end(text, start);
	}
	text->edge = distribution->edge;
	text->edges = distribution->edges;
	return !text->pieces.failed;
}

/* Room for a line of these pieces, with its number and what is between them. */
static inline char *line_room(struct text *text, const struct piece *name, const struct piece *labels)
{
	return skstat_buffer_room(text->out, name->length + labels->length + REST);
}

/* A line without an edge. */
static inline void put_sample(struct text *text, const struct piece *name, const struct piece *labels, double value)
{
	char *at = line_room(text, name, labels);

	if (!at)
		return;
	at = copy(text, at, name);
	if (labels->length) {
		*at++ = '{';
		at = copy(text, at, labels);
		*at++ = '}';
	}
	*at++ = ' ';
	at = skstat_number_write(at, value);
	*at++ = '\n';
	skstat_buffer_written(text->out, at);
}

/* " # {cookie="7"} 0.5 1700000000.25": one to look for, when there is something in a bucket that should be empty. */
static char *put_exemplar(const struct text *text, char *at, const struct skstat_exemplar *exemplar)
{
	static const char head[] = " # {cookie=\"", tail[] = "\"} ";

	memcpy(at, head, sizeof(head) - 1);
	at = skstat_integer_write(at + sizeof(head) - 1, exemplar->cookie);
	memcpy(at, tail, sizeof(tail) - 1);
	at = skstat_number_write(at + sizeof(tail) - 1, exemplar->value);
	*at++ = ' ';
	return skstat_number_write(at, (double)(((int64_t)exemplar->time_ns + text->wall_ns) / 1000000) / 1e3);
}

static void put_distribution(struct text *text, const struct piece name[3], const struct skstat_series *series)
{
	const struct skstat_distribution *distribution = &series->distribution;
	struct piece labels;
	uint64_t total = 0;

	if (!edges_make(text, distribution)) {
		text->pieces.failed = true;
		return;
	}
	labels = labels_piece(text, series);
	if (text->pieces.failed)
		return;
	for (size_t i = 0; i <= distribution->edges; i++) {
		char *at = line_room(text, &name[0], &labels);

		if (!at)
			return;
		if (distribution->count)
			total += distribution->count[i];
		at = copy(text, at, &name[0]);
		*at++ = '{';
		if (labels.length) {
			at = copy(text, at, &labels);
			*at++ = ',';
		}
		at = copy(text, at, &text->edge_piece[i]);
		at = skstat_number_write(at, (double)total);
		if (text->openmetrics && distribution->exemplar && distribution->exemplar[i].cookie)
			at = put_exemplar(text, at, &distribution->exemplar[i]);
		*at++ = '\n';
		skstat_buffer_written(text->out, at);
	}
	put_sample(text, &name[1], &labels, distribution->sum);
	put_sample(text, &name[2], &labels, (double)total);
}

/* The unit, if it is the end of the name, as OpenMetrics wants it to be. */
static const char *unit_of(const struct skstat_family *family)
{
	size_t name = strlen(family->name), unit = strlen(family->unit);

	if (!unit || name < unit + 2 || family->name[name - unit - 1] != '_' ||
	    strcmp(family->name + name - unit, family->unit) != 0)
		return NULL;
	return family->unit;
}

/* "# WORD NAME ", with its end, to which `more` can be added. NULL: no memory. */
static inline char *put_about(struct text *text, const char *word, const struct piece *name, size_t more)
{
	char *at = skstat_buffer_room(text->out, name->length + more + REST);

	if (!at)
		return NULL;
	memcpy(at, word, 7);
	at = copy(text, at + 7, name);
	*at++ = ' ';
	return at;
}

/* `name` is that of the samples, but for what a histogram, and in OpenMetrics a counter, appends to it. */
static void put_head(struct text *text, const struct skstat_family *family, const struct piece *name)
{
	static const char *const types[] = {
		[SKSTAT_METRIC_COUNTER] = "counter\n",
		[SKSTAT_METRIC_GAUGE] = "gauge\n",
		[SKSTAT_METRIC_HISTOGRAM] = "histogram\n",
	};
	const char *unit = text->openmetrics ? unit_of(family) : NULL;
	size_t help = plain_length(family->help);
	struct skstat_buffer *out = text->out;
	char *at = put_about(text, "# HELP ", name, help);

	if (!at)
		return;
	memcpy(at, family->help, help);
	at += help;
	*at = '\n';
	skstat_buffer_written(out, at + !family->help[help]);
	if (family->help[help]) {
		put_escaped(out, family->help + help, text->openmetrics ? "\\\"\n" : "\\\n");
		skstat_buffer_put(out, "\n", 1);
	}
	at = put_about(text, "# TYPE ", name, 0);
	if (!at)
		return;
	skstat_buffer_written(out, at);
	skstat_buffer_text(out, types[family->type]);
	at = unit ? put_about(text, "# UNIT ", name, 0) : NULL;
	if (!at)
		return;
	skstat_buffer_written(out, at);
	skstat_buffer_text(out, unit);
	skstat_buffer_put(out, "\n", 1);
}

static void put_family(struct text *text, const struct skstat_family *family)
{
	const char *suffix = family->type == SKSTAT_METRIC_COUNTER ? "_total" : "";
	struct piece name[3] = { name_piece(text, family->name, text->openmetrics ? "" : suffix) };

	if (text->pieces.failed)
		return;
	put_head(text, family, &name[0]);
	if (family->type == SKSTAT_METRIC_HISTOGRAM) {
		name[0] = name_piece(text, family->name, "_bucket");
		name[1] = name_piece(text, family->name, "_sum");
		name[2] = name_piece(text, family->name, "_count");
	} else if (text->openmetrics && *suffix) {
		name[0] = name_piece(text, family->name, suffix);
	}
	for (size_t i = 0; i < family->count && !text->pieces.failed; i++) {
		const struct skstat_series *series = &family->series[i];
		struct piece labels;

		if (family->type == SKSTAT_METRIC_HISTOGRAM) {
			put_distribution(text, name, series);
			continue;
		}
		labels = labels_piece(text, series);
		if (!text->pieces.failed)
			put_sample(text, &name[0], &labels, series->value);
	}
}

/* About how long the text will be, so that it need not be moved while it grows. */
static size_t length_guess(const struct skstat_families *set)
{
	size_t guess = 1024;

	for (size_t i = 0; i < set->count; i++) {
		const struct skstat_family *family = &set->family[i];
		size_t lines = family->count, line = 90;

		if (!lines)
			continue;
		if (family->type == SKSTAT_METRIC_HISTOGRAM)
			lines *= family->series->distribution.edges + 3;
		else if (!family->series->shared)
			line = 60;
		guess += 256 + lines * (line + strlen(family->name));
	}
	return guess;
}

static void render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale, bool openmetrics)
{
	struct skstat_series series;
	const struct skstat_family up = skstat_up_family(&series, stale);
	struct text text = {
		.out = buffer, .openmetrics = openmetrics, .wall_ns = set->wall_ns,
		.shared = calloc(set->lists + 1, sizeof(*text.shared)),
	};

	if (!text.shared)
		buffer->failed = true;
	else if (skstat_buffer_room(buffer, length_guess(set)))
		put_family(&text, &up);
	for (size_t i = 0; i < set->count && !text.pieces.failed && !buffer->failed; i++)
		if (skstat_family_shown(&set->family[i], stale))
			put_family(&text, &set->family[i]);
	if (openmetrics)
		skstat_buffer_text(buffer, "# EOF\n");
	buffer->failed |= text.pieces.failed;
	free(text.shared);
	free(text.edge_piece);
	skstat_buffer_free(&text.pieces);
}

void skstat_text_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale)
{
	render(buffer, set, stale, false);
}

void skstat_openmetrics_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale)
{
	render(buffer, set, stale, true);
}
