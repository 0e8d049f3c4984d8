/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a call has moved: one histogram, which is filled in by tracepoints where the kernel has them, else by kretprobes.
 */
#ifndef SKSTAT_CALL_H
#define SKSTAT_CALL_H

#include <linux/socket.h>
#include <net/sock.h>

#include "hist.h"
#include "probe.h"

/*
 * A call on that socket has returned `moved` bytes, or an error, which is not measured; nor are looks with MSG_PEEK, nor
 * sockets other than IPv4's and IPv6's. The caller's process has the socket in use.
 */
static inline void skstat_call_returned(enum skstat_probe_id probe, enum skstat_call call, const struct sock *sk,
					int moved, int flags)
{
	struct skstat_scope scope;

	if (moved < 0 || (flags & MSG_PEEK) || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6) ||
	    !skstat_probe_enter(probe, &scope))
		return;
	skstat_hist_add(SKSTAT_HISTOGRAM_CALL, call, sk->sk_protocol, sk->sk_family, moved);
	skstat_probe_leave(&scope);
}

#endif
