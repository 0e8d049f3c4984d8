// SPDX-License-Identifier: GPL-2.0
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "must.h"
#include "sockdestroy.h"

#ifndef SOCK_DESTROY
#define SOCK_DESTROY 21
#endif

static void address_take(const struct sockaddr_storage *from, __be16 *port, __be32 address[4])
{
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;

		*port = v4->sin_port;
		address[0] = v4->sin_addr.s_addr;
	} else {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

		*port = v6->sin6_port;
		memcpy(address, &v6->sin6_addr, sizeof(v6->sin6_addr));
	}
}

int sock_destroy(int fd, uint64_t cookie)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = { .nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DESTROY,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.request = { .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0u },
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr verdict;
	} reply;
	struct sockaddr_storage local, peer;
	socklen_t length = sizeof(local);
	int diag;

	must(getsockname(fd, (struct sockaddr *)&local, &length));
	length = sizeof(peer);
	must(getpeername(fd, (struct sockaddr *)&peer, &length));
	message.request.sdiag_family = local.ss_family;
	address_take(&local, &message.request.id.idiag_sport, message.request.id.idiag_src);
	address_take(&peer, &message.request.id.idiag_dport, message.request.id.idiag_dst);
	message.request.id.idiag_cookie[0] = cookie;
	message.request.id.idiag_cookie[1] = cookie >> 32;
	diag = must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
	must_be(send(diag, &message, sizeof(message), 0) == sizeof(message));
	must_be(recv(diag, &reply, sizeof(reply), 0) >= (ssize_t)sizeof(reply.header) + 4);
	close(diag);
	must_be(reply.header.nlmsg_type == NLMSG_ERROR);
	return reply.verdict.error;
}
