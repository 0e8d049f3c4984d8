/* SPDX-License-Identifier: GPL-2.0 */
/* Listening sockets that the service manager opened (systemd's socket activation: LISTEN_FDS, LISTEN_PID). */
#ifndef SKSTAT_SERVE_PASSED_H
#define SKSTAT_SERVE_PASSED_H

#include <stddef.h>

#include "http.h"

#define SKSTAT_PASSED_FIRST 3 /* the protocol's first descriptor */

/*
 * Takes the variables out of the environment, and the sockets, from descriptor `first` on, into `listener`, of which
 * there are `room`: they are the caller's then, non-blocking and closed on exec. A unix socket is `local`. How many
 * there are, 0 where none are passed to this process; or a negative errno and a sentence: one is no listening stream
 * socket of IP or unix, or they are too many. Before there are threads.
 */
int skstat_passed_take(int first, struct skstat_http_listener *listener, size_t room, struct skstat_error *error);

#endif
