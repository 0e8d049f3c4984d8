/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A desk between the HTTP server, where somebody asks for the configuration to be read again, and the collector, which
 * does it between two polls and answers. One request at a time; it is suspended until then, so that no thread of the
 * server waits.
 */
#ifndef SKSTAT_SERVE_LIFECYCLE_H
#define SKSTAT_SERVE_LIFECYCLE_H

#include <microhttpd.h>
#include <stdbool.h>

#include "source/error.h"

/* What came of it. err 0: it was done. */
struct skstat_lifecycle_answer {
	int err;
	char text[512]; /* one sentence */
};

struct skstat_lifecycle;

/* NULL: no memory, no descriptor. */
struct skstat_lifecycle *skstat_lifecycle_new(void);

/* Neither side may use it any more. NULL is fine. */
void skstat_lifecycle_free(struct skstat_lifecycle *lifecycle);

/* --- the collector's side; one thread */

/* Readable when somebody asks. */
int skstat_lifecycle_fd(const struct skstat_lifecycle *lifecycle);

/* Whether somebody does; to be answered then. */
bool skstat_lifecycle_take(struct skstat_lifecycle *lifecycle);
void skstat_lifecycle_answer(struct skstat_lifecycle *lifecycle, int err, const char *text);

/* --- the server's; from any of its threads */

/*
 * Asks for a request, which is suspended: its handler is called again when there is an answer. 0; -EBUSY: another is
 * waiting; -ESHUTDOWN.
 */
int skstat_lifecycle_ask(struct skstat_lifecycle *lifecycle, struct MHD_Connection *connection);

/* Whether that request has asked, and is answered now: its place is free then. */
bool skstat_lifecycle_answered(struct skstat_lifecycle *lifecycle, const struct MHD_Connection *connection,
			       struct skstat_lifecycle_answer *answer);

/* The request is over, answered or not. */
void skstat_lifecycle_abandon(struct skstat_lifecycle *lifecycle, const struct MHD_Connection *connection);

/* Who waits is told that the server ends; from then on nobody may ask. */
void skstat_lifecycle_stop(struct skstat_lifecycle *lifecycle);

#endif
