/* SPDX-License-Identifier: GPL-2.0 */
/* The dump of inet_diag: what skstat_source_sock() is of that source. */
#ifndef SKSTAT_SOURCE_INET_DIAG_DUMP_H
#define SKSTAT_SOURCE_INET_DIAG_DUMP_H

#include "channel.h"
#include "inet_diag_decode.h"
#include "inet_diag_seen.h"
#include "query.h"

struct skstat_inet_diag_dump {
	struct skstat_channel *channel; /* NETLINK_SOCK_DIAG; opened here if it is closed */
	struct skstat_schema *schema;	/* learns from the first socket, before that is handed on */
	struct skstat_inet_diag_seen *seen; /* gets the sockets that are handed on; NULL: nobody asks */
	uint32_t inode;			/* of the namespace, for its sample */
	uint64_t deadline;		/* skstat_channel_clock(); 0: none */
	const struct skstat_query *query;
	skstat_sample_fn fn; /* may be NULL */
	void *arg;
};

/* `totals` is zero but for `instance`. 0, 1 if `fn` stopped it, or a negative errno and a sentence. */
int skstat_inet_diag_dump(const struct skstat_inet_diag_dump *dump, struct skstat_totals *totals,
			  struct skstat_error *error);

/* Whether this kernel can do it at all: asks for no socket. 0, or a negative errno and a sentence. */
int skstat_inet_diag_probe(struct skstat_channel *channel, struct skstat_error *error);

#endif
