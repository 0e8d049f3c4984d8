// SPDX-License-Identifier: GPL-2.0
/* Any text as the file of --web.config.file: what is taken a server may rely on, and what is not is told in a sentence. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/web_file.h"

#define NAME "d/fuzz" /* where files are that it names */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What goes into a header of every answer ends neither the header nor the answer. */
static void line_check(const char *text)
{
	for (; *text; text++)
		assert((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void settings_check(const struct skstat_web_settings *settings)
{
	assert(!settings->tls || (*settings->cert_file && *settings->key_file));
	assert(!settings->tls || settings->tls12 || settings->tls13);
	assert(settings->client < SKSTAT_CLIENT_IF_GIVEN || settings->client_ca_file);
	for (size_t i = 0; i < settings->users; i++) {
		assert(settings->user[i].name[0] && !strchr(settings->user[i].name, ':'));
		assert(strlen(settings->user[i].hash) == 60);
	}
	for (size_t i = 0; i < settings->headers; i++) {
		assert(settings->header[i].value[0]);
		line_check(settings->header[i].name);
		line_check(settings->header[i].value);
	}
}

/* "d/fuzz:7: ..." */
static void error_check(const struct skstat_error *error)
{
	assert(strncmp(error->text, NAME ":", sizeof(NAME)) == 0 && isdigit((unsigned char)error->text[sizeof(NAME)]));
	line_check(error->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skstat_web_settings settings = { 0 };
	struct skstat_error error = { 0 };
	char *text = malloc(size + 1);
	int err;

	assert(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	err = skstat_web_file_read_text(NAME, text, size, &settings, &error);
	assert(err == 0 || err == -EINVAL);
	if (err) {
		error_check(&error);
	} else {
		settings_check(&settings);
		skstat_web_file_free(&settings);
	}
	free(text);
	return 0;
}
