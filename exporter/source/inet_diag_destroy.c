// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include "channel.h"
#include "inet_diag_destroy.h"
#include "inet_diag_event.h"

#define GROUP(name) (1u << (SKNLGRP_##name - 1))
#define GROUPS	    (GROUP(INET_TCP_DESTROY) | GROUP(INET6_TCP_DESTROY))

/* The kernel doubles it, and charges some 1300 bytes for each message. */
#define SOCKET_BYTES (16 * 1024 * 1024)

/* A message is some 400 bytes, most of them tcp_info, which grows by the years. */
#define MESSAGE_BYTES 2048
#define BATCH	      32

/* One reading ends, however fast sockets are destroyed meanwhile: more than these do not fit in the buffer. */
#define BATCHES_MAX 2048

struct skstat_inet_diag_destroy {
	int fd;
	uint32_t drops;	   /* of the socket, that were reported */
	uint64_t sequence; /* of the last event, those among them that were lost */
	unsigned int next, count; /* of the batch: what is still to be handed out */
	struct mmsghdr header[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_nl from[BATCH];
	union {
		unsigned char bytes[MESSAGE_BYTES];
		struct nlmsghdr header;
	} message[BATCH];
};

/* A reading under way. */
struct reading {
	struct skstat_inet_diag_destroy *destroy;
	struct skstat_inet_diag_seen *seen;
	skstat_sample_fn fn; /* may be NULL */
	void *arg;
	struct skstat_journal_totals *totals;
	struct skstat_source_cost *cost;
	uint64_t now;
};

struct skstat_inet_diag_destroy *skstat_inet_diag_destroy_new(int fd)
{
	struct skstat_inet_diag_destroy *destroy = calloc(1, sizeof(*destroy));

	if (destroy)
		destroy->fd = fd;
	return destroy;
}

void skstat_inet_diag_destroy_free(struct skstat_inet_diag_destroy *destroy)
{
	if (!destroy)
		return;
	close(destroy->fd);
	free(destroy);
}

int skstat_inet_diag_destroy_fd(const struct skstat_inet_diag_destroy *destroy)
{
	return destroy->fd;
}

static int groups_join(int fd)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = GROUPS };
	const int bytes = SOCKET_BYTES;

	/* Before there is something to put in; and a small buffer is better than none. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
}

struct skstat_inet_diag_destroy *skstat_inet_diag_destroy_open(struct skstat_error *error)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
	struct skstat_inet_diag_destroy *destroy = NULL;
	int err = fd < 0 ? -errno : groups_join(fd);

	if (!err) {
		destroy = skstat_inet_diag_destroy_new(fd);
		err = destroy ? 0 : -ENOMEM;
	}
	if (!err)
		return destroy;
	skstat_error_set(error, err, "the kernel does not let this process know of closed sockets: %s", strerror(-err));
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* The next batch from the kernel. 0 with none: there are no more; or a negative errno. */
static int batch_receive(struct reading *reading)
{
	struct skstat_inet_diag_destroy *destroy = reading->destroy;
	uint64_t begun = skstat_channel_clock();
	int count;

	memset(destroy->from, 0, sizeof(destroy->from));
	for (size_t i = 0; i < BATCH; i++) {
		destroy->iov[i] = (struct iovec){ destroy->message[i].bytes, MESSAGE_BYTES };
		destroy->header[i].msg_hdr = (struct msghdr){
			.msg_name = &destroy->from[i], .msg_namelen = sizeof(destroy->from[i]),
			.msg_iov = &destroy->iov[i], .msg_iovlen = 1,
		};
	}
	destroy->next = destroy->count = 0;
	count = recvmmsg(destroy->fd, destroy->header, BATCH, MSG_DONTWAIT, NULL);
	if (count < 0)
		count = -errno;
	reading->now = skstat_channel_clock();
	reading->totals->ns += reading->now - begun;
	reading->cost->wait_ns += reading->now - begun;
	if (count >= 0)
		destroy->count = (unsigned int)count;
	return count < 0 ? count : 0;
}

/* What did not fit. Without the kernel's count of it, it is a gap of unknown length. */
static void loss_count(struct reading *reading, bool overrun)
{
	struct skstat_inet_diag_destroy *destroy = reading->destroy;
	uint32_t memory[SK_MEMINFO_VARS] = { 0 }, lost;
	socklen_t length = sizeof(memory);

	if (getsockopt(destroy->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) ||
	    length < (SK_MEMINFO_DROPS + 1) * sizeof(memory[0])) {
		reading->totals->fresh |= overrun;
		return;
	}
	lost = memory[SK_MEMINFO_DROPS] - destroy->drops;
	destroy->drops = memory[SK_MEMINFO_DROPS];
	destroy->sequence += lost;
	reading->totals->lost += lost;
}

static void event_fill(struct reading *reading, struct skstat_sample *event)
{
	bool met = skstat_inet_diag_seen_take(reading->seen, event->identity.cookie, &event->memory.drops);

	event->event.event_sequence = ++reading->destroy->sequence;
	event->event.event_time = reading->now;
	if (met)
		event->event.event_flags = SKSTAT_EVENT_OLD;
	if (event->kind == SKSTAT_KIND_FAILED)
		event->memory.drops = 0;
}

/* One datagram, which is one message. Whether fn stopped it. */
static bool message_take(struct reading *reading, const struct nlmsghdr *message, size_t length)
{
	struct skstat_sample event;
	uint32_t drops;

	if (length < sizeof(*message) || message->nlmsg_len < sizeof(*message) || message->nlmsg_len > length ||
	    skstat_inet_diag_event(message, &event)) {
		reading->destroy->sequence++;
		reading->totals->lost++;
		return false;
	}
	if (event.kind == SKSTAT_KIND_UNSPEC) {
		(void)skstat_inet_diag_seen_take(reading->seen, event.identity.cookie, &drops);
		return false;
	}
	event_fill(reading, &event);
	reading->totals->events++;
	return reading->fn && reading->fn(&event, reading->arg);
}

/* Whether fn stopped it. */
static bool batch_take(struct reading *reading)
{
	struct skstat_inet_diag_destroy *destroy = reading->destroy;
	struct skstat_source_cost *cost = reading->cost;
	bool stopped = false;

	while (destroy->next < destroy->count && !stopped) {
		unsigned int at = destroy->next++;
		const struct mmsghdr *header = &destroy->header[at];
		bool truncated = header->msg_hdr.msg_flags & MSG_TRUNC;

		cost->datagrams++;
		cost->bytes += header->msg_len;
		/* Any process may send to a netlink socket; the kernel's port is 0. */
		if (destroy->from[at].nl_pid)
			continue;
		cost->messages++;
		cost->truncated += truncated;
		stopped = message_take(reading, &destroy->message[at].header, truncated ? 0 : header->msg_len);
	}
	return stopped;
}

int skstat_inet_diag_destroy_read(struct skstat_inet_diag_destroy *destroy, struct skstat_inet_diag_seen *seen,
				  skstat_sample_fn fn, void *arg, struct skstat_journal_totals *totals,
				  struct skstat_source_cost *cost, struct skstat_error *error)
{
	struct reading reading = { .destroy = destroy, .seen = seen, .fn = fn, .arg = arg, .totals = totals,
				   .cost = cost, .now = skstat_channel_clock() };
	bool overrun = false, stopped;
	int err = 0;

	/* First what the last reading, which was stopped, has left. */
	stopped = batch_take(&reading);
	for (unsigned int batches = 0; batches < BATCHES_MAX && !stopped; batches++) {
		err = batch_receive(&reading);
		overrun |= err == -ENOBUFS;
		if (err && err != -ENOBUFS && err != -EINTR)
			break;
		stopped = batch_take(&reading);
	}
	loss_count(&reading, overrun);
	if (stopped)
		return 1;
	if (err && err != -EAGAIN && err != -ENOBUFS && err != -EINTR)
		return skstat_error_set(error, err, "receiving of closed sockets: %s", strerror(-err));
	totals->complete = true;
	return 0;
}
