/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who finds out whether passwords are right, in a thread of its own: bcrypt takes so long on purpose, and who has an
 * answer already is not to wait for it. Requests are suspended until then, and their handlers called again.
 */
#ifndef SKSTAT_SERVE_BOUNCER_H
#define SKSTAT_SERVE_BOUNCER_H

#include <microhttpd.h>

#include "web.h"

struct skstat_bouncer;

/* NULL: no memory, no thread. The thread has its maker's signal mask. */
struct skstat_bouncer *skstat_bouncer_new(void);

/* Suspends the request, in its handler, until skstat_web_password() knows. 0, -ENOMEM or -ESHUTDOWN. */
int skstat_bouncer_ask(struct skstat_bouncer *bouncer, struct MHD_Connection *connection,
		       struct skstat_web_state *state, const char *name, const char *password);

/* Resumes all who wait; from then on nobody may ask. Once. NULL is fine. */
void skstat_bouncer_stop(struct skstat_bouncer *bouncer);

/* After that, and when there are no handlers any more. NULL is fine. */
void skstat_bouncer_free(struct skstat_bouncer *bouncer);

#endif
