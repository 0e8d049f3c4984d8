// SPDX-License-Identifier: GPL-2.0
#include "must.h"
#include "scrape_increase.h"

static int row_order(const void *a, const void *b)
{
	return scrape_order(&((const struct increase_row *)a)->sample, &((const struct increase_row *)b)->sample);
}

/* The labels and, behind them, the key of one sample. */
struct increase_text {
	struct increase_text *next;
	struct scrape_label label[];
};

/* A copy that lives without its scrape: the key has all the text. */
static void sample_copy(struct increase *increase, struct scrape_sample *copy, const struct scrape_sample *of)
{
	size_t labels = of->labels * sizeof(struct scrape_label);
	struct increase_text *text = must_have(malloc(sizeof(*text) + labels + of->key_length));
	char *at = (char *)text->label + labels;

	text->next = increase->text;
	increase->text = text;
	*copy = *of;
	copy->label = text->label;
	copy->name = copy->key = memcpy(at, of->key, of->key_length);
	for (size_t i = 0; i < of->labels; i++) {
		at += strlen(at) + 1;
		copy->label[i].name = at;
		at += strlen(at) + 1;
		copy->label[i].value = at;
	}
}

static struct increase_row *row_add(struct increase *increase, const struct scrape_sample *sample)
{
	struct increase_row *row;

	if (increase->count == increase->room) {
		increase->room = increase->room ? 2 * increase->room : 1024;
		increase->row = must_have(realloc(increase->row, increase->room * sizeof(*row)));
	}
	row = &increase->row[increase->count++];
	memset(row, 0, sizeof(*row));
	sample_copy(increase, &row->sample, sample);
	return row;
}

static void reset(struct increase *increase, const struct increase_row *row, double to)
{
	int said = snprintf(increase->reset, sizeof(increase->reset), "%s", row->sample.name);

	for (size_t i = 0; i < row->sample.labels && said < (int)sizeof(increase->reset); i++)
		said += snprintf(increase->reset + said, sizeof(increase->reset) - said, " %s=%s",
				 row->sample.label[i].name, row->sample.label[i].value);
	if (said < (int)sizeof(increase->reset))
		snprintf(increase->reset + said, sizeof(increase->reset) - said, ": %.17g to %.17g", row->last, to);
	increase->resets++;
}

static bool may_go(const struct increase *increase, const struct increase_row *row)
{
	const char *view = increase->passing ? scrape_label(&row->sample, "view") : NULL;

	return view && !strncmp(view, increase->passing, strlen(increase->passing));
}

static void row_step(struct increase *increase, struct increase_row *row, double value, bool first)
{
	if (value < row->last) {
		if (value > 0 || !may_go(increase, row))
			reset(increase, row, value);
		row->last = 0;
	}
	if (!first)
		row->sum += value - row->last;
	row->last = value;
}

static bool grows(const struct scrape *scrape, const struct scrape_sample *sample)
{
	return scrape->family[sample->family].type != SCRAPE_GAUGE;
}

void increase_take(struct increase *increase, const struct scrape *scrape)
{
	size_t known = increase->count, at = 0;
	bool first = !increase->scrapes++;

	/* Both are in order: what one has and the other does not shows as they are gone through side by side. */
	for (size_t i = 0; i < scrape->samples; i++) {
		const struct scrape_sample *sample = scrape->by_key[i];

		if (!grows(scrape, sample))
			continue;
		for (; at < known && scrape_order(&increase->row[at].sample, sample) < 0; at++)
			row_step(increase, &increase->row[at], 0, first);
		if (at < known && !scrape_order(&increase->row[at].sample, sample)) {
			row_step(increase, &increase->row[at], sample->value, first);
			at++;
		} else {
			row_step(increase, row_add(increase, sample), sample->value, first);
		}
	}
	for (; at < known; at++)
		row_step(increase, &increase->row[at], 0, first);
	if (increase->count > known)
		qsort(increase->row, increase->count, sizeof(*increase->row), row_order);
}

double increase_of(const struct increase *increase, const char *format, ...)
{
	struct scrape_selector selector;
	double sum = 0;
	va_list args;

	va_start(args, format);
	scrape_selector_init(&selector, format, args);
	va_end(args);
	for (size_t i = 0; i < increase->count; i++) {
		if (scrape_selects(&selector, &increase->row[i].sample))
			sum += increase->row[i].sum;
	}
	return sum;
}

void increase_free(struct increase *increase)
{
	while (increase->text) {
		struct increase_text *next = increase->text->next;

		free(increase->text);
		increase->text = next;
	}
	free(increase->row);
	memset(increase, 0, sizeof(*increase));
}
