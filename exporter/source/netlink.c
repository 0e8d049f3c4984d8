// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "netlink.h"

/* The kernel fills at most 32 KiB of a dump at once, whatever is offered; twice that leaves no doubt. */
#define RECEIVE_BYTES (64 * 1024)

/* libnl asks for 32 KiB of socket buffer, less than one full skb weighs. */
#define SOCKET_BYTES (512 * 1024)

struct skstat_netlink {
	struct nl_sock *socket; /* NULL: to be opened by the next request */
	int family;
	struct skstat_netlink_cost cost;
	/* Of struct nlmsghdr's alignment, at least. */
	union {
		unsigned char bytes[RECEIVE_BYTES];
		struct nlmsghdr header;
	} receive;
};

/* Sets `error` unless it is NULL. Returns err. */
static int __attribute__((format(printf, 3, 4)))
fail(struct skstat_error *error, int err, const char *format, ...)
{
	va_list args;

	if (error) {
		error->err = err;
		va_start(args, format);
		vsnprintf(error->text, sizeof(error->text), format, args);
		va_end(args);
	}
	return err;
}

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

static void drop_socket(struct skstat_netlink *netlink)
{
	nl_socket_free(netlink->socket);
	netlink->socket = NULL;
}

static int open_socket(struct skstat_netlink *netlink, struct skstat_error *error)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK };
	const int on = 1;
	int err;

	if (netlink->socket)
		return 0;
	netlink->socket = nl_socket_alloc();
	if (!netlink->socket)
		return fail(error, -ENOMEM, "no memory for a netlink socket");
	nl_socket_disable_msg_peek(netlink->socket);
	nl_socket_set_msg_buf_size(netlink->socket, RECEIVE_BYTES);
	err = genl_connect(netlink->socket);
	if (!err)
		err = nl_socket_set_buffer_size(netlink->socket, SOCKET_BYTES, 0);
	if (err) {
		drop_socket(netlink);
		return fail(error, errno_of(err), "no generic-netlink socket: %s", nl_geterror(err));
	}
	/* What an old kernel does not know costs the sentences of its refusals, nothing else. */
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)setsockopt(nl_socket_get_fd(netlink->socket), SOL_NETLINK, options[i], &on, sizeof(on));

	netlink->family = genl_ctrl_resolve(netlink->socket, SKSTAT_FAMILY_NAME);
	if (netlink->family < 0) {
		err = netlink->family;
		drop_socket(netlink);
		if (err == -NLE_OBJ_NOTFOUND)
			return fail(error, -ENOENT,
				    "no netlink family %s: the module is not loaded (modprobe skstat)",
				    SKSTAT_FAMILY_NAME);
		return fail(error, errno_of(err), "netlink family " SKSTAT_FAMILY_NAME ": %s", nl_geterror(err));
	}
	netlink->cost.opened++;
	return 0;
}

struct skstat_netlink *skstat_netlink_open(struct skstat_error *error)
{
	struct skstat_netlink *netlink = calloc(1, sizeof(*netlink));

	if (!netlink) {
		fail(error, -ENOMEM, "no memory for a connection");
		return NULL;
	}
	if (open_socket(netlink, error)) {
		skstat_netlink_close(netlink);
		return NULL;
	}
	return netlink;
}

void skstat_netlink_close(struct skstat_netlink *netlink)
{
	if (!netlink)
		return;
	drop_socket(netlink);
	free(netlink);
}

int skstat_netlink_fd(const struct skstat_netlink *netlink)
{
	return netlink->socket ? nl_socket_get_fd(netlink->socket) : -1;
}

const struct skstat_netlink_cost *skstat_netlink_cost(const struct skstat_netlink *netlink)
{
	return &netlink->cost;
}

/* The kernel's verdict in its own words, or in ours where it has none. */
static int verdict(const struct nlmsghdr *message, struct skstat_error *error)
{
	struct skstat_error said;
	int err = skstat_verdict_parse(message, &said);

	if (!err)
		return 0;
	if (said.text[0])
		return fail(error, err, "%s", said.text);
	if (err == -EPERM)
		return fail(error, err, "not permitted: CAP_NET_ADMIN in the initial user namespace is wanted");
	if (err == -ENOENT)
		return fail(error, err, "the module is gone: it was unloaded since this connection was opened");
	if (err == -EPROTONOSUPPORT)
		return fail(error, err, "the module is being unloaded");
	return fail(error, err, "refused by the kernel: %s", strerror(-err));
}

/* One datagram into netlink->receive. Its length, or a negative errno. */
static ssize_t receive(struct skstat_netlink *netlink, struct skstat_error *error)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = netlink->receive.bytes, .iov_len = sizeof(netlink->receive.bytes) };
	struct msghdr header = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t length;

	do {
		length = recvmsg(nl_socket_get_fd(netlink->socket), &header, 0);
	} while (length < 0 && errno == EINTR);
	if (length < 0)
		return fail(error, -errno, "receiving: %s", strerror(errno));
	netlink->cost.datagrams++;
	netlink->cost.bytes += (size_t)length;
	if (header.msg_flags & MSG_TRUNC) {
		netlink->cost.truncated++;
		return fail(error, -EMSGSIZE, "a reply does not fit in %d bytes", RECEIVE_BYTES);
	}
	/* Any process may send to a netlink socket; the kernel's port is 0. */
	return from.nl_pid == 0 ? length : 0;
}

/* How the reply to a request is taken in. */
struct reply {
	uint32_t sequence;
	skstat_message_fn fn;
	void *arg;
	bool interrupted;
	bool ended; /* the verdict came: nothing is left in the socket */
};

/* Looks at the messages of one datagram. 0: more to come, or reply->ended; else what fn or the verdict says. */
static int take_datagram(struct skstat_netlink *netlink, size_t length, struct reply *reply, struct skstat_error *error)
{
	const struct nlmsghdr *message;
	int err;

	for (size_t at = 0; at + sizeof(*message) <= length; at += NLMSG_ALIGN(message->nlmsg_len)) {
		message = (const struct nlmsghdr *)(netlink->receive.bytes + at);
		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > length - at)
			return fail(error, -EBADMSG, "the reply is malformed");
		netlink->cost.messages++;
		if (message->nlmsg_seq != reply->sequence)
			continue;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			reply->interrupted = true;
		if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
			reply->ended = true;
			return verdict(message, error);
		}
		if (message->nlmsg_type == NLMSG_OVERRUN)
			return fail(error, -ENOBUFS, "the kernel dropped a part of its reply");
		if (message->nlmsg_type != netlink->family)
			continue;
		err = reply->fn ? reply->fn(message, reply->arg) : 0;
		if (err < 0)
			return fail(error, err, err == -ENOMEM ? "no memory for the reply" : "the reply is malformed");
		if (err)
			return 1;
	}
	return 0;
}

/*
 * Not nl_recvmsgs(): it copies every message once more, and does not look into NLMSG_DONE, where a dump's failure and
 * its sentence are.
 */
static int take_reply(struct skstat_netlink *netlink, struct reply *reply, struct skstat_error *error)
{
	ssize_t length;
	int err = 0;

	while (!err && !reply->ended) {
		length = receive(netlink, error);
		err = length < 0 ? (int)length : take_datagram(netlink, (size_t)length, reply, error);
	}
	netlink->cost.interrupted += reply->interrupted;
	/* The rest of a dump would meet the next request, and the kernel would keep the cursor. */
	if (!reply->ended || err == -ENOENT)
		drop_socket(netlink);
	return err;
}

static int send_request(struct skstat_netlink *netlink, const struct skstat_request *request, struct reply *reply,
			struct skstat_error *error)
{
	struct nl_msg *message = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + NLMSG_ALIGN(request->length));
	int err;

	if (!message)
		return fail(error, -ENOMEM, "no memory for a request");
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, netlink->family, 0, request->flags, request->cmd,
			 request->version) ||
	    (request->length && nlmsg_append(message, (void *)request->attrs, request->length, 0))) {
		nlmsg_free(message);
		return fail(error, -EMSGSIZE, "the request is too long");
	}
	err = nl_send_auto(netlink->socket, message);
	reply->sequence = nlmsg_hdr(message)->nlmsg_seq;
	nlmsg_free(message);
	if (err < 0) {
		drop_socket(netlink);
		return fail(error, errno_of(err), "sending: %s", nl_geterror(err));
	}
	return 0;
}

int skstat_netlink_raw(struct skstat_netlink *netlink, const struct skstat_request *request, skstat_message_fn fn,
		       void *arg, struct skstat_error *error)
{
	struct reply reply = { .fn = fn, .arg = arg };
	int err;

	if (error)
		memset(error, 0, sizeof(*error));
	netlink->cost.requests++;
	err = open_socket(netlink, error);
	if (!err)
		err = send_request(netlink, request, &reply, error);
	if (!err)
		err = take_reply(netlink, &reply, error);
	netlink->cost.errors += err < 0;
	return err;
}
