/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A netlink socket, by libnl-3, that sends one request at a time and takes in its whole reply: what generic netlink and
 * sock_diag have in common.
 *
 * The replies are not received by nl_recvmsgs(): it copies every message once more, knows no deadline, and does not
 * look into NLMSG_DONE, where a dump's failure and its sentence are.
 *
 * Functions that can fail return 0 or a negative errno, and set `error`, which may be NULL. One thread at a time.
 */
#ifndef SKSTAT_SOURCE_CHANNEL_H
#define SKSTAT_SOURCE_CHANNEL_H

#include <stdint.h>

#include "cost.h"
#include "message.h"

/* What a channel takes at once, for requests that say so: a datagram may be as long. Also a good length for other readers. */
#define SKSTAT_CHANNEL_ROOM (512 * 1024)

struct nl_msg;
struct nl_sock;
struct skstat_channel;

/* A closed channel of that protocol: NETLINK_GENERIC, ... NULL: no memory. Owned by the caller until the free. */
struct skstat_channel *skstat_channel_new(int protocol);

/* NULL is fine. */
void skstat_channel_free(struct skstat_channel *channel);

/* Opens the socket, unless it is open. */
int skstat_channel_open(struct skstat_channel *channel, struct skstat_error *error);

/* Closes it, if it is open: the kernel drops the cursor of a dump at once. */
void skstat_channel_close(struct skstat_channel *channel);

/* NULL, and -1, while it is closed. Both are the channel's. */
struct nl_sock *skstat_channel_socket(const struct skstat_channel *channel);
int skstat_channel_fd(const struct skstat_channel *channel);

/* The channel counts all but `requests` and `errors`: what a request is, its user says, and counts it here. */
struct skstat_source_cost *skstat_channel_cost(struct skstat_channel *channel);

/* A moment on CLOCK_MONOTONIC, in nanoseconds: the clock of deadlines. */
uint64_t skstat_channel_clock(void);

/* How a reply is to be taken in. */
struct skstat_reply {
	uint16_t type;	      /* nlmsg_type of the messages wanted; others are passed over */
	skstat_message_fn fn; /* gets them; may be NULL */
	void *arg;
	uint64_t deadline; /* 0: none */
};

/*
 * Sends the message, whose port and sequence number it fills in, and takes the reply up to the verdict. The channel
 * must be open; it is closed if the reply was not taken whole, for the rest would meet the next request.
 *
 * 0; 1 if `fn` stopped it; what `fn` failed with; -ETIMEDOUT; or the kernel's errno. Its sentence is then in `error`,
 * or error->text is empty where the kernel had none.
 */
int skstat_channel_ask(struct skstat_channel *channel, struct nl_msg *message, const struct skstat_reply *reply,
		       struct skstat_error *error);

/*
 * Takes in what came without being asked for (sequence number 0), and does not wait for more: messages of reply->type
 * go to reply->fn, the deadline is not looked at. What comes so while skstat_channel_ask() takes its reply is passed
 * over by that.
 *
 * 0; 1 if `fn` stopped it; what `fn` failed with; -ENOBUFS, all the rest having been taken in: the kernel had more than
 * the socket could hold. Otherwise a negative errno, and the channel is closed: also when it was before.
 */
int skstat_channel_listen(struct skstat_channel *channel, const struct skstat_reply *reply,
			  struct skstat_error *error);

#endif
