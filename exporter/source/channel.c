// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "channel.h"

/*
 * libnl asks for 32 KiB of socket buffer, less than one full skb weighs. Twice what is taken at once: the module fills
 * half of it. More than net.core.rmem_max wants CAP_NET_ADMIN, and so does the module.
 */
#define SOCKET_BYTES (2 * SKSTAT_CHANNEL_ROOM)

#define SECOND 1000000000ull

struct skstat_channel {
	struct nl_sock *socket; /* NULL: closed */
	int protocol;
	struct skstat_source_cost cost;
	/* Of struct nlmsghdr's alignment, at least. */
	union {
		unsigned char bytes[SKSTAT_CHANNEL_ROOM];
		struct nlmsghdr header;
	} receive;
};

/* A reply on its way in. */
struct intake {
	const struct skstat_reply *reply;
	uint32_t sequence;
	bool interrupted;
	bool ended; /* the verdict came: nothing is left in the socket */
};

struct skstat_channel *skstat_channel_new(int protocol)
{
	struct skstat_channel *channel = calloc(1, sizeof(*channel));

	if (channel)
		channel->protocol = protocol;
	return channel;
}

void skstat_channel_free(struct skstat_channel *channel)
{
	if (!channel)
		return;
	skstat_channel_close(channel);
	free(channel);
}

int skstat_channel_open(struct skstat_channel *channel, struct skstat_error *error)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK };
	const int on = 1, bytes = SOCKET_BYTES;
	int err;

	if (channel->socket)
		return 0;
	channel->socket = nl_socket_alloc();
	if (!channel->socket)
		return skstat_error_set(error, -ENOMEM, "no memory for a netlink socket");
	nl_socket_disable_msg_peek(channel->socket);
	nl_socket_set_msg_buf_size(channel->socket, SKSTAT_CHANNEL_ROOM);
	err = nl_connect(channel->socket, channel->protocol);
	if (!err)
		err = nl_socket_set_buffer_size(channel->socket, SOCKET_BYTES, 0);
	if (err) {
		skstat_channel_close(channel);
		return skstat_error_set(error, err == -NLE_NOMEM ? -ENOMEM : -EIO, "no netlink socket: %s",
					nl_geterror(err));
	}
	(void)setsockopt(nl_socket_get_fd(channel->socket), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	/* What an old kernel does not know costs the sentences of its refusals, nothing else. */
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)setsockopt(nl_socket_get_fd(channel->socket), SOL_NETLINK, options[i], &on, sizeof(on));
	channel->cost.opened++;
	return 0;
}

void skstat_channel_close(struct skstat_channel *channel)
{
	nl_socket_free(channel->socket);
	channel->socket = NULL;
}

struct nl_sock *skstat_channel_socket(const struct skstat_channel *channel)
{
	return channel->socket;
}

int skstat_channel_fd(const struct skstat_channel *channel)
{
	return channel->socket ? nl_socket_get_fd(channel->socket) : -1;
}

struct skstat_source_cost *skstat_channel_cost(struct skstat_channel *channel)
{
	return &channel->cost;
}

uint64_t skstat_channel_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static int timed_out(struct skstat_channel *channel, struct skstat_error *error)
{
	channel->cost.timeouts++;
	return skstat_error_set(error, -ETIMEDOUT, "the kernel's reply took longer than the timeout");
}

/* Until there is something to receive, or an error to be had from receiving. 0 or -ETIMEDOUT. */
static int wait_for_more(struct skstat_channel *channel, uint64_t deadline, struct skstat_error *error)
{
	struct pollfd fd = { .fd = nl_socket_get_fd(channel->socket), .events = POLLIN };
	uint64_t now = skstat_channel_clock();
	struct timespec left = { 0 };

	if (deadline && now >= deadline)
		return timed_out(channel, error);
	if (deadline) {
		left.tv_sec = (time_t)((deadline - now) / SECOND);
		left.tv_nsec = (long)((deadline - now) % SECOND);
	}
	(void)ppoll(&fd, 1, deadline ? &left : NULL, NULL);
	return 0;
}

/* One datagram into channel->receive, if there is one. Its length, or a negative errno: -EAGAIN without a sentence. */
static ssize_t receive_now(struct skstat_channel *channel, struct skstat_error *error)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = channel->receive.bytes, .iov_len = sizeof(channel->receive.bytes) };
	struct msghdr header = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t length = recvmsg(nl_socket_get_fd(channel->socket), &header, MSG_DONTWAIT);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (length < 0)
		return skstat_error_set(error, -errno, "receiving: %s", strerror(errno));
	channel->cost.datagrams++;
	channel->cost.bytes += (size_t)length;
	if (header.msg_flags & MSG_TRUNC) {
		channel->cost.truncated++;
		return skstat_error_set(error, -EMSGSIZE, "a reply does not fit in %d bytes", SKSTAT_CHANNEL_ROOM);
	}
	/* Any process may send to a netlink socket; the kernel's port is 0. */
	return from.nl_pid == 0 ? length : 0;
}

/* The same, and waits for it. */
static ssize_t receive(struct skstat_channel *channel, uint64_t deadline, struct skstat_error *error)
{
	ssize_t length;
	int err;

	/*
	 * The kernel fills the next datagram of a dump while it gives out this one: hardly ever is there something to
	 * wait for, and the deadline must be looked at in any case.
	 */
	while ((length = receive_now(channel, error)) == -EAGAIN) {
		err = wait_for_more(channel, deadline, error);
		if (err)
			return err;
	}
	return length;
}

static int take_verdict(const struct nlmsghdr *message, struct skstat_error *error)
{
	struct skstat_error said;
	int err = skstat_verdict_parse(message, &said);

	return err ? skstat_error_set(error, err, "%s", said.text) : 0;
}

/* Looks at the messages of one datagram. 0: more to come, or intake->ended; else what fn or the verdict says. */
static int take_datagram(struct skstat_channel *channel, size_t length, struct intake *intake,
			 struct skstat_error *error)
{
	const struct skstat_reply *reply = intake->reply;
	const struct nlmsghdr *message;
	int err;

	for (size_t at = 0; at + sizeof(*message) <= length; at += NLMSG_ALIGN(message->nlmsg_len)) {
		message = (const struct nlmsghdr *)(channel->receive.bytes + at);
		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > length - at)
			return skstat_error_set(error, -EBADMSG, "the reply is malformed");
		channel->cost.messages++;
		if (message->nlmsg_seq != intake->sequence)
			continue;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			intake->interrupted = true;
		if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
			intake->ended = true;
			return take_verdict(message, error);
		}
		if (message->nlmsg_type == NLMSG_OVERRUN)
			return skstat_error_set(error, -ENOBUFS, "the kernel dropped a part of its reply");
		if (message->nlmsg_type != reply->type || !reply->fn)
			continue;
		err = reply->fn(message, reply->arg);
		if (err < 0)
			return skstat_error_set(error, err, err == -ENOMEM ? "no memory for the reply" :
									     "the reply is malformed");
		if (err)
			return 1;
	}
	return 0;
}

static int take_reply(struct skstat_channel *channel, struct intake *intake, struct skstat_error *error)
{
	uint64_t deadline = intake->reply->deadline, begun;
	ssize_t length;
	int err = 0;

	while (!err && !intake->ended) {
		begun = skstat_channel_clock();
		if (deadline && begun >= deadline) {
			err = timed_out(channel, error);
			break;
		}
		length = receive(channel, deadline, error);
		channel->cost.wait_ns += skstat_channel_clock() - begun;
		err = length < 0 ? (int)length : take_datagram(channel, (size_t)length, intake, error);
	}
	channel->cost.interrupted += intake->interrupted;
	if (!intake->ended)
		skstat_channel_close(channel);
	return err;
}

int skstat_channel_ask(struct skstat_channel *channel, struct nl_msg *message, const struct skstat_reply *reply,
		       struct skstat_error *error)
{
	struct intake intake = { .reply = reply };
	uint64_t begun = skstat_channel_clock();
	int err = nl_send_auto(channel->socket, message);

	/* The first datagram of a dump is made here. */
	channel->cost.wait_ns += skstat_channel_clock() - begun;
	if (err < 0) {
		skstat_channel_close(channel);
		return skstat_error_set(error, err == -NLE_NOMEM ? -ENOMEM : -EIO, "sending: %s", nl_geterror(err));
	}
	intake.sequence = nlmsg_hdr(message)->nlmsg_seq;
	return take_reply(channel, &intake, error);
}

int skstat_channel_listen(struct skstat_channel *channel, const struct skstat_reply *reply,
			  struct skstat_error *error)
{
	struct intake intake = { .reply = reply };
	bool overrun = false;
	ssize_t length;
	int err = 0;

	if (!channel->socket)
		return skstat_error_set(error, -ENOTCONN, "the netlink socket is closed");
	while (!err) {
		length = receive_now(channel, error);
		if (length == -EAGAIN)
			break;
		/* The socket says so once, and goes on with what it could hold. */
		overrun |= length == -ENOBUFS;
		if (length != -ENOBUFS)
			err = length < 0 ? (int)length : take_datagram(channel, (size_t)length, &intake, error);
	}
	if (err < 0)
		skstat_channel_close(channel);
	return err || !overrun ? err : skstat_error_set(error, -ENOBUFS, "the netlink socket was full");
}
