/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets to listen on, by the addresses that people write. They are non-blocking and close on exec. */
#ifndef SKSTAT_SERVE_LISTEN_H
#define SKSTAT_SERVE_LISTEN_H

#include "source/message.h"

/*
 * "127.0.0.1:19733", "[::1]:19733", "localhost:19733" (IPv4 if it has both), ":19733" (all addresses, both families, or
 * IPv4 where IPv6 is off); "[::]:19733" is IPv6 alone, so that "0.0.0.0:19733" can stand beside it. A listening TCP
 * socket, or a negative errno and one sentence that says which address, what is wrong and what to do. Port 0 takes any.
 */
int skstat_listen_tcp(const char *address, struct skstat_error *error);

/*
 * A listening unix socket at `path`, mode 0660 and, where there is a group of that name, its ("" and NULL: no group). A
 * socket that is there and that nobody listens on is replaced; one that somebody does is -EADDRINUSE, and what is no
 * socket stays. Sets the process' umask for a moment: before there are threads.
 */
int skstat_listen_unix(const char *path, const char *group, struct skstat_error *error);

#endif
