// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "channel.h"
#include "netlink.h"

struct skstat_netlink {
	struct skstat_channel *channel; /* closed: to be opened by the next request */
	int family;
	uint64_t timeout_ns; /* 0: none */
};

/* libnl's error numbers are its own. */
static int errno_of(int nl_error)
{
	switch (-nl_error) {
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static int open_family(struct skstat_netlink *netlink, struct skstat_error *error)
{
	int err;

	if (skstat_channel_socket(netlink->channel))
		return 0;
	err = skstat_channel_open(netlink->channel, error);
	if (err)
		return err;
	netlink->family = genl_ctrl_resolve(skstat_channel_socket(netlink->channel), SKSTAT_FAMILY_NAME);
	if (netlink->family >= 0)
		return 0;
	err = netlink->family;
	skstat_channel_close(netlink->channel);
	if (err == -NLE_OBJ_NOTFOUND)
		return skstat_error_set(error, -ENOENT,
					"no netlink family %s: the module is not loaded (modprobe skstat)",
					SKSTAT_FAMILY_NAME);
	return skstat_error_set(error, errno_of(err), "netlink family " SKSTAT_FAMILY_NAME ": %s", nl_geterror(err));
}

struct skstat_netlink *skstat_netlink_open(struct skstat_error *error)
{
	struct skstat_netlink *netlink = calloc(1, sizeof(*netlink));

	if (netlink)
		netlink->channel = skstat_channel_new(NETLINK_GENERIC);
	if (!netlink || !netlink->channel) {
		skstat_error_set(error, -ENOMEM, "no memory for a connection");
		free(netlink);
		return NULL;
	}
	if (open_family(netlink, error)) {
		skstat_netlink_close(netlink);
		return NULL;
	}
	return netlink;
}

void skstat_netlink_close(struct skstat_netlink *netlink)
{
	if (!netlink)
		return;
	skstat_channel_free(netlink->channel);
	free(netlink);
}

int skstat_netlink_fd(const struct skstat_netlink *netlink)
{
	return skstat_channel_fd(netlink->channel);
}

const struct skstat_source_cost *skstat_netlink_cost(const struct skstat_netlink *netlink)
{
	return skstat_channel_cost(netlink->channel);
}

void skstat_netlink_set_timeout(struct skstat_netlink *netlink, uint64_t ns)
{
	netlink->timeout_ns = ns;
}

static const char *command_name(uint8_t cmd)
{
	static const char *const names[] = {
		[SKSTAT_CMD_INFO] = "INFO",
		[SKSTAT_CMD_SCHEMA] = "SCHEMA",
		[SKSTAT_CMD_SOCK] = "SOCK",
		[SKSTAT_CMD_MIB] = "MIB",
		[SKSTAT_CMD_JOURNAL] = "JOURNAL",
		[SKSTAT_CMD_PROBE_SET] = "PROBE_SET",
		[SKSTAT_CMD_COUNTER] = "COUNTER",
		[SKSTAT_CMD_HIST] = "HIST",
	};

	return cmd < sizeof(names) / sizeof(names[0]) && names[cmd] ? names[cmd] : "asked for";
}

/* Our words for a refusal for which the kernel had none. */
static void explain(struct skstat_error *error, uint8_t cmd)
{
	switch (error->err) {
	case -EPERM:
		skstat_error_set(error, -EPERM, "not permitted: CAP_NET_ADMIN in the initial user namespace is wanted");
		break;
	case -ENOENT:
		skstat_error_set(error, -ENOENT, "the module is gone: it was unloaded since this connection was opened");
		break;
	case -EPROTONOSUPPORT:
		skstat_error_set(error, -EPROTONOSUPPORT, "the module is being unloaded");
		break;
	case -EOPNOTSUPP:
		skstat_error_set(error, -EOPNOTSUPP,
				 "the module does not know the command %s: if it is older than this program, upgrade it",
				 command_name(cmd));
		break;
	default:
		skstat_error_set(error, error->err, "refused by the kernel: %s", strerror(-error->err));
	}
}

static struct nl_msg *request_message(const struct skstat_netlink *netlink, const struct skstat_request *request,
				      struct skstat_error *error)
{
	struct nl_msg *message = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + NLMSG_ALIGN(request->length));

	if (!message) {
		skstat_error_set(error, -ENOMEM, "no memory for a request");
		return NULL;
	}
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, netlink->family, 0, request->flags, request->cmd,
			 request->version) ||
	    (request->length && nlmsg_append(message, (void *)request->attrs, request->length, 0))) {
		nlmsg_free(message);
		skstat_error_set(error, -EMSGSIZE, "the request is too long");
		return NULL;
	}
	return message;
}

static int ask(struct skstat_netlink *netlink, const struct skstat_request *request, skstat_message_fn fn, void *arg,
	       struct skstat_error *error)
{
	struct skstat_reply reply = { .fn = fn, .arg = arg };
	struct nl_msg *message;
	int err;

	if (netlink->timeout_ns)
		reply.deadline = skstat_channel_clock() + netlink->timeout_ns;
	err = open_family(netlink, error);
	if (err)
		return err;
	message = request_message(netlink, request, error);
	if (!message)
		return error->err;
	reply.type = (uint16_t)netlink->family;
	err = skstat_channel_ask(netlink->channel, message, &reply, error);
	nlmsg_free(message);
	/* The family's number is no longer in use: the next request looks for it anew. */
	if (err == -ENOENT)
		skstat_channel_close(netlink->channel);
	if (err < 0 && !error->text[0])
		explain(error, request->cmd);
	return err;
}

int skstat_netlink_raw(struct skstat_netlink *netlink, const struct skstat_request *request, skstat_message_fn fn,
		       void *arg, struct skstat_error *error)
{
	struct skstat_source_cost *cost = skstat_channel_cost(netlink->channel);
	struct skstat_error said = { 0 };
	int err;

	cost->requests++;
	err = ask(netlink, request, fn, arg, &said);
	cost->errors += err < 0;
	if (error)
		*error = said;
	return err;
}

static int bell_take(const struct nlmsghdr *message, void *arg)
{
	uint64_t *bells = arg;
	uint64_t instance;

	*bells += !skstat_doorbell_parse(message, &instance);
	return 0;
}

uint64_t skstat_netlink_bells(struct skstat_netlink *netlink)
{
	uint64_t bells = 0;
	const struct skstat_reply reply = { .type = (uint16_t)netlink->family, .fn = bell_take, .arg = &bells };

	if (!skstat_channel_socket(netlink->channel))
		return 0;
	return bells + (skstat_channel_listen(netlink->channel, &reply, NULL) != 0);
}
