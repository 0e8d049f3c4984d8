// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "statsd_name.h"

#define OWN "skstat_"
#define LABEL "abcdefghijklmnopqrstuvwxyz0123456789_"
#define LITERAL "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

/* Letters, digits and what is in `also`; '_' for everything else. */
static void put_clean(struct skstat_buffer *buffer, const char *text, const char *also)
{
	for (; *text; text++) {
		/* Not isalnum(): what that takes depends on the locale. */
		bool taken = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			     (*text >= '0' && *text <= '9') || strchr(also, *text);

		skstat_buffer_put(buffer, taken ? text : "_", 1);
	}
}

static void put_name(struct skstat_buffer *buffer, const char *text)
{
	put_clean(buffer, *text ? text : "_", "-_");
}

/* --- the template */

/* The next part of it, behind which *text is then. NULL, or what is wrong. */
static const char *part_read(const char **text, struct skstat_statsd_part *part)
{
	const char *at = *text;

	part->before = at;
	part->length = strspn(at, LITERAL);
	at += part->length;
	part->label = at;
	part->label_length = 0;
	*text = at;
	if (!*at)
		return NULL;
	if (*at != '{')
		return "has a character that no name may have: write letters, digits, \"_\", \"-\", \".\" and "
		       "{places}";
	part->label = ++at;
	part->label_length = strspn(at, LABEL);
	if (!part->label_length || at[part->label_length] != '}')
		return "has a place that is none: write {prefix}, {name}, {values} or a label, as {port}";
	*text = at + part->label_length + 1;
	return NULL;
}

static bool part_is(const struct skstat_statsd_part *part, const char *name)
{
	return part->label_length == strlen(name) && memcmp(part->label, name, part->label_length) == 0;
}

const char *skstat_statsd_template_wrong(const char *text)
{
	bool named = false;

	for (size_t parts = 0; *text; parts++) {
		struct skstat_statsd_part part;
		const char *wrong = part_read(&text, &part);

		if (wrong)
			return wrong;
		if (parts == SKSTAT_STATSD_PLACES)
			return "has more than 16 places";
		named |= part_is(&part, "name");
	}
	return named ? NULL : "has no {name}, without which all metrics were one";
}

static char *prefix_clean(const char *prefix)
{
	struct skstat_buffer clean = { 0 };

	put_clean(&clean, prefix, "-_.");
	while (clean.length && clean.data[clean.length - 1] == '.')
		clean.length--;
	skstat_buffer_put(&clean, "", 1);
	if (!clean.failed)
		return clean.data;
	skstat_buffer_free(&clean);
	return NULL;
}

int skstat_statsd_naming_init(struct skstat_statsd_naming *naming, enum skstat_statsd_dialect dialect,
			      const char *prefix, const char *text)
{
	const char *rest;
	size_t size;

	if (!text)
		text = SKSTAT_STATSD_TEMPLATE;
	size = strlen(text) + 1;
	naming->dialect = dialect;
	naming->parts = 0;
	naming->prefix = prefix_clean(prefix);
	naming->text = malloc(size);
	if (!naming->prefix || !naming->text) {
		skstat_statsd_naming_free(naming);
		return -ENOMEM;
	}
	memcpy(naming->text, text, size);
	rest = naming->text;
	while (*rest && naming->parts <= SKSTAT_STATSD_PLACES && !part_read(&rest, &naming->part[naming->parts]))
		naming->parts++;
	return 0;
}

void skstat_statsd_naming_free(struct skstat_statsd_naming *naming)
{
	free(naming->prefix);
	free(naming->text);
	naming->prefix = naming->text = NULL;
}

/* --- the name */

/* Whether the template has a place of its own for the label. */
static bool is_placed(const struct skstat_statsd_naming *naming, const struct skstat_label *label)
{
	for (size_t i = 0; i < naming->parts; i++)
		if (part_is(&naming->part[i], label->name))
			return true;
	return false;
}

static void put_values(const struct skstat_statsd_naming *naming, const struct skstat_series *series,
		       const char *between, size_t length, struct skstat_buffer *buffer)
{
	bool first = true;

	for (size_t i = 0; i < series->labels; i++) {
		if (is_placed(naming, &series->label[i]))
			continue;
		if (!first)
			skstat_buffer_put(buffer, between, length);
		put_name(buffer, series->label[i].value);
		first = false;
	}
}

static void put_place(const struct skstat_statsd_naming *naming, const struct skstat_statsd_part *part,
		      const struct skstat_family *family, const struct skstat_series *series,
		      struct skstat_buffer *buffer)
{
	const char *name = family->name;

	if (part_is(part, "prefix")) {
		skstat_buffer_text(buffer, naming->prefix);
	} else if (part_is(part, "name")) {
		put_name(buffer, strncmp(name, OWN, strlen(OWN)) == 0 ? name + strlen(OWN) : name);
	} else if (part_is(part, "values")) {
		if (naming->dialect == SKSTAT_STATSD_ETSY)
			put_values(naming, series, part->length ? part->before : ".", part->length ? part->length : 1,
				   buffer);
	} else {
		for (size_t i = 0; i < series->labels; i++)
			if (part_is(part, series->label[i].name))
				put_name(buffer, series->label[i].value);
	}
}

/* `before` each tag but the first, which `first` is before. Who has no value is not written: that is no label. */
static void put_tags(const struct skstat_statsd_naming *naming, const struct skstat_series *series, const char *first,
		     const char *equals, const char *also, struct skstat_buffer *buffer)
{
	const char *before = first;

	for (size_t i = 0; i < series->labels; i++) {
		if (!series->label[i].value[0] || is_placed(naming, &series->label[i]))
			continue;
		skstat_buffer_text(buffer, before);
		put_name(buffer, series->label[i].name);
		skstat_buffer_text(buffer, equals);
		put_clean(buffer, series->label[i].value, also);
		before = ",";
	}
}

size_t skstat_statsd_name_put(const struct skstat_statsd_naming *naming, const struct skstat_family *family,
			      const struct skstat_series *series, struct skstat_buffer *buffer)
{
	size_t start = buffer->length, tail;

	for (size_t i = 0; i < naming->parts; i++) {
		const struct skstat_statsd_part *part = &naming->part[i];
		bool whole = i == 0 || !part->label_length;
		size_t before = buffer->length, at;

		if (whole || buffer->length > start)
			skstat_buffer_put(buffer, part->before, part->length);
		at = buffer->length;
		put_place(naming, part, family, series, buffer);
		if (!whole && buffer->length == at)
			buffer->length = before;
	}
	tail = buffer->length;
	/* Both take their own separators for such: a value's become '_'. */
	if (naming->dialect == SKSTAT_STATSD_DOGSTATSD)
		put_tags(naming, series, "|#", ":", "-_.:/", buffer);
	else if (naming->dialect == SKSTAT_STATSD_INFLUX)
		put_tags(naming, series, ",", "=", "-_./", buffer);
	if (naming->dialect != SKSTAT_STATSD_DOGSTATSD)
		tail = buffer->length;
	tail = buffer->length - tail;
	skstat_buffer_put(buffer, "", 1);
	return buffer->failed ? 0 : tail;
}
