/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file of --web.config.file, as Prometheus' exporter-toolkit has it: tls_server_config, http_server_config,
 * basic_auth_users, rate_limit. What this server does not do is refused, never passed over.
 */
#ifndef SKSTAT_CONFIG_WEB_FILE_H
#define SKSTAT_CONFIG_WEB_FILE_H

#include "serve/web_settings.h"

/*
 * Files named in it are found from its own directory. 0, and to be freed with skstat_web_file_free(); or a negative
 * errno and a sentence that begins with "FILE:LINE: " and the key. From any thread.
 */
int skstat_web_file_read(const char *file, struct skstat_web_settings *settings, struct skstat_error *error);

/* The same of a text that ends by 0, which is called `file` in sentences. Pure. */
int skstat_web_file_read_text(const char *file, const char *text, size_t length, struct skstat_web_settings *settings,
			      struct skstat_error *error);

void skstat_web_file_free(struct skstat_web_settings *settings);

#endif
