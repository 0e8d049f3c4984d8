// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pool.h"
#include "reading.h"
#include "source/utf8.h"
#include "text.h"
#include "value.h"
#include "web_file.h"

#define BCRYPT_LENGTH 60
#define BCRYPT_LEAST 4
#define BCRYPT_MOST 16 /* doubles the time: some seconds, and nobody waits longer for a page */
#define NAME_MOST 255

struct taking {
	const struct skstat_reading *reading;
	struct skstat_web_settings *settings;
	const char *min, *max; /* versions as they are written; NULL: not at all */
};

/* A key, and who takes what stands there. */
struct key {
	const char *name;
	int (*take)(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node);
};

/* "key:" with nothing behind it is as good as none. */
static bool is_empty(const struct skstat_node *node)
{
	return node->kind == SKSTAT_NODE_WORD && !node->word[0];
}

static int keys_tell(struct taking *taking, const struct skstat_at *at, const struct key *keys)
{
	char list[128] = "";
	size_t length = 0;

	for (; keys->name && length < sizeof(list); keys++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s", length ? ", " : "", keys->name);
	return skstat_refuse(taking->reading, at, "there is no such key here, but %s", list);
}

/* Each member by its key; `keys` ends with a name of NULL. */
static int mapping_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node,
			const struct key *keys)
{
	int err = 0;

	if (is_empty(node))
		return 0;
	if (node->kind != SKSTAT_NODE_MAPPING)
		return skstat_refuse(taking->reading, at, "keys and values are to stand here");
	for (const struct skstat_node *member = node->child; member && !err; member = member->next) {
		const struct skstat_at *below = SKSTAT_AT(at, member->key);
		const struct key *key = keys;

		while (key->name && strcmp(key->name, member->key) != 0)
			key++;
		err = key->name ? key->take(taking, below, member) : keys_tell(taking, below, keys);
	}
	return err;
}

/* One word, copied. */
static int word_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		     const char **word)
{
	if (node->kind != SKSTAT_NODE_WORD)
		return skstat_refuse(taking->reading, at, "one word is to stand here");
	*word = skstat_reading_text(taking->reading, node->word);
	return *word ? 0 : -ENOMEM;
}

/* A file, from the directory of the one that names it. "" is none. */
static int path_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		     const char **path)
{
	const char *file = taking->reading->file, *slash = strrchr(file, '/');
	size_t size;
	char *joined;
	int err = word_take(taking, at, node, path);

	if (err || **path == '/' || !slash)
		return err;
	if (!**path)
		return 0;
	size = (size_t)(slash - file) + strlen(*path) + 2;
	joined = skstat_reading_alloc(taking->reading, size, 1);
	if (!joined)
		return -ENOMEM;
	snprintf(joined, size, "%.*s/%s", (int)(slash - file), file, *path);
	*path = joined;
	return 0;
}

/* --- tls_server_config */

static int cert_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return path_take(taking, at, node, &taking->settings->cert_file);
}

static int key_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return path_take(taking, at, node, &taking->settings->key_file);
}

static int ca_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return path_take(taking, at, node, &taking->settings->client_ca_file);
}

static int client_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const char *const words[] = {
		[SKSTAT_CLIENT_NONE] = "NoClientCert",
		[SKSTAT_CLIENT_REQUEST] = "RequestClientCert",
		[SKSTAT_CLIENT_ANY] = "RequireAnyClientCert",
		[SKSTAT_CLIENT_IF_GIVEN] = "VerifyClientCertIfGiven",
		[SKSTAT_CLIENT_VERIFY] = "RequireAndVerifyClientCert",
	};
	const char *word = "";
	int err = word_take(taking, at, node, &word);

	if (err || !*word)
		return err;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) == 0) {
			taking->settings->client = (enum skstat_web_client)i;
			return 0;
		}
	}
	return skstat_refuse(taking->reading, at, "\"%.40s\" is none of NoClientCert, RequestClientCert, "
			     "RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert", word);
}

static int version_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node,
			const char **version)
{
	int err = word_take(taking, at, node, version);

	if (err || !**version || strcmp(*version, "TLS12") == 0 || strcmp(*version, "TLS13") == 0)
		return err;
	if (strcmp(*version, "TLS10") == 0 || strcmp(*version, "TLS11") == 0)
		return skstat_refuse(taking->reading, at, "%s is not spoken any more: write TLS12 or TLS13", *version);
	return skstat_refuse(taking->reading, at, "\"%.40s\" is neither TLS12 nor TLS13", *version);
}

static int min_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return version_take(taking, at, node, &taking->min);
}

static int max_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return version_take(taking, at, node, &taking->max);
}

static bool is_given(const char *text)
{
	return text && *text;
}

/* What no key of it can say for itself. */
static int tls_check(struct taking *taking, const struct skstat_at *at)
{
	struct skstat_web_settings *settings = taking->settings;
	const bool verifies = settings->client >= SKSTAT_CLIENT_IF_GIVEN;

	if (!is_given(settings->cert_file))
		return skstat_refuse(taking->reading, at, "cert_file is missing: name the certificate");
	if (!is_given(settings->key_file))
		return skstat_refuse(taking->reading, at, "key_file is missing: name the certificate's key");
	if (!is_given(settings->client_ca_file))
		settings->client_ca_file = NULL;
	if (verifies && !settings->client_ca_file)
		return skstat_refuse(taking->reading, at, "client_auth_type verifies certificates: name who makes them "
							  "in client_ca_file");
	if (settings->client_ca_file && settings->client == SKSTAT_CLIENT_NONE)
		return skstat_refuse(taking->reading, at, "client_ca_file is of no use without client_auth_type: write "
							  "RequireAndVerifyClientCert there");
	settings->tls12 = !is_given(taking->min) || strcmp(taking->min, "TLS12") == 0;
	settings->tls13 = !is_given(taking->max) || strcmp(taking->max, "TLS13") == 0;
	if (!settings->tls12 && !settings->tls13)
		return skstat_refuse(taking->reading, at, "min_version is above max_version");
	return 0;
}

static int tls_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const struct key keys[] = {
		{ "cert_file", cert_take },
		{ "key_file", key_take },
		{ "client_ca_file", ca_take },
		{ "client_auth_type", client_take },
		{ "min_version", min_take },
		{ "max_version", max_take },
		{ NULL, NULL },
	};
	int err;

	if (is_empty(node))
		return 0;
	taking->settings->tls = true;
	err = mapping_take(taking, at, node, keys);
	return err ? err : tls_check(taking, at);
}

/* --- http_server_config */

/* It goes into every answer: what would end its line does not. */
static bool is_line(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

static int header_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	struct skstat_web_settings *settings = taking->settings;
	struct skstat_web_header *header = &settings->header[settings->headers];
	int err = word_take(taking, at, node, &header->value);

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

static int headers_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const struct key keys[] = {
		{ "Content-Security-Policy", header_take },
		{ "Strict-Transport-Security", header_take },
		{ "X-Content-Type-Options", header_take },
		{ "X-Frame-Options", header_take },
		{ "X-XSS-Protection", header_take },
		{ NULL, NULL },
	};

	taking->settings->header = skstat_reading_alloc(taking->reading, node->children,
							sizeof(*taking->settings->header));
	return taking->settings->header ? mapping_take(taking, at, node, keys) : -ENOMEM;
}

/* Taken either way: it says what may be spoken, and clients ask for HTTP/1.1 where there is no other. */
static int http2_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	const char *word = "";
	bool on;
	int err = word_take(taking, at, node, &word);

	if (!err && *word && skstat_value_switch(word, &on))
		return skstat_refuse(taking->reading, at, "\"%.40s\" is neither true nor false", word);
	return err;
}

static int http_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const struct key keys[] = { { "headers", headers_take }, { "http2", http2_take }, { NULL, NULL } };

	return mapping_take(taking, at, node, keys);
}

/* --- basic_auth_users */

/* "$2y$10$" and 53 characters. The sentence does not have it in it: it goes to logs. */
static int hash_check(struct taking *taking, const struct skstat_at *at, const char *hash)
{
	static const char alphabet[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const size_t head = strlen("$2y$10$");
	int cost;

	if (strlen(hash) != BCRYPT_LENGTH || strncmp(hash, "$2", 2) != 0 || !strchr("aby", hash[2]) ||
	    hash[3] != '$' || strspn(hash + 4, "0123456789") != 2 || hash[6] != '$' ||
	    strspn(hash + head, alphabet) != BCRYPT_LENGTH - head)
		return skstat_refuse(taking->reading, at, "this is no hash of bcrypt: make one by htpasswd -nBC 10 \"\"");
	cost = atoi(hash + 4);
	if (cost < BCRYPT_LEAST || cost > BCRYPT_MOST)
		return skstat_refuse(taking->reading, at, "bcrypt's cost is %d: make one of %d to %d by htpasswd -nBC 10 "
							  "\"\"", cost, BCRYPT_LEAST, BCRYPT_MOST);
	return 0;
}

static int user_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		     struct skstat_web_user *user)
{
	int err = word_take(taking, at, node, &user->hash);

	if (err)
		return err;
	if (!*node->key || strlen(node->key) > NAME_MOST || strchr(node->key, ':'))
		return skstat_refuse(taking->reading, at, "a user's name has 1 to %d bytes, and no colon", NAME_MOST);
	user->name = skstat_reading_text(taking->reading, node->key);
	if (!user->name)
		return -ENOMEM;
	return hash_check(taking, at, user->hash);
}

static int users_take(struct taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	struct skstat_web_settings *settings = taking->settings;
	int err = 0;

	if (is_empty(node))
		return 0;
	if (node->kind != SKSTAT_NODE_MAPPING)
		return skstat_refuse(taking->reading, at, "names and hashes of passwords are to stand here");
	settings->user = skstat_reading_alloc(taking->reading, node->children, sizeof(*settings->user));
	if (!settings->user)
		return -ENOMEM;
	for (const struct skstat_node *user = node->child; user && !err; user = user->next)
		err = user_take(taking, SKSTAT_AT(at, user->key), user, &settings->user[settings->users++]);
	return err;
}

/* --- the file */

static int root_take(struct taking *taking)
{
	static const struct key keys[] = {
		{ "tls_server_config", tls_take },
		{ "http_server_config", http_take },
		{ "basic_auth_users", users_take },
		{ NULL, NULL },
	};

	return mapping_take(taking, NULL, taking->reading->root, keys);
}

static int text_take(const char *file, const char *text, size_t length, struct skstat_pool *scratch,
		     struct skstat_web_settings *settings, struct skstat_error *error)
{
	struct skstat_reading reading = { .file = file, .pool = settings->memory, .error = error };
	struct taking taking = { .reading = &reading, .settings = settings };

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
