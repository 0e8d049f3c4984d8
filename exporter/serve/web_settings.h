/* SPDX-License-Identifier: GPL-2.0 */
/* What --web.config.file says of the TCP listeners, and who reads it: config/web_file.h. */
#ifndef SKSTAT_SERVE_WEB_SETTINGS_H
#define SKSTAT_SERVE_WEB_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/error.h"

/* What is wanted of a client's certificate, as crypto/tls of Go calls it. */
enum skstat_web_client {
	SKSTAT_CLIENT_NONE,	/* NoClientCert: none is asked for */
	SKSTAT_CLIENT_REQUEST,	/* RequestClientCert: asked for, and not looked at */
	SKSTAT_CLIENT_ANY,	/* RequireAnyClientCert: there must be one, whoever made it */
	SKSTAT_CLIENT_IF_GIVEN, /* VerifyClientCertIfGiven: one that is given must be good */
	SKSTAT_CLIENT_VERIFY,	/* RequireAndVerifyClientCert: there must be a good one */
};

struct skstat_web_user {
	const char *name;
	const char *hash; /* bcrypt's, 60 characters */
};

struct skstat_web_header {
	const char *name, *value;
};

struct skstat_web_settings {
	bool tls;
	const char *cert_file, *key_file; /* PEM; with TLS, never NULL */
	const char *client_ca_file;	  /* NULL: none */
	enum skstat_web_client client;
	bool tls12, tls13; /* the versions that are spoken; with TLS, one at least */
	struct skstat_web_user *user;
	size_t users; /* 0: everybody may ask */
	struct skstat_web_header *header; /* of every answer, in the place of the server's own of that name */
	size_t headers;
	uint64_t rate_interval_ns; /* between two requests, in the long run; 0: no limit */
	uint64_t rate_burst;	   /* so many at once */
	void *memory; /* the reader's */
};

struct skstat_web_reader {
	const char *file;
	/* Settings that forget() frees; or a negative errno and a sentence, and there is nothing to free. */
	int (*read)(const char *file, struct skstat_web_settings *settings, struct skstat_error *error);
	void (*forget)(struct skstat_web_settings *settings);
};

#endif
