// SPDX-License-Identifier: GPL-2.0
#include <net/tcp.h>

#include "conn.h"
#include "life_look.h"
#include "netns.h"

/* Of the last namespaces that a child came in on this CPU: how many cookies had been taken there by then. */
#define COOKIE_PLACES 32
struct cookies {
	u64 netns;
	u64 taken;
};
static DEFINE_PER_CPU(struct cookies[COOKIE_PLACES], cookies_seen);

/* A namespace where none was taken is not looked for here, and not in the way of others. */
bool skstat_cookie_look_closer(const struct sock *child, const struct skstat_conn *conn, u64 taken)
{
	u64 netns = skstat_netns_id(sock_net(child));
	struct cookies *seen = this_cpu_ptr(&cookies_seen[netns % COOKIE_PLACES]);
	bool moved = seen->netns != netns || seen->taken != taken;

	seen->netns = netns;
	seen->taken = taken;
	/* A request is still in the queue as its child comes: where there is none, there was a cookie. */
	return moved || ((conn->flags & SKSTAT_CONN_QUEUES) && !conn->queue.syn);
}
