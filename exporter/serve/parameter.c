// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "parameter.h"

/* Of a parameter that only is there or not: alone, "1" and "true" are yes. -EINVAL of what is neither that nor no. */
static int flag_parse(const char *name, const char *value, bool *flag, struct skstat_error *error)
{
	if (!value || !*value || strcmp(value, "1") == 0 || strcmp(value, "true") == 0)
		*flag = true;
	else if (strcmp(value, "0") == 0 || strcmp(value, "false") == 0)
		*flag = false;
	else
		return skstat_error_set(error, -EINVAL, "%s is true or false, not \"%.80s\"", name, value);
	return 0;
}

static int take_option(struct skstat_parameters *taken, size_t index, const char *value)
{
	const struct skstat_option *option = &skstat_option_table[index];
	struct skstat_error *error = &taken->error;
	bool on = true;
	int err;

	if (!option->value) {
		err = flag_parse(option->name, value, &on, error);
		if (err || !on)
			return err;
	} else if (!value) {
		return skstat_error_set(error, -EINVAL, "%s has no value: it is %s (%s)", option->name, option->value,
					option->help);
	}
	err = skstat_option_take(taken->options, index, value, error);
	/* A parameter of an URL has no dashes. */
	if (err && strncmp(error->text, "--", 2) == 0)
		memmove(error->text, error->text + 2, strlen(error->text + 2) + 1);
	return err;
}

static bool is_refused(const struct skstat_parameters *taken, const char *name)
{
	for (size_t i = 0; taken->refused && taken->refused[i]; i++)
		if (strcmp(taken->refused[i], name) == 0)
			return true;
	return false;
}

int skstat_parameter_take(struct skstat_parameters *taken, const char *name, const char *value)
{
	size_t index = 0;

	if (strcmp(name, "raw") == 0)
		return flag_parse(name, value, &taken->raw, &taken->error);
	while (skstat_option_table[index].name && strcmp(skstat_option_table[index].name, name) != 0)
		index++;
	if (skstat_option_table[index].name && !is_refused(taken, name))
		return take_option(taken, index, value);
	return skstat_error_set(&taken->error, -EINVAL, "there is no parameter \"%.80s\" here", name);
}
