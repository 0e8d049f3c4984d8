/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module as a source: a socket of the generic-netlink family `skstat`, by libnl-genl-3.
 *
 * Functions that can fail return 0 or a negative errno, the same as in `error`, together with a sentence; `error` may
 * be NULL. A connection is used by one thread at a time. A call blocks until the kernel has answered, or the timeout
 * has passed.
 *
 * A dump that its callback stopped, or that failed half-way (a timeout, say), is closed together with its socket, so
 * that the kernel drops its cursor at once; the next call opens a new socket. The same happens when the module was
 * loaded anew. So a connection outlives every error, and may be closed after any.
 */
#ifndef SKSTAT_SOURCE_NETLINK_H
#define SKSTAT_SOURCE_NETLINK_H

#include <stddef.h>
#include <stdint.h>

#include "cost.h"
#include "counter_message.h"
#include "cursor.h"
#include "hist_message.h"
#include "message.h"
#include "query.h"

struct skstat_netlink;

/*
 * Opens a socket and finds the family (which loads the module where its alias is set up). Owned by the caller until
 * skstat_netlink_close(). NULL and `error`: -ENOENT, the module is not loaded; -EPERM; -ENOMEM. Wanting CAP_NET_ADMIN
 * shows with the first command only, not here.
 */
struct skstat_netlink *skstat_netlink_open(struct skstat_error *error);

/* NULL is fine. */
void skstat_netlink_close(struct skstat_netlink *netlink);

/* The socket's descriptor, to poll or to inspect; -1 while it is closed after a stopped dump. Not the caller's. */
int skstat_netlink_fd(const struct skstat_netlink *netlink);

const struct skstat_source_cost *skstat_netlink_cost(const struct skstat_netlink *netlink);

/* A request whose reply takes longer fails with -ETIMEDOUT. 0, as at the start: none does. */
void skstat_netlink_set_timeout(struct skstat_netlink *netlink, uint64_t ns);

int skstat_netlink_info(struct skstat_netlink *netlink, struct skstat_info *info, struct skstat_error *error);

/* `schema` is freed with skstat_schema_free(), after a failure too (it is then empty). */
int skstat_netlink_schema(struct skstat_netlink *netlink, struct skstat_schema *schema, struct skstat_error *error);

/*
 * Dumps sockets: `fn` gets each record, then `totals` is filled. `query` NULL asks for all. 0; 1 if `fn` stopped it
 * (totals.complete is then false); or a negative errno, -EBADMSG if the reply does not hold together or ended without
 * totals. `totals` may be NULL, `fn` too.
 */
int skstat_netlink_sock(struct skstat_netlink *netlink, const struct skstat_query *query, skstat_sample_fn fn,
			void *arg, struct skstat_totals *totals, struct skstat_error *error);

/* The same, for who takes records run by run. */
int skstat_netlink_take(struct skstat_netlink *netlink, const struct skstat_query *query,
			const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error);

/* Called for each namespace. Nonzero stops the dump. */
typedef int (*skstat_mib_fn)(const struct skstat_mib *mib, void *arg);

/* 0, 1 if `fn` stopped it, or a negative errno. */
int skstat_netlink_mib(struct skstat_netlink *netlink, skstat_mib_fn fn, void *arg, struct skstat_error *error);

/*
 * Reads the journal from `cursor` on: `fn` gets each event, and the cursor moves over what it got, also when this fails
 * half-way. Without an instance in it, the cursor gets the one that answers. `fn` and `totals` may be NULL.
 *
 * 0; 1 if `fn` stopped it; -ESTALE: the cursor is of another instance, and of no use any more; or another negative
 * errno.
 */
int skstat_netlink_journal(struct skstat_netlink *netlink, struct skstat_cursor *cursor, skstat_sample_fn fn,
			   void *arg, struct skstat_journal_totals *totals, struct skstat_error *error);

/* Makes a cursor that begins with what is still to come, whatever it was before. After a failure it is zeroed. */
int skstat_netlink_journal_tail(struct skstat_netlink *netlink, struct skstat_cursor *cursor,
				struct skstat_error *error);

/*
 * What the probes have counted, and what the numbers in the keys mean. `reader` and `totals` may be NULL. 0; 1 if the
 * reader stopped it; -EOPNOTSUPP: the module is older than this; or another negative errno. What was handed out before
 * a failure, or without totals->complete, is a part of it only.
 */
int skstat_netlink_counter(struct skstat_netlink *netlink, const struct skstat_counter_reader *reader,
			   struct skstat_counter_totals *totals, struct skstat_error *error);

/* The same of what they have measured. */
int skstat_netlink_hist(struct skstat_netlink *netlink, const struct skstat_hist_reader *reader,
			struct skstat_counter_totals *totals, struct skstat_error *error);

/*
 * Holds probes for this connection's socket, and releases others: SKSTAT_PROBE_BIT(). They go with the socket, and so
 * with any request that closes it: a connection that holds should do nothing else. DOORBELLs come to it.
 */
int skstat_netlink_probe_set(struct skstat_netlink *netlink, uint64_t hold, uint64_t release,
			     struct skstat_error *error);

/*
 * Takes in the DOORBELLs that lie in the socket, and says how many there were. One that found no room is one too; when
 * the socket failed, and is closed now, that is also one: there is something to look after.
 */
uint64_t skstat_netlink_bells(struct skstat_netlink *netlink);

/* A request as it stands; by hand, for tests of what the module refuses. */
struct skstat_request {
	uint8_t cmd;	   /* SKSTAT_CMD_*, or not */
	uint8_t version;   /* of the genl header: SKSTAT_FAMILY_VERSION, or not */
	uint16_t flags;	   /* NLM_F_DUMP for a dump, else 0; NLM_F_REQUEST | NLM_F_ACK are added */
	const void *attrs; /* the attributes, as bytes: nlmsg_data() of an nl_msg that nla_put_*() has filled, say */
	size_t length;	   /* of these */
};

/*
 * Sends it and waits for the verdict; every other command stands on this. `fn` may be NULL. 0, 1 if `fn` stopped it, or
 * the kernel's errno and sentence.
 */
int skstat_netlink_raw(struct skstat_netlink *netlink, const struct skstat_request *request, skstat_message_fn fn,
		       void *arg, struct skstat_error *error);

#endif
