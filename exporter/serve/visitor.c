// SPDX-License-Identifier: GPL-2.0
/* Connections over TCP, from the first moment on: their place in the crowd, and what holds for their TLS session. */
#include <stdlib.h>
#include <sys/socket.h>

#include "request.h"

struct visitor {
	struct skstat_visit visit;
	struct skstat_web_state *web; /* NULL: no TLS */
};

static void come(struct skstat_http_door *door, struct MHD_Connection *connection, struct visitor **visitor)
{
	const union MHD_ConnectionInfo *socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	bool well = false;

	*visitor = socket ? calloc(1, sizeof(**visitor)) : NULL;
	if (*visitor) {
		if (skstat_crowd_enter(&door->crowd, &(*visitor)->visit, socket->connect_fd, skstat_now_ns()))
			skstat_self_add(door->http->self, http_dropped, 1);
		well = !door->tls || skstat_session_begin(door->http, connection, &(*visitor)->web) == 0;
	}
	/* Without certificates of its own there is no handshake; nor need anybody wait for that. */
	if (!well && socket)
		(void)shutdown(socket->connect_fd, SHUT_RDWR);
}

static void go(struct skstat_http_door *door, struct visitor *visitor)
{
	if (!visitor)
		return;
	skstat_crowd_leave(&door->crowd, &visitor->visit);
	skstat_web_put(visitor->web);
	free(visitor);
}

void skstat_visitor_notified(void *cls, struct MHD_Connection *connection, void **context,
			     enum MHD_ConnectionNotificationCode what)
{
	struct visitor *visitor = *context;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED)
		go(cls, visitor);
	else
		come(cls, connection, &visitor);
	*context = what == MHD_CONNECTION_NOTIFY_CLOSED ? NULL : visitor;
}

static struct visitor *find(const struct skstat_http_door *door, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		door->local ? NULL : MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void skstat_visitor_asks(struct skstat_http_door *door, struct MHD_Connection *connection)
{
	struct visitor *visitor = find(door, connection);

	if (visitor)
		skstat_crowd_ask(&door->crowd, &visitor->visit, skstat_now_ns());
}

void skstat_visitor_answered(struct skstat_http_door *door, struct MHD_Connection *connection)
{
	struct visitor *visitor = find(door, connection);

	if (visitor)
		skstat_crowd_answered(&door->crowd, &visitor->visit, skstat_now_ns());
}
