/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The column PORT: whose trouble it is, for services; clients' ports would make a key of each connection.
 */
#ifndef SKSTAT_SERVICE_PORT_H
#define SKSTAT_SERVICE_PORT_H

#include <linux/types.h>
#include <net/sock.h>

#include "compat/compat.h"

/*
 * The local port of a socket, in host order, if it is a service's: the socket listens, or the port is outside of its
 * namespace's ip_local_port_range. What a listener accepted on a port inside of the range is no service here: nothing
 * says so that could be looked up in a handler. Else, and of what has no ports, 0.
 *
 * Any context. A socket of any kind, TIME_WAIT and requests too. It is the caller's to know that the socket is there,
 * and its namespace: or that the socket was found in the read-side section of RCU that the caller is in. It may be gone
 * then, and its memory may be another socket's; but what it says of a namespace is nothing, or one that outlasts the
 * section, since it was there when the section had begun.
 */
u32 skstat_service_port(const struct sock *sk);

/* The same of a socket that has this port and does not listen; its namespace is there. */
static __always_inline u32 skstat_service_port_of(const struct net *net, u16 port)
{
	u16 low, high;

	skstat_local_port_range(net, &low, &high);
	return port >= low && port <= high ? 0 : port;
}

#endif
