/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets that the server listens on: opened while that takes privileges, or passed by the service manager. */
#ifndef SKSTAT_START_DOORS_H
#define SKSTAT_START_DOORS_H

#include "config/config.h"
#include "serve/http.h"

#define SKSTAT_DOORS (SKSTAT_CONFIG_LISTENERS + 1) /* the unix socket is one more */

/*
 * Opens them into `listener`; *own: the unix socket was made by this process. 0, or a negative errno and a sentence.
 * What was opened is counted in *listeners in any case, and is the caller's.
 */
int skstat_doors_open(const struct skstat_config *config, struct skstat_http_listener listener[SKSTAT_DOORS],
		      size_t *listeners, bool *own, struct skstat_error *error);

/* Says in the log where the server can be reached. */
void skstat_doors_tell(const struct skstat_config *config, const struct skstat_http_listener *listener,
		       size_t listeners, bool own, const char *scheme);

#endif
