// SPDX-License-Identifier: GPL-2.0
/* Paths, names, addresses: texts that have to be of a kind. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "stream.h"
#include "take.h"

int skstat_take_text(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		     struct skstat_error *error)
{
	const char **text = skstat_take_place(setting, config);

	(void)error;
	*text = value;
	return 0;
}

/* Something that becomes a part of metric names. */
int skstat_take_prefix(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		       struct skstat_error *error)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	if (!*value || value[strspn(value, good)])
		return skstat_setting_refuse(setting, error,
					     "\"%.40s\" is no prefix: write letters, digits, \"_\", \"-\" and \".\"",
					     value);
	return skstat_take_text(setting, value, config, error);
}

/* Names for statsd. */
int skstat_take_template(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
			 struct skstat_error *error)
{
	const char *wrong = strcmp(value, SKSTAT_STATSD_XTCP) == 0 ? NULL : skstat_statsd_template_wrong(value);

	if (wrong)
		return skstat_setting_refuse(setting, error, "\"%.60s\" %s", value, wrong);
	return skstat_take_text(setting, value, config, error);
}

int skstat_take_statsd_view(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
			    struct skstat_error *error)
{
	/* All of them. */
	if (!*value)
		return 0;
	if (config->statsd_views == SKSTAT_CONFIG_STATSD_VIEWS)
		return skstat_setting_refuse(setting, error, "\"%.40s\" is one too many: write it %d times at most",
					     value, SKSTAT_CONFIG_STATSD_VIEWS);
	config->statsd_view[config->statsd_views++] = value;
	return 0;
}

int skstat_take_stream(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		       struct skstat_error *error)
{
	struct skstat_stream_config stream;
	struct skstat_error why;

	if (!*value)
		return 0;
	if (config->stream_texts == SKSTAT_STREAMS_MAX)
		return skstat_setting_refuse(setting, error, "\"%.40s\" is one too many: write it %d times at most",
					     value, SKSTAT_STREAMS_MAX);
	if (skstat_stream_parse(value, &stream, &why))
		return skstat_setting_refuse(setting, error, "%s", why.text);
	config->stream_text[config->stream_texts++] = value;
	return 0;
}

int skstat_take_path(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		     struct skstat_error *error)
{
	static const char taken[][6] = { "/-/", "/api/" };

	if (*value != '/')
		return skstat_setting_refuse(setting, error, "\"%.40s\" does not start with \"/\": write %s, ...",
					     value, setting->value);
	if (!value[1])
		return skstat_setting_refuse(setting, error, "\"/\" is the landing page: write %s, ...",
					     setting->value);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strncmp(value, taken[i], strlen(taken[i])) == 0)
			return skstat_setting_refuse(setting, error,
						     "\"%.40s\" is below %s, which is taken: write %s, ...", value,
						     taken[i], setting->value);
	/* A request for such a path would arrive in another form than it is written. */
	for (const char *c = value; *c; c++)
		if (!isgraph((unsigned char)*c) || strchr("?#%\"<>\\", *c))
			return skstat_setting_refuse(setting, error,
						     "\"%.40s\" has a character that would have to be escaped: write "
						     "%s, ...",
						     value, setting->value);
	return skstat_take_text(setting, value, config, error);
}

int skstat_take_listen(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		       struct skstat_error *error)
{
	if (!*value)
		return skstat_setting_refuse(setting, error, "\"\" is no address: write %s, :19733, ...",
					     setting->value);
	if (config->listens == SKSTAT_CONFIG_LISTENERS)
		return skstat_setting_refuse(setting, error, "\"%.40s\" is one too many: write it %d times at most",
					     value, SKSTAT_CONFIG_LISTENERS);
	config->listen[config->listens++] = value;
	return 0;
}

int skstat_take_host(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		     struct skstat_error *error)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	if (!*value || value[strspn(value, good)])
		return skstat_setting_refuse(setting, error,
					     "\"%.40s\" is no name of a host: write it without port: "
					     "www.example.org, ...",
					     value);
	if (config->hosts == SKSTAT_CONFIG_HOSTS)
		return skstat_setting_refuse(setting, error, "\"%.40s\" is one too many: write it %d times at most",
					     value, SKSTAT_CONFIG_HOSTS);
	config->host[config->hosts++] = value;
	return 0;
}
