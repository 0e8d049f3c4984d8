/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets to listen on, by the addresses that people write. */
#ifndef SKSTAT_SERVE_LISTEN_H
#define SKSTAT_SERVE_LISTEN_H

#include "source/message.h"

/*
 * "127.0.0.1:19733", "[::1]:19733", "localhost:19733", ":19733" (all addresses, both families). A listening TCP socket, or a negative errno and
 * one sentence that says which address, what is wrong and what to do. Port 0 takes any.
 */
int skstat_listen_tcp(const char *address, struct skstat_error *error);

/*
 * A listening unix socket at `path`, mode 0660 and, where there is a group of that name, its. A socket that is there and that nobody
 * listens on is replaced; one that somebody does is -EADDRINUSE.
 */
int skstat_listen_unix(const char *path, const char *group, struct skstat_error *error);

#endif
