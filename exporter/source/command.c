// SPDX-License-Identifier: GPL-2.0
/* The family's commands, each a request and a parser of its replies over skstat_netlink_raw(). */
#include <errno.h>
#include <string.h>

#include <netlink/msg.h>

#include "channel.h"
#include "netlink.h"

/* A query with every list at the module's limit stays far below. */
#define QUERY_BYTES (48 * 1024)

static int command(struct skstat_netlink *netlink, uint8_t cmd, uint16_t flags, skstat_message_fn fn, void *arg,
		   struct skstat_error *error)
{
	const struct skstat_request request = { .cmd = cmd, .version = SKSTAT_FAMILY_VERSION, .flags = flags };

	return skstat_netlink_raw(netlink, &request, fn, arg, error);
}

/* The command with the attributes that `from` holds. */
static int command_with(struct skstat_netlink *netlink, uint8_t cmd, uint16_t flags, struct nl_msg *from,
			skstat_message_fn fn, void *arg, struct skstat_error *error)
{
	const struct skstat_request request = {
		.cmd = cmd,
		.version = SKSTAT_FAMILY_VERSION,
		.flags = flags,
		.attrs = nlmsg_data(nlmsg_hdr(from)),
		.length = (size_t)nlmsg_datalen(nlmsg_hdr(from)),
	};

	return skstat_netlink_raw(netlink, &request, fn, arg, error);
}

/* An empty message of room for so many bytes of attributes, which is freed with nlmsg_free(). */
static struct nl_msg *attributes(size_t room, struct skstat_error *error)
{
	struct nl_msg *message = nlmsg_alloc_size(NLMSG_HDRLEN + room);

	if (message && nlmsg_put(message, 0, 0, 0, 0, 0))
		return message;
	nlmsg_free(message);
	skstat_error_set(error, -ENOMEM, "no memory for a request");
	return NULL;
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
	const struct skstat_taker *taker;
	struct skstat_totals *totals;
};

static int sock_take(const struct nlmsghdr *message, void *arg)
{
	const struct sock_reply *reply = arg;

	return skstat_sock_take(message, reply->taker, reply->totals);
}

static int sock_dump(struct skstat_netlink *netlink, struct nl_msg *query, struct sock_reply *reply,
		     struct skstat_error *error)
{
	uint64_t interrupted = skstat_netlink_cost(netlink)->interrupted;
	int err = command_with(netlink, SKSTAT_CMD_SOCK, NLM_F_DUMP, query, sock_take, reply, error);

	reply->totals->interrupted = skstat_netlink_cost(netlink)->interrupted != interrupted;
	if (!err && !reply->totals->complete)
		return skstat_error_set(error, -EBADMSG, "the dump ended without its totals");
	return err;
}

int skstat_netlink_take(struct skstat_netlink *netlink, const struct skstat_query *query,
			const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error)
{
	struct skstat_totals unwanted = { 0 };
	struct sock_reply reply = { .taker = taker, .totals = totals ? totals : &unwanted };
	struct nl_msg *message = attributes(QUERY_BYTES, error);
	int err;

	memset(reply.totals, 0, sizeof(*reply.totals));
	if (!message)
		return -ENOMEM;
	if (skstat_query_put(message, query) ||
	    (!(query && query->has & SKSTAT_HAS(ROOM)) && nla_put_u32(message, SKSTAT_SOCK_ROOM, SKSTAT_CHANNEL_ROOM)))
		err = skstat_error_set(error, -EMSGSIZE, "the query has too many conditions");
	else
		err = sock_dump(netlink, message, &reply, error);
	nlmsg_free(message);
	return err;
}

int skstat_netlink_sock(struct skstat_netlink *netlink, const struct skstat_query *query, skstat_sample_fn fn,
			void *arg, struct skstat_totals *totals, struct skstat_error *error)
{
	const struct skstat_taker taker = { .fn = fn, .arg = arg };

	return skstat_netlink_take(netlink, query, &taker, totals, error);
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

struct journal_reply {
	struct skstat_cursor *cursor;
	skstat_sample_fn fn;
	void *arg;
	struct skstat_journal_totals *totals;
};

static int journal_take(const struct nlmsghdr *message, void *arg)
{
	const struct journal_reply *reply = arg;

	return skstat_journal_parse(message, reply->cursor, reply->fn, reply->arg, reply->totals);
}

/* Sends what `request` holds, and takes what comes. */
static int journal_dump(struct skstat_netlink *netlink, struct nl_msg *request, struct journal_reply *reply,
			struct skstat_error *error)
{
	struct skstat_cursor *cursor = reply->cursor;
	int err = command_with(netlink, SKSTAT_CMD_JOURNAL, NLM_F_DUMP, request, journal_take, reply, error);

	if (err)
		return err;
	if (!reply->totals->complete)
		return skstat_error_set(error, -EBADMSG, "the journal ended without its totals");
	if (cursor->instance && cursor->instance != reply->totals->instance)
		return skstat_error_set(error, -ESTALE, "the cursor is of another instance of the module");
	cursor->instance = reply->totals->instance;
	return 0;
}

/* A cursor's numbers go with their instance: that must be known before the first of them is there. */
static int cursor_settle(struct skstat_netlink *netlink, struct skstat_cursor *cursor, struct skstat_error *error)
{
	struct skstat_info info;
	int err;

	if (cursor->instance)
		return 0;
	err = skstat_netlink_info(netlink, &info, error);
	if (!err)
		cursor->instance = info.instance;
	return err;
}

int skstat_netlink_journal(struct skstat_netlink *netlink, struct skstat_cursor *cursor, skstat_sample_fn fn,
			   void *arg, struct skstat_journal_totals *totals, struct skstat_error *error)
{
	struct skstat_journal_totals unwanted;
	struct journal_reply reply = { cursor, fn, arg, totals ? totals : &unwanted };
	struct nl_msg *request;
	int err;

	memset(reply.totals, 0, sizeof(*reply.totals));
	err = cursor_settle(netlink, cursor, error);
	if (err)
		return err;
	request = attributes(skstat_cursor_size(cursor), error);
	if (!request)
		return -ENOMEM;
	if (skstat_cursor_put(request, cursor))
		err = skstat_error_set(error, -EMSGSIZE, "the cursor is too long");
	else
		err = journal_dump(netlink, request, &reply, error);
	nlmsg_free(request);
	return err;
}

int skstat_netlink_journal_tail(struct skstat_netlink *netlink, struct skstat_cursor *cursor,
				struct skstat_error *error)
{
	struct skstat_journal_totals totals = { 0 };
	struct journal_reply reply = { .cursor = cursor, .totals = &totals };
	struct nl_msg *request = attributes(NLA_HDRLEN, error);
	int err;

	skstat_cursor_free(cursor);
	if (!request)
		return -ENOMEM;
	if (nla_put_flag(request, SKSTAT_JOURNAL_TAIL))
		err = skstat_error_set(error, -EMSGSIZE, "the request is too long");
	else
		err = journal_dump(netlink, request, &reply, error);
	nlmsg_free(request);
	if (err)
		skstat_cursor_free(cursor);
	return err;
}

struct counter_reply {
	const struct skstat_counter_reader *reader;
	struct skstat_counter_totals *totals;
};

static int counter_take(const struct nlmsghdr *message, void *arg)
{
	const struct counter_reply *reply = arg;

	return skstat_counter_parse(message, reply->reader, reply->totals);
}

int skstat_netlink_counter(struct skstat_netlink *netlink, const struct skstat_counter_reader *reader,
			   struct skstat_counter_totals *totals, struct skstat_error *error)
{
	static const struct skstat_counter_reader nobody;
	struct skstat_counter_totals unwanted;
	struct counter_reply reply = { reader ? reader : &nobody, totals ? totals : &unwanted };
	int err;

	memset(reply.totals, 0, sizeof(*reply.totals));
	err = command(netlink, SKSTAT_CMD_COUNTER, NLM_F_DUMP, counter_take, &reply, error);
	if (!err && !reply.totals->complete)
		return skstat_error_set(error, -EBADMSG, "the counters ended without their totals");
	return err;
}

struct hist_reply {
	const struct skstat_hist_reader *reader;
	struct skstat_counter_totals *totals;
};

static int hist_take(const struct nlmsghdr *message, void *arg)
{
	const struct hist_reply *reply = arg;

	return skstat_hist_parse(message, reply->reader, reply->totals);
}

int skstat_netlink_hist(struct skstat_netlink *netlink, const struct skstat_hist_reader *reader,
			struct skstat_counter_totals *totals, struct skstat_error *error)
{
	static const struct skstat_hist_reader nobody;
	struct skstat_counter_totals unwanted;
	struct hist_reply reply = { reader ? reader : &nobody, totals ? totals : &unwanted };
	int err;

	memset(reply.totals, 0, sizeof(*reply.totals));
	err = command(netlink, SKSTAT_CMD_HIST, NLM_F_DUMP, hist_take, &reply, error);
	if (!err && !reply.totals->complete)
		return skstat_error_set(error, -EBADMSG, "the histograms ended without their totals");
	return err;
}

int skstat_netlink_probe_set(struct skstat_netlink *netlink, uint64_t hold, uint64_t release,
			     struct skstat_error *error)
{
	struct nl_msg *request = attributes(2 * (NLA_HDRLEN + sizeof(uint64_t)), error);
	int err;

	if (!request)
		return -ENOMEM;
	if ((hold && nla_put_u64(request, SKSTAT_PROBE_SET_HOLD, hold)) ||
	    (release && nla_put_u64(request, SKSTAT_PROBE_SET_RELEASE, release)))
		err = skstat_error_set(error, -EMSGSIZE, "the request is too long");
	else
		err = command_with(netlink, SKSTAT_CMD_PROBE_SET, 0, request, NULL, NULL, error);
	nlmsg_free(request);
	return err;
}
