/* SPDX-License-Identifier: GPL-2.0 */
/* Known TCP connections over loopback, for tests of what a source tells of them. No privilege is needed. */
#ifndef SKSTAT_TEST_LOOPBACK_H
#define SKSTAT_TEST_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOPBACK_PAIRS	 24 /* of each of the three: IPv4, IPv6, and IPv6 sockets that talk IPv4 */
#define LOOPBACK_BACKLOG 128

/* Both ends of a connection. Nothing of it is on its way, and all was read. */
struct loopback_pair {
	int client, server;
	int family;  /* of the client's socket */
	bool mapped; /* the client's: the server's is of AF_INET then */
	uint16_t client_port, server_port;
	size_t up, down; /* bytes sent by client and server */
	bool closed;	 /* the client shut down its sending side: FIN_WAIT2, and CLOSE_WAIT at the server */
};

struct loopback {
	int four, six; /* listeners; -1: there is no such family here */
	uint16_t port_four, port_six;
	struct loopback_pair pair[3 * LOOPBACK_PAIRS];
	size_t pairs;
};

/* The listeners, and all the pairs that this machine can have. A third of each kind is closed. */
void loopback_open(struct loopback *loopback);
void loopback_close(struct loopback *loopback);

/* One more connection, which is the caller's to close: `size` bytes up, and as many down. */
void loopback_connect(const struct loopback *loopback, struct loopback_pair *pair, int family, bool mapped,
		      size_t size);

/* Shuts down the client's sending side, and waits until both ends know that they know. */
void loopback_shutdown(struct loopback_pair *pair);

#endif
