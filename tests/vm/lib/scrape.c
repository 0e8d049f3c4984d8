// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "must.h"
#include "scrape.h"

/* Where the parser is. */
struct parser {
	struct scrape *scrape;
	size_t line;
	char *why;
	size_t room;
	bool help, type; /* of the last family: seen */
	char *key; /* where the next key goes */
	struct scrape_label *label; /* and the next labels */
};

static bool __attribute__((format(printf, 2, 3))) refuse(struct parser *parser, const char *format, ...)
{
	va_list args;
	int said = snprintf(parser->why, parser->room, "line %zu: ", parser->line);

	va_start(args, format);
	vsnprintf(parser->why + said, parser->room - said, format, args);
	va_end(args);
	return false;
}

static bool ends_with(const char *text, const char *tail)
{
	size_t length = strlen(text), tail_length = strlen(tail);

	return length > tail_length && !strcmp(text + length - tail_length, tail);
}

/* Ends the name at `*at` with 0, moves on to what came after it and returns that character; 0 if there is no name. */
static char name_take(char **at, bool colons)
{
	char *end = *at, after;

	while ((*end >= 'a' && *end <= 'z') || (*end >= 'A' && *end <= 'Z') || *end == '_' || (colons && *end == ':') ||
	       (end > *at && *end >= '0' && *end <= '9'))
		end++;
	if (end == *at)
		return '\0';
	after = *end ? *end : '\n';
	*end = '\0';
	*at = end + (after != '\n');
	return after;
}

/* The value between quotes, in place, without its escapes; `*at` is behind the closing quote then. */
static bool quoted_take(char **at)
{
	char *from = *at, *to = *at;

	while (*from && *from != '"') {
		if (*from == '\\') {
			from++;
			if (*from != '\\' && *from != '"' && *from != 'n')
				return false;
			*to++ = *from == 'n' ? '\n' : *from;
			from++;
		} else {
			*to++ = *from++;
		}
	}
	if (!*from)
		return false;
	*to = '\0';
	*at = from + 1;
	return true;
}

static int label_order(const void *a, const void *b)
{
	return strcmp(((const struct scrape_label *)a)->name, ((const struct scrape_label *)b)->name);
}

static void key_make(struct parser *parser, struct scrape_sample *sample)
{
	char *at = stpcpy(parser->key, sample->name) + 1;

	for (size_t i = 0; i < sample->labels; i++) {
		at = stpcpy(at, sample->label[i].name) + 1;
		at = stpcpy(at, sample->label[i].value) + 1;
	}
	sample->key = parser->key;
	sample->key_length = at - parser->key;
	parser->key = at;
}

int scrape_order(const struct scrape_sample *a, const struct scrape_sample *b)
{
	size_t shorter = a->key_length < b->key_length ? a->key_length : b->key_length;
	int order = memcmp(a->key, b->key, shorter);

	return order ? order : (a->key_length > b->key_length) - (a->key_length < b->key_length);
}

static bool family_is_whole(struct parser *parser)
{
	struct scrape *scrape = parser->scrape;
	struct scrape_family *family = scrape->families ? &scrape->family[scrape->families - 1] : NULL;

	if (!family)
		return true;
	if (!parser->help || !parser->type)
		return refuse(parser, "%s has no %s", family->name, parser->help ? "TYPE" : "HELP");
	if (!family->count)
		return refuse(parser, "%s has no series", family->name);
	return true;
}

/* The family that HELP or TYPE names: the last one, or a new one. NULL: refused. */
static struct scrape_family *family_enter(struct parser *parser, const char *name)
{
	struct scrape *scrape = parser->scrape;
	struct scrape_family *family;

	if (scrape->families && !strcmp(scrape->family[scrape->families - 1].name, name))
		return &scrape->family[scrape->families - 1];
	if (!family_is_whole(parser))
		return NULL;
	if (scrape_family(scrape, name)) {
		refuse(parser, "%s is in two places", name);
		return NULL;
	}
	family = &scrape->family[scrape->families++];
	*family = (struct scrape_family){ .name = name, .help = "", .first = scrape->samples };
	parser->help = parser->type = false;
	return family;
}

static bool comment_take(struct parser *parser, char *at)
{
	static const char *const types[] = { "counter", "gauge", "histogram" };
	bool help = !strncmp(at, "# HELP ", 7);
	struct scrape_family *family;
	char *name;

	if (!help && strncmp(at, "# TYPE ", 7))
		return refuse(parser, "a comment that is neither HELP nor TYPE");
	name = at += 7;
	if (name_take(&at, true) != ' ')
		return refuse(parser, "no name behind %s", help ? "HELP" : "TYPE");
	family = family_enter(parser, name);
	if (!family)
		return false;
	if (family->count)
		return refuse(parser, "%s of %s behind its series", help ? "HELP" : "TYPE", name);
	if (help ? parser->help : parser->type)
		return refuse(parser, "%s of %s a second time", help ? "HELP" : "TYPE", name);
	if (help) {
		if (!*at)
			return refuse(parser, "HELP of %s is empty", name);
		family->help = at;
		parser->help = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!strcmp(at, types[i])) {
			family->type = (enum scrape_type)i;
			parser->type = true;
			return true;
		}
	}
	return refuse(parser, "%s is of type %s", name, at);
}

/* Whether a sample of that name may stand in the family; the counters' suffix is this project's rule. */
static bool name_fits(const struct scrape_family *family, const struct scrape_sample *sample)
{
	size_t length = strlen(family->name);
	bool le = *scrape_label(sample, "le") != '\0';

	if (family->type != SCRAPE_HISTOGRAM)
		return !strcmp(sample->name, family->name) && !le &&
		       ends_with(family->name, "_total") == (family->type == SCRAPE_COUNTER);
	if (strncmp(sample->name, family->name, length) != 0)
		return false;
	if (!strcmp(sample->name + length, "_bucket"))
		return le;
	return !le && (!strcmp(sample->name + length, "_sum") || !strcmp(sample->name + length, "_count"));
}

static bool number_take(const char *text, double *value)
{
	char *end;

	if (!strcmp(text, "NaN") || !strcmp(text, "+Inf") || !strcmp(text, "-Inf")) {
		*value = *text == 'N' ? NAN : *text == '+' ? INFINITY : -INFINITY;
		return true;
	}
	if (!strchr("+-.0123456789", *text) || strspn(text, "+-.0123456789eE") != strlen(text))
		return false;
	*value = strtod(text, &end);
	return end != text && !*end && isfinite(*value);
}

/* `*at` is behind the opening brace. */
static bool labels_take(struct parser *parser, char **at, struct scrape_sample *sample)
{
	struct scrape_label *label = parser->label;

	while (**at != '}') {
		struct scrape_label *next = &label[sample->labels];

		next->name = *at;
		if (name_take(at, false) != '=' || *(*at)++ != '"')
			return refuse(parser, "a label's name, an equals sign and a quote were due");
		next->value = *at;
		if (!quoted_take(at))
			return refuse(parser, "a label's value does not end, or has an escape that there is not");
		sample->labels++;
		if (**at == ',')
			++*at;
		else if (**at != '}')
			return refuse(parser, "no comma between labels");
	}
	++*at;
	qsort(label, sample->labels, sizeof(*label), label_order);
	for (size_t i = 1; i < sample->labels; i++) {
		if (!strcmp(label[i - 1].name, label[i].name))
			return refuse(parser, "the label %s twice", label[i].name);
	}
	sample->label = label;
	parser->label += sample->labels;
	return true;
}

static bool sample_take(struct parser *parser, char *at)
{
	struct scrape *scrape = parser->scrape;
	struct scrape_family *family = scrape->families ? &scrape->family[scrape->families - 1] : NULL;
	struct scrape_sample *sample;
	char after;

	sample = &scrape->sample[scrape->samples++];
	*sample = (struct scrape_sample){ .name = at, .family = scrape->families - 1 };
	after = name_take(&at, true);
	if (after != ' ' && after != '{')
		return refuse(parser, "neither a name nor a comment");
	if (after == '{' && (!labels_take(parser, &at, sample) || *at++ != ' '))
		return *parser->why ? false : refuse(parser, "no space behind the labels");
	if (!family || !parser->type || !parser->help)
		return refuse(parser, "%s comes before its HELP and TYPE", sample->name);
	if (!name_fits(family, sample))
		return refuse(parser, "%s does not fit the family %s", sample->name, family->name);
	if (!number_take(at, &sample->value))
		return refuse(parser, "%s: '%s' is no value", sample->name, at);
	if (family->type != SCRAPE_GAUGE && !(sample->value >= 0 && isfinite(sample->value)))
		return refuse(parser, "%s is %s", sample->name, at);
	family->count++;
	key_make(parser, sample);
	return true;
}

static bool same_but_le(const struct scrape_sample *a, const struct scrape_sample *b)
{
	size_t i = 0, k = 0;

	for (;; i++, k++) {
		i += i < a->labels && !strcmp(a->label[i].name, "le");
		k += k < b->labels && !strcmp(b->label[k].name, "le");
		if (i >= a->labels || k >= b->labels)
			return i >= a->labels && k >= b->labels;
		if (label_order(&a->label[i], &b->label[k]) || strcmp(a->label[i].value, b->label[k].value) != 0)
			return false;
	}
}

/* Buckets in rising order up to +Inf, then _sum and _count, for each set of labels. */
static bool histogram_is_one(struct parser *parser, const struct scrape_family *family)
{
	const struct scrape_sample *at = &parser->scrape->sample[family->first], *end = at + family->count;

	while (at < end) {
		const struct scrape_sample *first = at;
		double edge = -INFINITY, count = 0;

		for (; at < end && ends_with(at->name, "_bucket") && same_but_le(first, at); at++) {
			double le;

			if (!number_take(scrape_label(at, "le"), &le) || !(le > edge))
				return refuse(parser, "%s: le=\"%s\" is not above the one before", family->name,
					      scrape_label(at, "le"));
			if (at->value < count)
				return refuse(parser, "%s: the bucket le=\"%s\" is smaller than the one before",
					      family->name, scrape_label(at, "le"));
			edge = le;
			count = at->value;
		}
		if (at == first || !isinf(edge))
			return refuse(parser, "%s: no bucket +Inf", family->name);
		if (end - at < 2 || !ends_with(at[0].name, "_sum") || !ends_with(at[1].name, "_count") ||
		    !same_but_le(first, &at[0]) || !same_but_le(first, &at[1]))
			return refuse(parser, "%s: no _sum and _count behind its buckets", family->name);
		if (at[1].value != count)
			return refuse(parser, "%s: %g in +Inf, but the count is %g", family->name, count, at[1].value);
		at += 2;
	}
	return true;
}

static int by_key(const void *a, const void *b)
{
	return scrape_order(*(struct scrape_sample *const *)a, *(struct scrape_sample *const *)b);
}

static bool whole_is_right(struct parser *parser)
{
	struct scrape *scrape = parser->scrape;

	if (!family_is_whole(parser))
		return false;
	scrape->by_key = must_have(calloc(scrape->samples + 1, sizeof(*scrape->by_key)));
	for (size_t i = 0; i < scrape->samples; i++)
		scrape->by_key[i] = &scrape->sample[i];
	qsort(scrape->by_key, scrape->samples, sizeof(*scrape->by_key), by_key);
	for (size_t i = 1; i < scrape->samples; i++) {
		if (!scrape_order(scrape->by_key[i - 1], scrape->by_key[i]))
			return refuse(parser, "a series of %s twice", scrape->by_key[i]->name);
	}
	for (size_t i = 0; i < scrape->families; i++) {
		if (scrape->family[i].type == SCRAPE_HISTOGRAM && !histogram_is_one(parser, &scrape->family[i]))
			return false;
	}
	return true;
}

static bool lines_take(struct parser *parser, size_t length)
{
	char *at = parser->scrape->text;

	if (!length || at[length - 1] != '\n')
		return refuse(parser, "the text does not end with a line's end");
	if (memchr(at, '\0', length) || memchr(at, '\r', length))
		return refuse(parser, "a zero byte or a carriage return");
	while (*at) {
		char *end = must_have(strchr(at, '\n'));

		*end = '\0';
		parser->line++;
		if (!(*at == '#' ? comment_take(parser, at) : sample_take(parser, at)))
			return false;
		at = end + 1;
	}
	return true;
}

bool scrape_parse(struct scrape *scrape, const char *text, size_t length, char *why, size_t room)
{
	struct parser parser = { .scrape = scrape, .why = why, .room = room };
	size_t lines = 0, labels = 0;

	memset(scrape, 0, sizeof(*scrape));
	*why = '\0';
	scrape->text = must_have(malloc(length + 1));
	memcpy(scrape->text, text, length);
	scrape->text[length] = '\0';
	/* Room for all that there can be: a key is shorter than its line, and a label has an equals sign in it. */
	for (size_t i = 0; i < length; i++) {
		lines += text[i] == '\n';
		labels += text[i] == '=';
	}
	scrape->family = must_have(calloc(lines + 1, sizeof(*scrape->family)));
	scrape->sample = must_have(calloc(lines + 1, sizeof(*scrape->sample)));
	scrape->keys = parser.key = must_have(malloc(length + 1));
	scrape->label = parser.label = must_have(calloc(labels + 1, sizeof(*scrape->label)));
	if (lines_take(&parser, length) && whole_is_right(&parser))
		return true;
	scrape_free(scrape);
	return false;
}

void scrape_free(struct scrape *scrape)
{
	free(scrape->keys);
	free(scrape->label);
	free(scrape->sample);
	free(scrape->by_key);
	free(scrape->family);
	free(scrape->text);
	memset(scrape, 0, sizeof(*scrape));
}
