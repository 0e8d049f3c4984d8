// SPDX-License-Identifier: GPL-2.0
/* The family's commands, each a request and a parser of its replies over skstat_netlink_raw(). */
#include <errno.h>
#include <string.h>

#include <netlink/msg.h>

#include "netlink.h"

/* A query with every list at the module's limit stays far below. */
#define QUERY_BYTES (48 * 1024)

static int command(struct skstat_netlink *netlink, uint8_t cmd, uint16_t flags, skstat_message_fn fn, void *arg,
		   struct skstat_error *error)
{
	const struct skstat_request request = { .cmd = cmd, .version = SKSTAT_FAMILY_VERSION, .flags = flags };

	return skstat_netlink_raw(netlink, &request, fn, arg, error);
}

static int info_take(const struct nlmsghdr *message, void *arg)
{
	return skstat_info_parse(message, arg);
}

int skstat_netlink_info(struct skstat_netlink *netlink, struct skstat_info *info, struct skstat_error *error)
{
	memset(info, 0, sizeof(*info));
	return command(netlink, SKSTAT_CMD_INFO, 0, info_take, info, error);
}

static int schema_take(const struct nlmsghdr *message, void *arg)
{
	return skstat_schema_parse(message, arg);
}

int skstat_netlink_schema(struct skstat_netlink *netlink, struct skstat_schema *schema, struct skstat_error *error)
{
	int err;

	memset(schema, 0, sizeof(*schema));
	err = command(netlink, SKSTAT_CMD_SCHEMA, NLM_F_DUMP, schema_take, schema, error);
	if (err)
		skstat_schema_free(schema);
	return err;
}

struct sock_reply {
	skstat_sample_fn fn;
	void *arg;
	struct skstat_totals *totals;
};

static int sock_take(const struct nlmsghdr *message, void *arg)
{
	const struct sock_reply *reply = arg;

	return skstat_sock_parse(message, reply->fn, reply->arg, reply->totals);
}

static int sock_dump(struct skstat_netlink *netlink, struct nl_msg *query, struct sock_reply *reply,
		     struct skstat_error *error)
{
	const struct skstat_request request = {
		.cmd = SKSTAT_CMD_SOCK,
		.version = SKSTAT_FAMILY_VERSION,
		.flags = NLM_F_DUMP,
		.attrs = nlmsg_data(nlmsg_hdr(query)),
		.length = (size_t)nlmsg_datalen(nlmsg_hdr(query)),
	};
	uint64_t interrupted = skstat_netlink_cost(netlink)->interrupted;
	int err = skstat_netlink_raw(netlink, &request, sock_take, reply, error);

	reply->totals->interrupted = skstat_netlink_cost(netlink)->interrupted != interrupted;
	if (!err && !reply->totals->complete)
		return skstat_error_set(error, -EBADMSG, "the dump ended without its totals");
	return err;
}

int skstat_netlink_sock(struct skstat_netlink *netlink, const struct skstat_query *query, skstat_sample_fn fn,
			void *arg, struct skstat_totals *totals, struct skstat_error *error)
{
	struct skstat_totals unwanted = { 0 };
	struct sock_reply reply = { .fn = fn, .arg = arg, .totals = totals ? totals : &unwanted };
	struct nl_msg *message = nlmsg_alloc_size(QUERY_BYTES);
	int err;

	memset(reply.totals, 0, sizeof(*reply.totals));
	if (!message)
		return skstat_error_set(error, -ENOMEM, "no memory for a request");
	if (!nlmsg_put(message, 0, 0, 0, 0, 0) || skstat_query_put(message, query))
		err = skstat_error_set(error, -EMSGSIZE, "the query has too many conditions");
	else
		err = sock_dump(netlink, message, &reply, error);
	nlmsg_free(message);
	return err;
}

struct mib_reply {
	skstat_mib_fn fn;
	void *arg;
};

static int mib_take(const struct nlmsghdr *message, void *arg)
{
	const struct mib_reply *reply = arg;
	struct skstat_mib mib;
	int err = skstat_mib_parse(message, &mib);

	return err ? err : reply->fn(&mib, reply->arg) != 0;
}

int skstat_netlink_mib(struct skstat_netlink *netlink, skstat_mib_fn fn, void *arg, struct skstat_error *error)
{
	struct mib_reply reply = { .fn = fn, .arg = arg };

	return command(netlink, SKSTAT_CMD_MIB, NLM_F_DUMP, mib_take, &reply, error);
}
