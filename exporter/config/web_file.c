// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "source/utf8.h"
#include "text.h"
#include "web_file.h"
#include "web_keys.h"

static int root_take(struct skstat_web_taking *taking)
{
	static const struct skstat_web_key keys[] = {
		{ "tls_server_config", skstat_web_take_tls },
		{ "http_server_config", skstat_web_take_http },
		{ "basic_auth_users", skstat_web_take_users },
		{ "rate_limit", skstat_web_take_rate },
		{ NULL, NULL },
	};

	return skstat_web_mapping(taking, NULL, taking->reading->root, keys);
}

static int text_take(const char *file, const char *text, size_t length, struct skstat_pool *scratch,
		     struct skstat_web_settings *settings, struct skstat_error *error)
{
	struct skstat_reading reading = { .file = file, .pool = settings->memory, .error = error };
	struct skstat_web_taking taking = { .reading = &reading, .settings = settings };

	if (strspn(text, " \t\r\n") == length)
		return skstat_error_set(error, -EINVAL, "%.100s:1: there is nothing in it: write tls_server_config: or "
							"basic_auth_users:", file);
	reading.root = skstat_outline_make(scratch, file, text, length, error);
	return reading.root ? root_take(&taking) : error->err;
}

int skstat_web_file_read_text(const char *file, const char *text, size_t length, struct skstat_web_settings *settings,
			      struct skstat_error *error)
{
	struct skstat_pool scratch = { NULL };
	int err = skstat_config_text_check(file, text, length, error);

	*settings = (struct skstat_web_settings){ .memory = NULL };
	if (!err) {
		settings->memory = calloc(1, sizeof(struct skstat_pool));
		err = settings->memory ? text_take(file, text, length, &scratch, settings, error) :
					 skstat_error_set(error, -ENOMEM, "%.100s: there is no memory for it", file);
	}
	skstat_pool_free(&scratch);
	if (err) {
		skstat_utf8_clean(error->text);
		skstat_web_file_free(settings);
	}
	return err;
}

int skstat_web_file_read(const char *file, struct skstat_web_settings *settings, struct skstat_error *error)
{
	size_t length;
	char *text = skstat_config_text_read(file, &length, error);
	int err = text ? skstat_web_file_read_text(file, text, length, settings, error) : error->err;

	free(text);
	return err;
}

void skstat_web_file_free(struct skstat_web_settings *settings)
{
	if (settings->memory)
		skstat_pool_free(settings->memory);
	free(settings->memory);
	*settings = (struct skstat_web_settings){ .memory = NULL };
}
