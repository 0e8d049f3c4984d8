// SPDX-License-Identifier: GPL-2.0
/* A connection to a unix socket. Its reader may take its time; the end of a connection is the end of a record. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "serve/peer.h"
#include "sink_bytes.h"

/* With the "unix:" that skstat_peer_resolve() wants. */
static void peer_text(const char *where, char text[sizeof(struct sockaddr_un) + 16])
{
	snprintf(text, sizeof(struct sockaddr_un) + 16, "unix:%s", where);
}

static int unix_check(const char *where, struct skstat_error *error)
{
	char text[sizeof(struct sockaddr_un) + 16];

	peer_text(where, text);
	return skstat_peer_check(text, error);
}

static int unix_open(struct skstat_sink *sink)
{
	char text[sizeof(struct sockaddr_un) + 16];
	struct sockaddr_storage peer;
	struct skstat_error error;
	socklen_t length;
	int err;

	peer_text(sink->where, text);
	err = skstat_peer_resolve(text, &peer, &length, &error);
	if (err)
		return err;
	sink->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sink->fd < 0)
		return -errno;
	if (connect(sink->fd, (const struct sockaddr *)&peer, length) == 0)
		return 0;
	err = -errno;
	close(sink->fd);
	return err;
}

static void unix_close(struct skstat_sink *sink)
{
	close(sink->fd);
}

const struct skstat_sink_kind skstat_sink_unix = {
	.name = "unix",
	.later = true,
	.check = unix_check,
	.open = unix_open,
	.write = skstat_bytes_to_socket,
	.close = unix_close,
};
