// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "udp.h"

#define UNIX_MAX 65507 /* no path to think of: as much as UDP could */
#define BATCH 32 /* datagrams for one system call */

void skstat_udp_add(const char *data, size_t length, size_t lines, void *cls)
{
	struct skstat_udp *udp = cls;
	size_t offset = udp->text.length;

	if (udp->count == udp->room) {
		size_t room = udp->room ? 2 * udp->room : 64;
		struct skstat_datagram *queue = realloc(udp->queue, room * sizeof(*queue));

		if (!queue) {
			skstat_self_add(udp->self, statsd_dropped, 1);
			return;
		}
		udp->queue = queue;
		udp->room = room;
	}
	skstat_buffer_put(&udp->text, data, length);
	if (udp->text.failed) {
		skstat_self_add(udp->self, statsd_dropped, 1);
		return;
	}
	udp->queue[udp->count++] = (struct skstat_datagram){ .offset = offset, .length = length, .lines = lines };
}

static int connect_peer(struct skstat_udp *udp)
{
	int fd;

	if (udp->fd >= 0)
		return 0;
	fd = socket(udp->peer.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&udp->peer, udp->peer_length)) {
		udp->err = -errno;
		if (fd >= 0)
			close(fd);
		return udp->err;
	}
	udp->fd = fd;
	return 0;
}

static void disconnect(struct skstat_udp *udp)
{
	close(udp->fd);
	udp->fd = -1;
}

int skstat_udp_look(struct skstat_udp *udp)
{
	socklen_t length = sizeof(int);
	int err = 0;

	/* A unix socket is connected to a receiver, not to its path, where another may be now. */
	if (udp->fd >= 0 && udp->peer.ss_family == AF_UNIX)
		disconnect(udp);
	if (connect_peer(udp))
		return udp->err;
	if (getsockopt(udp->fd, SOL_SOCKET, SO_ERROR, &err, &length))
		err = errno;
	return -err;
}

size_t skstat_udp_room(struct skstat_udp *udp)
{
	bool six = udp->peer.ss_family == AF_INET6;
	int headers = (six ? 40 : 20) + 8, mtu;
	socklen_t length = sizeof(mtu);

	if (connect_peer(udp))
		return 0;
	if (udp->peer.ss_family == AF_UNIX)
		return UNIX_MAX;
	if (getsockopt(udp->fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_MTU : IP_MTU, &mtu, &length))
		return 0;
	return mtu > headers ? (size_t)(mtu - headers) : 0;
}

/* The first `count` of the queue that are not sent yet went out. */
static void count_sent(struct skstat_udp *udp, size_t count)
{
	size_t bytes = 0, lines = 0;

	for (size_t i = 0; i < count; i++) {
		bytes += udp->queue[udp->sent + i].length;
		lines += udp->queue[udp->sent + i].lines;
	}
	udp->sent += count;
	skstat_self_add(udp->self, statsd_sent, count);
	skstat_self_add(udp->self, statsd_bytes, bytes);
	skstat_self_add(udp->self, statsd_lines, lines);
}

/* The next one did not. */
static void count_failed(struct skstat_udp *udp, int err)
{
	udp->sent++;
	switch (err) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
		skstat_self_add(udp->self, statsd_dropped, 1);
		return;
	default:
		udp->err = -err;
		skstat_self_add(udp->self, statsd_error, 1);
		/*
		 * By UDP it is the answer to one that was sent before, and kept this one back: others may get through.
		 * Else the route has gone, or the address that it gave the socket, or a unix socket's receiver.
		 */
		if (err != ECONNREFUSED || udp->peer.ss_family == AF_UNIX)
			disconnect(udp);
	}
}

static void send_batch(struct skstat_udp *udp, size_t count)
{
	struct mmsghdr message[BATCH] = { 0 };
	struct iovec iov[BATCH];
	int sent;

	for (size_t i = 0; i < count; i++) {
		const struct skstat_datagram *datagram = &udp->queue[udp->sent + i];

		iov[i].iov_base = udp->text.data + datagram->offset;
		iov[i].iov_len = datagram->length;
		message[i].msg_hdr.msg_iov = &iov[i];
		message[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(udp->fd, message, (unsigned int)count, MSG_NOSIGNAL);
	if (sent >= 0)
		count_sent(udp, (size_t)sent);
	else if (errno != EINTR)
		count_failed(udp, errno);
}

void skstat_udp_send(struct skstat_udp *udp, size_t until)
{
	while (udp->sent < until && udp->sent < udp->count) {
		size_t count = (until < udp->count ? until : udp->count) - udp->sent;

		if (connect_peer(udp)) {
			udp->sent += count;
			skstat_self_add(udp->self, statsd_error, count);
			return;
		}
		send_batch(udp, count < BATCH ? count : BATCH);
	}
}

void skstat_udp_clear(struct skstat_udp *udp)
{
	skstat_buffer_clear(&udp->text);
	udp->sent = udp->count = 0;
}

void skstat_udp_free(struct skstat_udp *udp)
{
	skstat_buffer_free(&udp->text);
	free(udp->queue);
	if (udp->fd >= 0)
		close(udp->fd);
}
