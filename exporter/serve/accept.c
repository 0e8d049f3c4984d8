// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <strings.h>

#include "request.h"

#define NOT_SAID -1

static const char *skip_space(const char *text)
{
	return text + strspn(text, " \t");
}

/* A weight in thousandths, of "1", "0.5", "0.001". One that is none is 0: what is not understood is not taken. */
static int weight_parse(const char *text, size_t length)
{
	int weight = 0, unit = 1000;

	for (size_t i = 0; i < length; i++) {
		if (i == 1) {
			if (text[i] != '.')
				return 0;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || i > 4)
			return 0;
		weight += (text[i] - '0') * unit;
		unit /= 10;
	}
	return weight > 1000 ? 0 : weight;
}

/* The weight that one element ("gzip;q=0.5") gives; no q is all of it. */
static int weight_of(const char *parameters, const char *end)
{
	int weight = 1000;

	while (parameters < end) {
		const char *name = skip_space(parameters + 1);
		size_t length = strcspn(name, ";,");

		if (strncasecmp(name, "q=", 2) == 0) {
			size_t digits = strcspn(name, " \t;,");

			weight = weight_parse(name + 2, digits - 2);
		}
		parameters = name + length;
	}
	return weight;
}

bool skstat_accept_gzip(const char *value)
{
	int gzip = NOT_SAID, any = NOT_SAID, identity = NOT_SAID;

	while (*value) {
		const char *name = skip_space(value), *end = name + strcspn(name, ",");
		size_t length = strcspn(name, " \t;,");
		int weight = weight_of(name + strcspn(name, ";,"), end);

		if ((length == 4 && strncasecmp(name, "gzip", 4) == 0) ||
		    (length == 6 && strncasecmp(name, "x-gzip", 6) == 0))
			gzip = weight;
		else if (length == 8 && strncasecmp(name, "identity", 8) == 0)
			identity = weight;
		else if (length == 1 && *name == '*')
			any = weight;
		value = *end ? end + 1 : end;
	}
	if (gzip == NOT_SAID)
		gzip = any;
	return gzip > 0 && gzip >= identity;
}

/* What a media range must say of its parameters to be a format that there is; one that it does not name is as it is. */
static const struct media {
	const char *type;
	struct parameter {
		const char *name, *value;
	} parameter[2];
	enum skstat_format format;
} medias[] = {
	{ "text/plain", { { "version", "0.0.4" } }, SKSTAT_FORMAT_TEXT },
	{ "application/openmetrics-text", { { "version", "1.0.0" } }, SKSTAT_FORMAT_OPENMETRICS },
	{ "application/vnd.google.protobuf",
	  { { "proto", "io.prometheus.client.MetricFamily" }, { "encoding", "delimited" } }, SKSTAT_FORMAT_PROTOBUF },
	{ "text/*", { { NULL, NULL } }, SKSTAT_FORMAT_TEXT },
	{ "*/*", { { NULL, NULL } }, SKSTAT_FORMAT_TEXT },
};

static bool word_is(const char *word, size_t length, const char *wanted)
{
	return length == strlen(wanted) && strncasecmp(word, wanted, length) == 0;
}

/* Whether `name`=`value` does not say other than the format is. A value may be quoted. */
static bool parameter_fits(const struct media *media, const char *name, size_t name_length, const char *value,
			   size_t value_length)
{
	if (value_length >= 2 && value[0] == '"' && value[value_length - 1] == '"') {
		value++;
		value_length -= 2;
	}
	for (size_t i = 0; i < sizeof(media->parameter) / sizeof(media->parameter[0]); i++)
		if (media->parameter[i].name && word_is(name, name_length, media->parameter[i].name))
			return word_is(value, value_length, media->parameter[i].value);
	return true;
}

/* All of the range's parameters, from its first ";" to `end`. */
static bool parameters_fit(const struct media *media, const char *parameters, const char *end)
{
	while (parameters < end) {
		const char *name = skip_space(parameters + 1);
		size_t length = strcspn(name, ";,"), words = strcspn(name, " \t;,="), trimmed;
		const char *value = name + words + (name[words] == '=');

		trimmed = strcspn(value, " \t;,");
		if (!parameter_fits(media, name, words, value, trimmed))
			return false;
		parameters = name + length;
	}
	return true;
}

enum skstat_format skstat_accept_format(const char *value)
{
	enum skstat_format format = SKSTAT_FORMAT_TEXT;
	int best = 0;

	while (*value) {
		const char *type = skip_space(value), *end = type + strcspn(type, ",");
		const char *parameters = type + strcspn(type, ";,");
		size_t length = strcspn(type, " \t;,");
		int weight = weight_of(parameters, end);

		for (size_t i = 0; weight > best && i < sizeof(medias) / sizeof(medias[0]); i++)
			if (word_is(type, length, medias[i].type) && parameters_fit(&medias[i], parameters, end)) {
				format = medias[i].format;
				best = weight;
			}
		value = *end ? end + 1 : end;
	}
	return format;
}
