// SPDX-License-Identifier: GPL-2.0
#include <net/tcp.h>

#include "compat/compat.h"
#include "conn.h"
#include "life_look.h"
#include "netns.h"

/*
 * inet_csk_clone_lock(). The child begins as a copy of its listener, queues included; sk_ack_backlog and its limit
 * stay so. Until 6.12 the state is set first of all, and the SYN queue is there as well; 7.2 has wiped it by then,
 * but has the child's addresses, with which the listener is found. A listener has no peer's port.
 */
bool skstat_queues_look(const struct sock *child, struct skstat_conn *conn)
{
	const struct sock *listener = inet_sk(child)->inet_dport ? skstat_listener(child) : child;

	if (!listener)
		return false;
	conn->queue.accept = READ_ONCE(child->sk_ack_backlog);
	conn->queue.accept_limit = READ_ONCE(child->sk_max_ack_backlog);
	conn->queue.syn = reqsk_queue_len(&inet_csk(listener)->icsk_accept_queue);
	return true;
}

/* Of the last namespaces that a child came in on this CPU: how many cookies had been taken there by then. */
#define COOKIE_PLACES 32
struct cookies {
	u64 netns;
	u64 taken;
};
static DEFINE_PER_CPU(struct cookies[COOKIE_PLACES], cookies_seen);

bool skstat_cookie_look(const struct sock *child, const struct skstat_conn *conn)
{
	const struct net *net = sock_net(child);
	u64 netns = skstat_netns_id(net), taken;
	struct cookies *seen = this_cpu_ptr(&cookies_seen[netns % COOKIE_PLACES]);
	bool moved;

	taken = raw_cpu_read(net->mib.net_statistics->mibs[LINUX_MIB_SYNCOOKIESRECV]);
	moved = seen->netns != netns || seen->taken != taken;
	seen->netns = netns;
	seen->taken = taken;
	/* A request is still in the queue as its child comes: where there is none, there was a cookie. */
	return taken && (moved || ((conn->flags & SKSTAT_CONN_QUEUES) && !conn->queue.syn));
}
