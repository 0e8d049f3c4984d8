/* SPDX-License-Identifier: GPL-2.0 */
/* What this process may do. By libcap. */
#ifndef SKSTAT_COLLECT_PRIVILEGE_H
#define SKSTAT_COLLECT_PRIVILEGE_H

#include "source/message.h"

/*
 * Gives up everything but CAP_NET_ADMIN (that only where there is one to keep), and holds the result against what was
 * wanted. Before there are threads. 0 or a negative errno and a sentence; after a failure the process should end.
 *
 * As root it becomes `user`, a name or a number ("" or NULL: stays uid 0), and leaves all groups but `group`, where
 * there is one of that name. Who is not root stays who he is. The ambient set is emptied, the bounding set where
 * CAP_SETPCAP allows, and no_new_privs set.
 */
int skstat_privilege_drop(const char *user, const char *group, struct skstat_error *error);

#endif
