/* SPDX-License-Identifier: GPL-2.0 */
/* What this process may do. By libcap. */
#ifndef SKSTAT_COLLECT_PRIVILEGE_H
#define SKSTAT_COLLECT_PRIVILEGE_H

#include "source/message.h"

/*
 * Gives up everything but CAP_NET_ADMIN (that only where there is one to keep): as root becomes `user` ("" or NULL: stays uid 0) and drops its groups
 * but `group`'s where there is one; empties the bounding and ambient sets; sets no_new_privs. Before there are threads. 0 or a negative
 * errno and a sentence.
 */
int skstat_privilege_drop(const char *user, const char *group, struct skstat_error *error);

#endif
