/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of web.h share; nobody else includes this. */
#ifndef SKSTAT_SERVE_WEB_STATE_H
#define SKSTAT_SERVE_WEB_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "rate.h"
#include "web.h"

#define SKSTAT_DIGEST_BYTES 32
#define SKSTAT_WRONG_KEPT 256 /* wrong passwords that are remembered: whoever has one asks again and again */

struct skstat_digest {
	unsigned char byte[SKSTAT_DIGEST_BYTES];
};

struct skstat_web_state {
	atomic_uint holders;
	void (*forget)(struct skstat_web_settings *settings);
	struct skstat_web_settings settings;
	gnutls_certificate_credentials_t credentials; /* NULL: no TLS */
	gnutls_priority_t priority;
	struct skstat_rate rate;
	uint64_t expires_s; /* the certificate, in Unix time; 0: none */

	struct skstat_digest secret; /* the key of the digests below */
	pthread_mutex_t lock;	     /* of them */
	struct skstat_digest *right; /* of each user, the password that was right; its name is in it */
	bool *known;		     /* whether there is one yet */
	struct skstat_digest wrong[SKSTAT_WRONG_KEPT];
	size_t wrongs; /* ever; the last ones are there */
};

/* Certificates and versions (web_tls.c). 0, or a negative errno and a sentence. */
int skstat_web_tls_make(struct skstat_web_state *state, struct skstat_error *error);
void skstat_web_tls_free(struct skstat_web_state *state);

/* Room for what is found out of passwords (web_password.c), likewise. */
int skstat_web_password_make(struct skstat_web_state *state, struct skstat_error *error);
void skstat_web_password_free(struct skstat_web_state *state);

#endif
