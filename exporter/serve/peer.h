/* SPDX-License-Identifier: GPL-2.0 */
/* Where datagrams for statsd go: "host:port", or "unix:" and the path of a datagram socket ("unix:@name": abstract). */
#ifndef SKSTAT_SERVE_PEER_H
#define SKSTAT_SERVE_PEER_H

#include <sys/socket.h>

#include "source/message.h"

/*
 * Whether the text is such an address, as far as it can be told without asking anybody. 0, or -EINVAL and a sentence.
 */
int skstat_peer_check(const char *text, struct skstat_error *error);

/* The address itself. May ask the resolver, and block. 0; -EINVAL or -ENOENT and a sentence. */
int skstat_peer_resolve(const char *text, struct sockaddr_storage *peer, socklen_t *length,
			struct skstat_error *error);

#endif
