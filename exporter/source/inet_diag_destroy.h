/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal of inet_diag: a socket that listens to sock_diag's multicast groups for destroyed TCP sockets
 * (SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY). inet_diag_event.h says what comes and what does not.
 *
 * Joining wants no capability: the family is open to everybody for receiving. CAP_NET_ADMIN of the initial user
 * namespace makes the buffer large (SO_RCVBUFFORCE): 32 MiB, which are some 25,000 closed sockets; without, it is what
 * net.core.rmem_max allows, 330 by default. While somebody listens, each TCP socket that is destroyed takes a detour
 * over a work queue of the kernel, in other namespaces too.
 *
 * The kernel counts what did not fit, one by one, and so the loss is exact; but it counts sockets that never were a
 * connection, too. What it had no memory for at the moment of the destruction (GFP_ATOMIC) it does not count.
 */
#ifndef SKSTAT_SOURCE_INET_DIAG_DESTROY_H
#define SKSTAT_SOURCE_INET_DIAG_DESTROY_H

#include "cost.h"
#include "inet_diag_seen.h"
#include "source.h"

struct skstat_inet_diag_destroy;

/* Joins the groups, in the thread's network namespace. NULL, and a sentence, where the kernel refuses. */
struct skstat_inet_diag_destroy *skstat_inet_diag_destroy_open(struct skstat_error *error);

/* The same of a socket that does not block, whose datagrams are such messages; closed with it. NULL: no memory. */
struct skstat_inet_diag_destroy *skstat_inet_diag_destroy_new(int fd);

/* NULL is fine. */
void skstat_inet_diag_destroy_free(struct skstat_inet_diag_destroy *destroy);

/* Readable when something came. */
int skstat_inet_diag_destroy_fd(const struct skstat_inet_diag_destroy *destroy);

/*
 * What came, as skstat_source_journal() hands it out: events have the time of this reading, SKSTAT_EVENT_OLD if a walk
 * has met the socket (then it is no longer in `seen`), and the drops that walk saw: what figures come whole are those
 * of sockets that no walk knew. `totals` is zero. `cost` counts.
 *
 * 0; 1 if `fn` stopped it: what it did not get comes the next time; or a negative errno and a sentence.
 */
int skstat_inet_diag_destroy_read(struct skstat_inet_diag_destroy *destroy, struct skstat_inet_diag_seen *seen,
				  skstat_sample_fn fn, void *arg, struct skstat_journal_totals *totals,
				  struct skstat_source_cost *cost, struct skstat_error *error);

#endif
