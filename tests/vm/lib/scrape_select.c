// SPDX-License-Identifier: GPL-2.0
/* Finding series in a scrape. */
#include "must.h"
#include "scrape.h"

const char *scrape_label(const struct scrape_sample *sample, const char *name)
{
	for (size_t i = 0; i < sample->labels; i++) {
		if (!strcmp(sample->label[i].name, name))
			return sample->label[i].value;
	}
	return "";
}

const struct scrape_family *scrape_family(const struct scrape *scrape, const char *name)
{
	for (size_t i = 0; i < scrape->families; i++) {
		if (!strcmp(scrape->family[i].name, name))
			return &scrape->family[i];
	}
	return NULL;
}

void scrape_selector_init(struct scrape_selector *selector, const char *format, va_list args)
{
	char *word, *more, *equals;

	memset(selector, 0, sizeof(*selector));
	must_be(vsnprintf(selector->text, sizeof(selector->text), format, args) < (int)sizeof(selector->text));
	selector->name = must_have(strtok_r(selector->text, " ", &more));
	while ((word = strtok_r(NULL, " ", &more))) {
		equals = must_have(strchr(word, '='));
		*equals = '\0';
		must_be(selector->labels < sizeof(selector->label) / sizeof(*selector->label));
		selector->label[selector->labels++] = (struct scrape_label){ word, equals + 1 };
	}
}

bool scrape_selects(const struct scrape_selector *selector, const struct scrape_sample *sample)
{
	if (strcmp(selector->name, sample->name) != 0)
		return false;
	for (size_t i = 0; i < selector->labels; i++) {
		if (strcmp(scrape_label(sample, selector->label[i].name), selector->label[i].value) != 0)
			return false;
	}
	return true;
}

#define SELECTOR(selector, format)                           \
	struct scrape_selector selector;                     \
	va_list selector_args;                               \
                                                             \
	va_start(selector_args, format);                     \
	scrape_selector_init(&selector, format, selector_args); \
	va_end(selector_args)

double scrape_sum(const struct scrape *scrape, const char *format, ...)
{
	double sum = 0;

	SELECTOR(selector, format);
	for (size_t i = 0; i < scrape->samples; i++) {
		if (scrape_selects(&selector, &scrape->sample[i]))
			sum += scrape->sample[i].value;
	}
	return sum;
}

size_t scrape_count(const struct scrape *scrape, const char *format, ...)
{
	size_t count = 0;

	SELECTOR(selector, format);
	for (size_t i = 0; i < scrape->samples; i++)
		count += scrape_selects(&selector, &scrape->sample[i]);
	return count;
}

const struct scrape_sample *scrape_find(const struct scrape *scrape, const char *format, ...)
{
	SELECTOR(selector, format);
	for (size_t i = 0; i < scrape->samples; i++) {
		if (scrape_selects(&selector, &scrape->sample[i]))
			return &scrape->sample[i];
	}
	return NULL;
}
