// SPDX-License-Identifier: GPL-2.0
/* TLS sessions of TCP listeners, which libmicrohttpd makes and drives. */
#include <gnutls/abstract.h>
#include <sys/socket.h>

#include "request.h"

/* A session is set up before its handshake, and has what it was set up with as long as there is a connection. */
static void connection_notified(void *cls, struct MHD_Connection *connection, void **context,
				enum MHD_ConnectionNotificationCode what)
{
	const struct skstat_http_door *door = cls;
	const union MHD_ConnectionInfo *session, *socket;
	struct skstat_web_state *state;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		skstat_web_put(*context);
		*context = NULL;
		return;
	}
	state = skstat_web_take(door->http->web);
	session = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!session || skstat_web_session(state, session->tls_session)) {
		/* Without certificates of its own there is no handshake; nor need anybody wait for that. */
		socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (socket)
			(void)shutdown(socket->connect_fd, SHUT_RDWR);
	}
	*context = state;
}

/* libmicrohttpd wants a certificate to begin with; sessions get theirs when they are set up. */
static int no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
			  const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **certificate,
			  unsigned int *certificates, gnutls_privkey_t *key)
{
	(void)session;
	(void)authorities;
	(void)count;
	(void)algorithms;
	(void)algorithm_count;
	(void)certificate;
	(void)certificates;
	(void)key;
	return -1;
}

bool skstat_session_wanted(const struct skstat_http *http)
{
	struct skstat_web_state *state = http->web ? skstat_web_take(http->web) : NULL;
	bool tls = state && skstat_web_settings(state)->tls;

	skstat_web_put(state);
	return tls;
}

void skstat_session_options(struct skstat_http_door *door, struct MHD_OptionItem options[SKSTAT_SESSION_OPTIONS])
{
	options[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)no_certificate };
	options[1] = (struct MHD_OptionItem){ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_notified, door };
	options[2] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}
