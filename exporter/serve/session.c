// SPDX-License-Identifier: GPL-2.0
/* TLS sessions of TCP listeners, which libmicrohttpd makes and drives. */
#include <errno.h>
#include <gnutls/abstract.h>

#include "request.h"

int skstat_session_begin(struct skstat_http *http, struct MHD_Connection *connection, struct skstat_web_state **state)
{
	const union MHD_ConnectionInfo *session =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	*state = skstat_web_take(http->web);
	return session ? skstat_web_session(*state, session->tls_session) : -EINVAL;
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

void skstat_session_options(struct MHD_OptionItem options[SKSTAT_SESSION_OPTIONS])
{
	options[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)no_certificate };
	options[1] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}
