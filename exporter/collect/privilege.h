/* SPDX-License-Identifier: GPL-2.0 */
/* What this process may do. By libcap. */
#ifndef SKSTAT_COLLECT_PRIVILEGE_H
#define SKSTAT_COLLECT_PRIVILEGE_H

#include <stdint.h>

#include <sys/capability.h>

#include "config/config.h"
#include "source/error.h"

#define SKSTAT_CAPABILITY(cap) (1ull << (cap)) /* SKSTAT_CAPABILITY(CAP_NET_ADMIN) */

/* The capabilities that the exporter needs all its life, to do what it was asked for. */
uint64_t skstat_privilege_needed(const struct skstat_config *config);

/*
 * Gives up everything but the capabilities in `keep` (those of them that there are to keep), and holds the result
 * against what was wanted. Before there are threads. 0 or a negative errno and a sentence; after a failure the process
 * should end. *kept (may be NULL) is what it has from then on.
 *
 * As root it becomes `user`, a name or a number ("" or NULL: stays uid 0), and leaves all groups but `group`, where
 * there is one of that name. Who is not root stays who he is. The ambient set is emptied, the bounding set where
 * CAP_SETPCAP allows, and no_new_privs set.
 */
int skstat_privilege_drop(const char *user, const char *group, uint64_t keep, uint64_t *kept,
			  struct skstat_error *error);

/* Says in the log which of `needed` are not in `kept`, and what comes of that. */
void skstat_privilege_tell(uint64_t needed, uint64_t kept);

#endif
