// SPDX-License-Identifier: GPL-2.0
#include <linux/in.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat/compat.h"
#include "service_port.h"

/* A raw socket keeps a protocol where others have their port, a ping socket an identifier. */
static bool has_port(const struct sock *sk)
{
	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return false;
	if (!sk_fullsock(sk))
		return true; /* of TCP and DCCP only */
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_MPTCP:
		return sk->sk_type != SOCK_RAW;
	}
	return false;
}

static u16 local_port(const struct sock *sk)
{
	u16 port = READ_ONCE(sk->sk_num);

	/* Given back by a socket that is closing. */
	if (!port && sk_fullsock(sk))
		port = ntohs(inet_sk(sk)->inet_sport);
	return port;
}

static bool is_listening(const struct sock *sk)
{
	return sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_NEW_SYN_RECV;
}

u32 skstat_service_port(const struct sock *sk)
{
	const struct net *net;
	u16 port;

	if (!has_port(sk))
		return 0;
	port = local_port(sk);
	if (!port || is_listening(sk))
		return port;
	net = sock_net(sk);
	OPTIMIZER_HIDE_VAR(net); /* it may change: what was looked at is what is followed */
	return net ? skstat_service_port_of(net, port) : 0;
}
