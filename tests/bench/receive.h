/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dumps that are received and not looked into, with the exporter's buffers: what the kernel costs, and nearly nothing
 * else.
 */
#ifndef SKSTAT_BENCH_RECEIVE_H
#define SKSTAT_BENCH_RECEIVE_H

#include <stddef.h>

#include <linux/netlink.h>

struct nl_msg;
struct nl_sock;

struct receiver {
	struct nl_sock *socket;
	int family; /* of generic netlink: the module's */
	size_t datagrams, bytes; /* of the last dump */
	size_t room;
	unsigned char *buffer; /* of that many bytes */
};

/* NETLINK_SOCK_DIAG, or NETLINK_GENERIC: then the module must be loaded. */
struct receiver *receiver_new(int protocol, size_t room);
void receiver_free(struct receiver *receiver);

/* Called for each message but the verdict. */
typedef void (*receive_fn)(const struct nlmsghdr *message, void *arg);

/*
 * Sends the request, which must be for a dump, and receives the whole of it. Without `fn` the messages are not even
 * counted.
 */
void receive_dump(struct receiver *receiver, struct nl_msg *request, receive_fn fn, void *arg);

#endif
