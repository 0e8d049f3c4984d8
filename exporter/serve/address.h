/* SPDX-License-Identifier: GPL-2.0 */
/* "host:port" as people write it, made into addresses. */
#ifndef SKSTAT_SERVE_ADDRESS_H
#define SKSTAT_SERVE_ADDRESS_H

#include <netdb.h>

#include "source/message.h"

#define SKSTAT_HOST_SIZE 256 /* of a host's name, the end included */
#define SKSTAT_PORT_SIZE 6

struct skstat_address {
	char host[SKSTAT_HOST_SIZE]; /* without brackets; "" of ":19733" */
	char port[SKSTAT_PORT_SIZE]; /* 0 to 65535, decimal */
};

/* "127.0.0.1:8125", "[::1]:8125", "name:8125", ":8125". Pure. 0, or -EINVAL and a sentence. */
int skstat_address_parse(const char *text, struct skstat_address *address, struct skstat_error *error);

/*
 * The addresses of a host that is not "", to be freed with freeaddrinfo(). A name that has both kinds is taken as IPv4:
 * that is where "localhost" is expected, and where statsd listens unless told otherwise. May ask the resolver, and
 * block. 0, or -ENOENT and a sentence that names `text`, which is what the user wrote.
 */
int skstat_address_resolve(const struct skstat_address *address, const char *text, int socktype,
			   struct addrinfo **found, struct skstat_error *error);

#endif
