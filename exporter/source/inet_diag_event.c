// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include <linux/inet_diag.h>

#include "inet_diag_decode.h"
#include "inet_diag_event.h"

static void group_mark(struct skstat_sample *event, enum skstat_group group)
{
	event->groups |= 1u << group;
	event->size[group] = skstat_groups[group].size;
}

/* Of a listener, a socket without a peer, or one that has been disconnected, nothing is left to tell. */
static enum skstat_kind kind_of(const struct skstat_sample *last)
{
	const struct skstat_traffic *traffic = &last->traffic;

	/* A listener's child that could not even be made is in another state. */
	if (!last->identity.dport || last->identity.state != TCP_CLOSE)
		return SKSTAT_KIND_UNSPEC;
	if (traffic->delivered || traffic->bytes_acked || traffic->bytes_received)
		return SKSTAT_KIND_CLOSED;
	return SKSTAT_KIND_FAILED;
}

static void figures_take(struct skstat_sample *event, const struct skstat_sample *last)
{
	group_mark(event, SKSTAT_GROUP_TRAFFIC);
	group_mark(event, SKSTAT_GROUP_TCP);
	group_mark(event, SKSTAT_GROUP_MEMORY);
	event->traffic = last->traffic;
	event->tcp = last->tcp;
	/* Without payload, what was received can only have been the FIN. */
	event->tcp.fin_received = !last->traffic.data_segs_in && last->traffic.bytes_received == 1;
}

int skstat_inet_diag_event(const struct nlmsghdr *message, struct skstat_sample *event)
{
	struct skstat_inet_diag diag;

	memset(event, 0, sizeof(*event));
	if (skstat_inet_diag_decode(message, &diag) || !(diag.has & 1u << INET_DIAG_INFO))
		return -EBADMSG;
	event->kind = kind_of(&diag.sample);
	event->identity = diag.sample.identity;
	if (event->kind == SKSTAT_KIND_UNSPEC)
		return 0;
	group_mark(event, SKSTAT_GROUP_IDENTITY);
	group_mark(event, SKSTAT_GROUP_EVENT);
	if (event->kind == SKSTAT_KIND_CLOSED)
		figures_take(event, &diag.sample);
	return 0;
}
