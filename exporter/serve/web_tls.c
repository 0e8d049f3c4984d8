// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gnutls/x509.h>
#include <time.h>

#include "web_state.h"

static int refuse(struct skstat_error *error, const char *what, const char *file, int code)
{
	const int err = code == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EINVAL;

	return skstat_error_set(error, err, "%s %.120s cannot be taken: %s", what, file, gnutls_strerror(code));
}

/* When the first certificate ends, its own one. */
static uint64_t find_end(gnutls_certificate_credentials_t credentials)
{
	gnutls_x509_crt_t *list;
	unsigned int count;
	time_t end = 0;

	if (gnutls_certificate_get_x509_crt(credentials, 0, &list, &count))
		return 0;
	for (unsigned int i = 0; i < count; i++) {
		if (!i)
			end = gnutls_x509_crt_get_expiration_time(list[i]);
		gnutls_x509_crt_deinit(list[i]);
	}
	gnutls_free(list);
	return end > 0 ? (uint64_t)end : 0;
}

static int take_files(struct skstat_web_state *state, struct skstat_error *error)
{
	const struct skstat_web_settings *settings = &state->settings;
	int code = gnutls_certificate_set_x509_key_file(state->credentials, settings->cert_file, settings->key_file,
							GNUTLS_X509_FMT_PEM);

	if (code < 0)
		return skstat_error_set(error, -EINVAL, "certificate %.80s with key %.80s cannot be taken: %s",
					settings->cert_file, settings->key_file, gnutls_strerror(code));
	state->expires_s = find_end(state->credentials);
	if (!settings->client_ca_file)
		return 0;
	code = gnutls_certificate_set_x509_trust_file(state->credentials, settings->client_ca_file,
						      GNUTLS_X509_FMT_PEM);
	if (code < 0)
		return refuse(error, "client_ca_file", settings->client_ca_file, code);
	return code ? 0 : skstat_error_set(error, -EINVAL, "client_ca_file %.120s has no certificate in it",
					   settings->client_ca_file);
}

int skstat_web_tls_make(struct skstat_web_state *state, struct skstat_error *error)
{
	const struct skstat_web_settings *settings = &state->settings;
	const char *versions = !settings->tls13 ? "NORMAL:-VERS-ALL:+VERS-TLS1.2" :
			       !settings->tls12 ? "NORMAL:-VERS-ALL:+VERS-TLS1.3" :
						  "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
	int code;

	if (!settings->tls)
		return 0;
	code = gnutls_priority_init(&state->priority, versions, NULL);
	if (code < 0) {
		state->priority = NULL;
		return skstat_error_set(error, -EINVAL, "these versions of TLS cannot be had: %s",
					gnutls_strerror(code));
	}
	code = gnutls_certificate_allocate_credentials(&state->credentials);
	if (code < 0) {
		state->credentials = NULL;
		return skstat_error_set(error, -ENOMEM, "no memory for certificates");
	}
	return take_files(state, error);
}

void skstat_web_tls_free(struct skstat_web_state *state)
{
	if (state->credentials)
		gnutls_certificate_free_credentials(state->credentials);
	if (state->priority)
		gnutls_priority_deinit(state->priority);
}

/* Of a client's certificate, in the handshake. Where there must be one, GnuTLS has refused who has none. */
static int verify_client(gnutls_session_t session)
{
	static char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st wanted = { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose };
	unsigned int count = 0, status = 0;

	if (!gnutls_certificate_get_peers(session, &count) || !count)
		return 0;
	if (gnutls_certificate_verify_peers(session, &wanted, 1, &status) || status)
		return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
	return 0;
}

int skstat_web_session(const struct skstat_web_state *state, gnutls_session_t session)
{
	static const gnutls_certificate_request_t requests[] = {
		[SKSTAT_CLIENT_NONE] = GNUTLS_CERT_IGNORE,
		[SKSTAT_CLIENT_REQUEST] = GNUTLS_CERT_REQUEST,
		[SKSTAT_CLIENT_ANY] = GNUTLS_CERT_REQUIRE,
		[SKSTAT_CLIENT_IF_GIVEN] = GNUTLS_CERT_REQUEST,
		[SKSTAT_CLIENT_VERIFY] = GNUTLS_CERT_REQUIRE,
	};
	const struct skstat_web_settings *settings = &state->settings;

	if (!state->credentials || gnutls_priority_set(session, state->priority) ||
	    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, state->credentials))
		return -EINVAL;
	gnutls_certificate_server_set_request(session, requests[settings->client]);
	if (settings->client >= SKSTAT_CLIENT_IF_GIVEN)
		gnutls_session_set_verify_function(session, verify_client);
	return 0;
}
