// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "check.h"
#include "config/web_file.h"
#include "serve/web.h"

/* Whether --web.config.file, and what it names, can be taken. */
static bool web_check(const struct skstat_config *config)
{
	const struct skstat_web_reader reader = { config->web_file, skstat_web_file_read, skstat_web_file_free };
	struct skstat_self self = { 0 };
	struct skstat_error error;
	struct skstat_web *web;

	if (!*config->web_file)
		return true;
	web = skstat_web_new(&reader, &self, &error);
	if (!web)
		fprintf(stderr, "skstat_exporter: %s\n", error.text);
	skstat_web_free(web);
	return web;
}

/* What was read so far was well. */
int skstat_check(const struct skstat_config *config)
{
	if (!web_check(config))
		return 2;
	if (config->views)
		printf("%s: OK, views: %zu\n", config->config_file, config->views);
	else if (config->config_file[0])
		printf("%s: OK\n", config->config_file);
	else
		printf("OK: there is no file (--config.file), and the options are well\n");
	return 0;
}
