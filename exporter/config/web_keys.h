/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of --web.config.file's reader share: a table of keys for each mapping, and who takes what stands
 * there. Only web_file.c and web_keys_*.c include this. Who takes something returns 0, or a negative errno and a sentence.
 */
#ifndef SKSTAT_CONFIG_WEB_KEYS_H
#define SKSTAT_CONFIG_WEB_KEYS_H

#include <stdbool.h>

#include "reading.h"
#include "serve/web_settings.h"

struct skstat_web_taking {
	const struct skstat_reading *reading;
	struct skstat_web_settings *settings;
	const char *min, *max; /* versions as they are written; NULL: not at all */
};

/* A key, and who takes what stands there. */
struct skstat_web_key {
	const char *name;
	int (*take)(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node);
};

/* "key:" with nothing behind it is as good as none. */
bool skstat_web_empty(const struct skstat_node *node);

/* Each member by its key; `keys` ends with a name of NULL. */
int skstat_web_mapping(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		       const struct skstat_web_key *keys);

/* One word, copied. */
int skstat_web_word(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		    const char **word);

/* A file, from the directory of the one that names it. "" is none. */
int skstat_web_path(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		    const char **path);

/* tls_server_config, http_server_config, basic_auth_users, rate_limit. */
int skstat_web_take_tls(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node);
int skstat_web_take_http(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node);
int skstat_web_take_users(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node);
int skstat_web_take_rate(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node);

#endif
