// SPDX-License-Identifier: GPL-2.0
/* Switches, words, numbers and the like. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "take.h"

int skstat_setting_refuse(const struct skstat_setting *setting, struct skstat_error *error, const char *format, ...)
{
	int length = snprintf(error->text, sizeof(error->text), "--%s: ", setting->name);
	va_list args;

	va_start(args, format);
	vsnprintf(error->text + length, sizeof(error->text) - (size_t)length, format, args);
	va_end(args);
	error->err = -EINVAL;
	return error->err;
}

void *skstat_take_place(const struct skstat_setting *setting, struct skstat_config *config)
{
	return (char *)config + setting->place;
}

/* Only digits, and it fits. */
static int number_parse(const char *text, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno || *end ? -EINVAL : 0;
}

/* Holds a number against the row's limits, which are written as its values are. */
static int limit(const struct skstat_setting *setting, const char *value, uint64_t number,
		 int (*parse)(const char *text, uint64_t *number), struct skstat_error *error)
{
	uint64_t bound;

	if (number == 0 && strcmp(setting->value, "0") == 0)
		return 0;
	if (parse(setting->least, &bound) == 0 && number < bound)
		return skstat_setting_refuse(setting, error, "\"%.40s\" is below %s: write %s to %s", value,
					     setting->least, setting->least, setting->most);
	if (parse(setting->most, &bound) == 0 && number > bound)
		return skstat_setting_refuse(setting, error, "\"%.40s\" is above %s: write %s to %s", value,
					     setting->most, setting->least, setting->most);
	return 0;
}

int skstat_take_duration(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
			 struct skstat_error *error)
{
	uint64_t *ns = skstat_take_place(setting, config);

	if (skstat_duration_parse(value, ns) == 0)
		return limit(setting, value, *ns, skstat_duration_parse, error);
	if (*value && strspn(value, "0123456789") == strlen(value))
		return skstat_setting_refuse(setting, error, "\"%.40s\" has no unit: write %.20ss, 500ms, 1m30s, ...",
					     value, value);
	return skstat_setting_refuse(setting, error, "\"%.40s\" is no duration: write 500ms, 5s, 1m30s, 1h, ...",
				     value);
}

int skstat_take_number(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		       struct skstat_error *error)
{
	uint64_t *number = skstat_take_place(setting, config);

	if (number_parse(value, number))
		return skstat_setting_refuse(setting, error, "\"%.40s\" is no whole number: write %s to %s", value,
					     setting->least, setting->most);
	return limit(setting, value, *number, number_parse, error);
}

int skstat_take_size(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		     struct skstat_error *error)
{
	uint64_t *bytes = skstat_take_place(setting, config);

	if (skstat_size_parse(value, bytes))
		return skstat_setting_refuse(setting, error, "\"%.40s\" is no size: write 64MiB, 500kB, 1GiB, ...",
					     value);
	return limit(setting, value, *bytes, skstat_size_parse, error);
}

/* Rows with this one have a `most` that fits 32 bits. */
int skstat_take_number32(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
			 struct skstat_error *error)
{
	uint32_t *number = skstat_take_place(setting, config);
	uint64_t wide;

	if (number_parse(value, &wide))
		return skstat_setting_refuse(setting, error, "\"%.40s\" is no whole number: write %s to %s", value,
					     setting->least, setting->most);
	*number = (uint32_t)wide;
	return limit(setting, value, wide, number_parse, error);
}

/* "0.9": millionths. No strtod(), whose point is the locale's. */
static int ratio_parse(const char *text, uint64_t *ratio)
{
	uint64_t whole = 0, digit = 1000000;

	if (!isdigit((unsigned char)*text) || strspn(text, "0123456789") > 6)
		return -EINVAL;
	for (; isdigit((unsigned char)*text); text++)
		whole = 10 * whole + (uint64_t)(*text - '0');
	*ratio = whole * digit;
	if (*text == '.')
		for (text++; isdigit((unsigned char)*text) && digit > 1; text++)
			*ratio += (digit /= 10) * (uint64_t)(*text - '0');
	return *text ? -EINVAL : 0;
}

/* Rows with this one have a `most` whose millionths fit 32 bits. */
int skstat_take_ratio(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		      struct skstat_error *error)
{
	uint32_t *ratio = skstat_take_place(setting, config);
	uint64_t wide;

	if (ratio_parse(value, &wide))
		return skstat_setting_refuse(setting, error,
					     "\"%.40s\" is no number: write %s to %s, with six decimals at most",
					     value, setting->least, setting->most);
	*ratio = (uint32_t)wide;
	return limit(setting, value, wide, ratio_parse, error);
}

int skstat_take_switch(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		       struct skstat_error *error)
{
	bool *on = skstat_take_place(setting, config);

	(void)error;
	*on = strcmp(value, "true") == 0;
	return 0;
}

/* Enums: of the source, the log's level and format, statsd's format. */
int skstat_take_choice(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		       struct skstat_error *error)
{
	unsigned int *choice = skstat_take_place(setting, config);

	_Static_assert(sizeof(config->source) == sizeof(*choice) && sizeof(config->log_level) == sizeof(*choice) &&
			       sizeof(config->log_format) == sizeof(*choice) &&
			       sizeof(config->statsd_format) == sizeof(*choice),
		       "enums are unsigned ints");
	for (unsigned int i = 0; setting->words[i]; i++) {
		if (strcmp(setting->words[i], value) == 0) {
			*choice = i;
			return 0;
		}
	}
	return skstat_setting_refuse(setting, error, "\"%.40s\" is none of %s", value, setting->argument);
}
