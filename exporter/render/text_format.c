// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <string.h>

#include "text_format.h"
#include "source/utf8.h"

/* `special` characters are written with a backslash (newline as \n). */
static void put_escaped(struct skstat_buffer *buffer, const char *text, const char *special)
{
	const char *start = text; /* of what is to be written as it is */

	while (*text) {
		size_t length = skstat_utf8_length(text);

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

static void open_label(struct skstat_buffer *buffer, const char *name, bool first)
{
	skstat_buffer_text(buffer, first ? "{" : ",");
	skstat_buffer_text(buffer, name);
	skstat_buffer_text(buffer, "=\"");
}

static void close_label(struct skstat_buffer *buffer)
{
	skstat_buffer_text(buffer, "\"");
}

/* One line. `edge`: of a bucket, else NULL. */
static void put_sample(struct skstat_buffer *buffer, const struct skstat_family *family, const char *suffix,
		       const struct skstat_series *series, const double *edge, double value)
{
	skstat_buffer_text(buffer, family->name);
	skstat_buffer_text(buffer, suffix);
	for (size_t i = 0; i < series->labels; i++) {
		open_label(buffer, series->label[i].name, i == 0);
		put_escaped(buffer, series->label[i].value, "\\\"\n");
		close_label(buffer);
	}
	if (edge) {
		open_label(buffer, "le", series->labels == 0);
		skstat_buffer_number(buffer, *edge);
		close_label(buffer);
	}
	if (series->labels || edge)
		skstat_buffer_text(buffer, "}");
	skstat_buffer_text(buffer, " ");
	skstat_buffer_number(buffer, value);
	skstat_buffer_text(buffer, "\n");
}

static void put_distribution(struct skstat_buffer *buffer, const struct skstat_family *family,
			     const struct skstat_series *series)
{
	const struct skstat_distribution *distribution = &series->distribution;
	const double above = INFINITY;
	uint64_t total = 0;

	for (size_t i = 0; i <= distribution->edges; i++) {
		if (distribution->count)
			total += distribution->count[i];
		put_sample(buffer, family, "_bucket", series, i < distribution->edges ? &distribution->edge[i] : &above,
			   (double)total);
	}
	put_sample(buffer, family, "_sum", series, NULL, distribution->sum);
	put_sample(buffer, family, "_count", series, NULL, (double)total);
}

static void put_family(struct skstat_buffer *buffer, const struct skstat_family *family)
{
	static const char *const types[] = {
		[SKSTAT_METRIC_COUNTER] = "counter",
		[SKSTAT_METRIC_GAUGE] = "gauge",
		[SKSTAT_METRIC_HISTOGRAM] = "histogram",
	};
	const char *suffix = family->type == SKSTAT_METRIC_COUNTER ? "_total" : "";

	skstat_buffer_text(buffer, "# HELP ");
	skstat_buffer_text(buffer, family->name);
	skstat_buffer_text(buffer, suffix);
	skstat_buffer_text(buffer, " ");
	put_escaped(buffer, family->help, "\\\n");
	skstat_buffer_text(buffer, "\n# TYPE ");
	skstat_buffer_text(buffer, family->name);
	skstat_buffer_text(buffer, suffix);
	skstat_buffer_text(buffer, " ");
	skstat_buffer_text(buffer, types[family->type]);
	skstat_buffer_text(buffer, "\n");
	for (size_t i = 0; i < family->count; i++) {
		if (family->type == SKSTAT_METRIC_HISTOGRAM)
			put_distribution(buffer, family, &family->series[i]);
		else
			put_sample(buffer, family, suffix, &family->series[i], NULL, family->series[i].value);
	}
}

void skstat_text_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale)
{
	struct skstat_series series = { .value = !stale };
	const struct skstat_family up = {
		.name = SKSTAT_UP,
		.help = SKSTAT_UP_HELP,
		.type = SKSTAT_METRIC_GAUGE,
		.series = &series,
		.count = 1,
	};

	put_family(buffer, &up);
	for (size_t i = 0; i < set->count; i++) {
		const struct skstat_family *family = &set->family[i];

		if (!family->count || (stale && family->type == SKSTAT_METRIC_GAUGE && !family->constant))
			continue;
		put_family(buffer, family);
	}
}
