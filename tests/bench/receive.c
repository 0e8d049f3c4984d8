// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <skstat/netlink.h>

#include "../vm/lib/must.h"
#include "receive.h"

#define SOCKET_BYTES (1024 * 1024) /* as exporter/source/channel.c has it */

/* How a dump ends: NLMSG_DONE with an errno. */
#define DONE_BYTES (NLMSG_HDRLEN + sizeof(int))

struct receiver *receiver_new(int protocol, size_t room)
{
	struct receiver *receiver = must_have(calloc(1, sizeof(*receiver)));

	receiver->room = room;
	receiver->buffer = must_have(malloc(room));
	receiver->socket = must_have(nl_socket_alloc());
	must_be(!nl_connect(receiver->socket, protocol));
	must(setsockopt(nl_socket_get_fd(receiver->socket), SOL_SOCKET, SO_RCVBUFFORCE, &(int){ SOCKET_BYTES },
			sizeof(int)));
	if (protocol == NETLINK_GENERIC) {
		receiver->family = genl_ctrl_resolve(receiver->socket, SKSTAT_FAMILY_NAME);
		must_be(receiver->family > 0);
	}
	return receiver;
}

void receiver_free(struct receiver *receiver)
{
	nl_socket_free(receiver->socket);
	free(receiver->buffer);
	free(receiver);
}

static bool is_done(const struct nlmsghdr *message, size_t left)
{
	if (message->nlmsg_type == NLMSG_ERROR)
		must_bail(__FILE__, __LINE__, "dump", strerror(-*(const int *)NLMSG_DATA(message)));
	if (message->nlmsg_type != NLMSG_DONE || message->nlmsg_len != left)
		return false;
	must_be(left >= DONE_BYTES && *(const int *)NLMSG_DATA(message) >= 0);
	return true;
}

/* Message by message; whether the dump is over. */
static bool look_into(const struct receiver *receiver, size_t length, receive_fn fn, void *arg)
{
	for (size_t at = 0; at < length;) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)(receiver->buffer + at);

		must_be(NLMSG_OK(message, length - at));
		if (is_done(message, length - at))
			return true;
		fn(message, arg);
		at += NLMSG_ALIGN(message->nlmsg_len);
	}
	return false;
}

/* The same from the ends of the datagram: its only message, or the last one. */
static bool look_at_ends(const struct receiver *receiver, size_t length)
{
	return is_done((const struct nlmsghdr *)receiver->buffer, length) ||
	       (length > DONE_BYTES &&
		is_done((const struct nlmsghdr *)(receiver->buffer + length - DONE_BYTES), DONE_BYTES));
}

void receive_dump(struct receiver *receiver, struct nl_msg *request, receive_fn fn, void *arg)
{
	int fd = nl_socket_get_fd(receiver->socket);
	bool done = false;

	receiver->datagrams = receiver->bytes = 0;
	/* libnl fills in port and number only where there is none. */
	nlmsg_hdr(request)->nlmsg_seq = NL_AUTO_SEQ;
	must_be(nl_send_auto(receiver->socket, request) >= 0);
	while (!done) {
		size_t length = must(recv(fd, receiver->buffer, receiver->room, MSG_TRUNC));

		must_be(length && length <= receiver->room);
		receiver->datagrams++;
		receiver->bytes += length;
		done = fn ? look_into(receiver, length, fn, arg) : look_at_ends(receiver, length);
	}
}
