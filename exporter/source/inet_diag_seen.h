/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that walks of inet_diag have met, by cookie, until they are destroyed. That may be long after they were
 * in a walk for the last time (inet_diag_event.h): who has forgotten them by then would take them for new, and count
 * all that they ever did once more. Here is kept what the message of their end lacks, too.
 *
 * 16 bytes a socket, in a table that is at most three quarters full; 64 MiB at most. A socket whose end was lost stays
 * until the table has to grow: then those go that no walk has met for an hour. Pure; one thread.
 */
#ifndef SKSTAT_SOURCE_INET_DIAG_SEEN_H
#define SKSTAT_SOURCE_INET_DIAG_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#define SKSTAT_INET_DIAG_SEEN_SECONDS 3600 /* after that without a walk that met it, a socket may be forgotten */

struct skstat_inet_diag_seen;

/* NULL: no memory. Owned by the caller until the free, of which NULL is fine. */
struct skstat_inet_diag_seen *skstat_inet_diag_seen_new(void);
void skstat_inet_diag_seen_free(struct skstat_inet_diag_seen *seen);

/*
 * A walk has met that socket (cookies are never 0) at that second of CLOCK_MONOTONIC. `drops`: its sk_drops; NULL: not
 * asked for, the last one stays. Where there is no memory, or no room, it is forgotten.
 */
void skstat_inet_diag_seen_add(struct skstat_inet_diag_seen *seen, uint64_t cookie, uint32_t second,
			       const uint32_t *drops);

/* Takes it out. False: no walk has met it; *drops is then 0. */
bool skstat_inet_diag_seen_take(struct skstat_inet_diag_seen *seen, uint64_t cookie, uint32_t *drops);

#endif
