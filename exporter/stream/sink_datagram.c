// SPDX-License-Identifier: GPL-2.0
/* Datagrams by UDP or to a unix socket: whole records, as many as get there in one packet, or one that is longer. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "serve/peer.h"
#include "serve/udp.h"
#include "sink.h"

#define ROOM_MAX 8192 /* more than that, some readers have no buffer for */
#define ROOM_SAFE 1432 /* that Ethernet can carry, with room for a tunnel or two */
#define UDP "//"
#define PEER_TEXT 512

static int udp_check(const char *where, struct skstat_error *error)
{
	if (strncmp(where, UDP, strlen(UDP)) != 0 || strlen(where) >= PEER_TEXT)
		return skstat_error_set(error, -EINVAL, "\"%.60s\" is no address: write udp://HOST:PORT", where);
	if (strncmp(where + strlen(UDP), "unix:", strlen("unix:")) == 0)
		return skstat_error_set(error, -EINVAL, "\"%.60s\" is no host: write unixgram:/PATH", where);
	return skstat_peer_check(where + strlen(UDP), error);
}

static void unixgram_text(const char *where, char text[PEER_TEXT])
{
	snprintf(text, PEER_TEXT, "unix:%s", where);
}

static int unixgram_check(const char *where, struct skstat_error *error)
{
	char text[PEER_TEXT];

	unixgram_text(where, text);
	return skstat_peer_check(text, error);
}

static void datagram_close(struct skstat_sink *sink)
{
	skstat_udp_free(sink->own);
	free(sink->own);
	sink->own = NULL;
}

/* The name is looked up each time: its host may have moved. */
static int peer_open(struct skstat_sink *sink, const char *text)
{
	struct skstat_udp *udp = calloc(1, sizeof(*udp));
	struct skstat_error error;
	int err;

	if (!udp)
		return -ENOMEM;
	udp->fd = -1;
	sink->own = udp;
	err = skstat_peer_resolve(text, &udp->peer, &udp->peer_length, &error);
	if (!err)
		err = skstat_udp_look(udp);
	if (err)
		datagram_close(sink);
	return err;
}

static int udp_open(struct skstat_sink *sink)
{
	return peer_open(sink, sink->where + strlen(UDP));
}

static int unixgram_open(struct skstat_sink *sink)
{
	char text[PEER_TEXT];

	unixgram_text(sink->where, text);
	return peer_open(sink, text);
}

static size_t datagram_room(struct skstat_sink *sink)
{
	size_t room = skstat_udp_room(sink->own);

	if (!room)
		return ROOM_SAFE;
	return room < ROOM_MAX ? room : ROOM_MAX;
}

static int datagram_write(struct skstat_sink *sink, const void *data, size_t length, size_t *taken)
{
	const struct skstat_udp *udp = sink->own;

	(void)taken;
	/* All of it or nothing, so that *taken stays 0. */
	while (send(udp->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (!skstat_control_wait(sink->control, udp->fd, POLLOUT))
			return -ETIMEDOUT;
	}
	return 0;
}

const struct skstat_sink_kind skstat_sink_udp = {
	.name = "udp",
	.later = true,
	.check = udp_check,
	.open = udp_open,
	.write = datagram_write,
	.close = datagram_close,
	.room = datagram_room,
};

const struct skstat_sink_kind skstat_sink_unixgram = {
	.name = "unixgram",
	.later = true,
	.check = unixgram_check,
	.open = unixgram_open,
	.write = datagram_write,
	.close = datagram_close,
	.room = datagram_room,
};
