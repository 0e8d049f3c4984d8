/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Datagrams to one receiver, by UDP or on a unix socket: collected, then sent in parts. For the statsd sender. One
 * thread at a time.
 */
#ifndef SKSTAT_SERVE_UDP_H
#define SKSTAT_SERVE_UDP_H

#include <stddef.h>
#include <sys/socket.h>

#include "render/buffer.h"
#include "self/self.h"

struct skstat_datagram {
	size_t offset, length; /* of its bytes in the queue's text */
	size_t lines;
};

/* Zeroed but for peer, peer_length, self, and fd = -1. */
struct skstat_udp {
	struct sockaddr_storage peer;
	socklen_t peer_length;
	struct skstat_self *self;
	int fd; /* connected; -1: not */
	int err; /* of the last datagram that was an error, negative; the caller may clear it */

	struct skstat_buffer text;
	struct skstat_datagram *queue;
	size_t sent, count, room; /* of queue: done with, in it, in memory */
};

/* Adds a copy to the queue; counts it as dropped when memory runs out. A skstat_datagram_fn. */
void skstat_udp_add(const char *data, size_t length, size_t lines, void *udp);

/*
 * Sends the next datagrams of the queue, up to number `until`, and never waits. Connects first where it is not; after
 * an error that another route could mend it does so anew.
 */
void skstat_udp_send(struct skstat_udp *udp, size_t until);

/*
 * Whether the receiver is there, as far as can be told without sending: connects, and asks what became of datagrams
 * that were sent before. 0 or a negative errno.
 */
int skstat_udp_look(struct skstat_udp *udp);

/* Bytes that a datagram may have to get to the receiver in one packet, as far as is known. Connects. 0: not known. */
size_t skstat_udp_room(struct skstat_udp *udp);

/* Empties the queue, with its memory kept. */
void skstat_udp_clear(struct skstat_udp *udp);

void skstat_udp_free(struct skstat_udp *udp);

#endif
