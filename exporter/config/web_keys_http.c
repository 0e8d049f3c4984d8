// SPDX-License-Identifier: GPL-2.0
/* http_server_config */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "value.h"
#include "web_keys.h"

/* It goes into every answer: what would end its line does not. */
static bool is_line(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

static int header_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	struct skstat_web_settings *settings = taking->settings;
	struct skstat_web_header *header = &settings->header[settings->headers];
	int err = skstat_web_word(taking, at, node, &header->value);

	if (err || !*header->value)
		return err;
	if (!is_line(header->value))
		return skstat_refuse(taking->reading, at, "a header's value is one line of text");
	if (strcmp(node->key, "X-Content-Type-Options") == 0 && strcmp(header->value, "nosniff") != 0)
		return skstat_refuse(taking->reading, at, "\"%.40s\" is not nosniff", header->value);
	if (strcmp(node->key, "X-Frame-Options") == 0 && strcasecmp(header->value, "deny") != 0 &&
	    strcasecmp(header->value, "sameorigin") != 0)
		return skstat_refuse(taking->reading, at, "\"%.40s\" is neither deny nor sameorigin", header->value);
	header->name = skstat_reading_text(taking->reading, node->key);
	if (!header->name)
		return -ENOMEM;
	settings->headers++;
	return 0;
}

static int headers_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const struct skstat_web_key keys[] = {
		{ "Content-Security-Policy", header_take },
		{ "Strict-Transport-Security", header_take },
		{ "X-Content-Type-Options", header_take },
		{ "X-Frame-Options", header_take },
		{ "X-XSS-Protection", header_take },
		{ NULL, NULL },
	};

	taking->settings->header = skstat_reading_alloc(taking->reading, node->children,
							sizeof(*taking->settings->header));
	return taking->settings->header ? skstat_web_mapping(taking, at, node, keys) : -ENOMEM;
}

/* Taken either way: it says what may be spoken, and clients ask for HTTP/1.1 where there is no other. */
static int http2_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	const char *word = "";
	bool on;
	int err = skstat_web_word(taking, at, node, &word);

	if (!err && *word && skstat_value_switch(word, &on))
		return skstat_refuse(taking->reading, at, "\"%.40s\" is neither true nor false", word);
	return err;
}

int skstat_web_take_http(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const struct skstat_web_key keys[] = {
		{ "headers", headers_take },
		{ "http2", http2_take },
		{ NULL, NULL },
	};

	return skstat_web_mapping(taking, at, node, keys);
}
