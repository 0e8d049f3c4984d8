// SPDX-License-Identifier: GPL-2.0
/* tls_server_config */
#include <string.h>

#include "web_keys.h"

static int cert_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return skstat_web_path(taking, at, node, &taking->settings->cert_file);
}

static int key_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return skstat_web_path(taking, at, node, &taking->settings->key_file);
}

static int ca_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return skstat_web_path(taking, at, node, &taking->settings->client_ca_file);
}

static int client_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const char *const words[] = {
		[SKSTAT_CLIENT_NONE] = "NoClientCert",
		[SKSTAT_CLIENT_REQUEST] = "RequestClientCert",
		[SKSTAT_CLIENT_ANY] = "RequireAnyClientCert",
		[SKSTAT_CLIENT_IF_GIVEN] = "VerifyClientCertIfGiven",
		[SKSTAT_CLIENT_VERIFY] = "RequireAndVerifyClientCert",
	};
	const char *word = "";
	int err = skstat_web_word(taking, at, node, &word);

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

static int version_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
			const char **version)
{
	int err = skstat_web_word(taking, at, node, version);

	if (err || !**version || strcmp(*version, "TLS12") == 0 || strcmp(*version, "TLS13") == 0)
		return err;
	if (strcmp(*version, "TLS10") == 0 || strcmp(*version, "TLS11") == 0)
		return skstat_refuse(taking->reading, at, "%s is not spoken any more: write TLS12 or TLS13", *version);
	return skstat_refuse(taking->reading, at, "\"%.40s\" is neither TLS12 nor TLS13", *version);
}

static int min_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return version_take(taking, at, node, &taking->min);
}

static int max_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	return version_take(taking, at, node, &taking->max);
}

static bool is_given(const char *text)
{
	return text && *text;
}

/* What no key of it can say for itself. */
static int tls_check(struct skstat_web_taking *taking, const struct skstat_at *at)
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

int skstat_web_take_tls(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const struct skstat_web_key keys[] = {
		{ "cert_file", cert_take },
		{ "key_file", key_take },
		{ "client_ca_file", ca_take },
		{ "client_auth_type", client_take },
		{ "min_version", min_take },
		{ "max_version", max_take },
		{ NULL, NULL },
	};
	int err;

	if (skstat_web_empty(node))
		return 0;
	taking->settings->tls = true;
	err = skstat_web_mapping(taking, at, node, keys);
	return err ? err : tls_check(taking, at);
}
