// SPDX-License-Identifier: GPL-2.0
/*
 * connect() of UDP sockets, and what came of it. There is no tracepoint for that.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <net/sock.h>
#include <net/udp.h>

#include "compat/compat.h"
#include "counter.h"
#include "netns.h"
#include "probe.h"

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)

/* It sleeps only behind who has locked the socket. */
#define UDP_CONNECT_INSTANCES 256

struct udp_connect_call {
	const struct sock *sk;
	u16 port;
};

/* Other protocols without connections share the function with UDP, before Linux 7. */
static bool is_udp(const struct sock *sk)
{
	return (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE) && sk->sk_type == SOCK_DGRAM;
}

/*
 * connect(sk, address, length): the caller holds the socket, and has copied the address from userspace. The port stands
 * at the same place of both families' addresses. Where functions are not entered by way of ftrace, this is a breakpoint's
 * handler, which passes for an NMI: so it only writes down what it is given.
 */
static int on_call(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct sockaddr_in *address = (const struct sockaddr_in *)regs_get_kernel_argument(regs, 1);
	int length = (int)regs_get_kernel_argument(regs, 2);
	struct udp_connect_call *call = (struct udp_connect_call *)instance->data;

	BUILD_BUG_ON(offsetof(struct sockaddr_in, sin_port) != offsetof(struct sockaddr_in6, sin6_port));
	call->sk = (const struct sock *)regs_get_kernel_argument(regs, 0);
	call->port = length >= (int)offsetofend(struct sockaddr_in, sin_port) ? ntohs(address->sin_port) : 0;
	return 0;
}

/* The caller still holds the socket. */
static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct udp_connect_call *call = (const struct udp_connect_call *)instance->data;
	struct skstat_scope scope;

	if (!is_udp(call->sk) || !skstat_probe_enter(SKSTAT_PROBE_UDP_CONNECT, &scope))
		return 0;
	skstat_counter_add(&(struct skstat_key) {
		.table = SKSTAT_TABLE_UDP_CONNECT,
		.column = {
			-(int)regs_return_value(regs),
			call->sk->sk_family,
			skstat_netns_id(sock_net(call->sk)),
			call->port,
		},
	}, 1);
	skstat_probe_leave(&scope);
	return 0;
}

static struct kretprobe udp4_probe, udp6_probe;
static bool udp6_probed;
static u64 udp_connect_missed; /* by earlier holds */

/* What is registered twice must not remember the first time. `name`, or `address`. */
static int probe_register(struct kretprobe *probe, const char *name, void *address)
{
	*probe = (struct kretprobe) {
		.kp.symbol_name = name,
		.kp.addr	= address,
		.entry_handler	= on_call,
		.handler	= on_return,
		.data_size	= sizeof(struct udp_connect_call),
		.maxactive	= UDP_CONNECT_INSTANCES,
	};
	return register_kretprobe(probe);
}

static void probe_unregister(struct kretprobe *probe)
{
	unregister_kretprobe(probe);
	udp_connect_missed += probe->nmissed;
	probe->nmissed = 0;
}

/* By Linux 7 UDP has one of its own; IPv6 may not be there at all. */
static int udp6_register(void)
{
	int err = probe_register(&udp6_probe, "udpv6_connect", NULL);

	if (err == -ENOENT)
		err = probe_register(&udp6_probe, "ip6_datagram_connect", NULL);
	udp6_probed = !err;
	return err == -ENOENT ? 0 : err;
}

static int udp_connect_start(void)
{
	int err;

	err = skstat_counter_start();
	if (!err)
		err = probe_register(&udp4_probe, NULL, udp_prot.connect);
	if (err)
		return err;
	err = udp6_register();
	if (err)
		probe_unregister(&udp4_probe);
	return err;
}

/* Both at once: one wait for those who are on their way. */
static void udp_connect_stop(void)
{
	struct kretprobe *probes[] = { &udp4_probe, &udp6_probe };
	u32 i;

	unregister_kretprobes(probes, udp6_probed ? 2 : 1);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		udp_connect_missed += probes[i]->nmissed;
		probes[i]->nmissed = 0;
	}
}

static u64 udp_connect_nmissed(void)
{
	return udp_connect_missed + READ_ONCE(udp4_probe.nmissed) + READ_ONCE(udp6_probe.nmissed);
}

struct skstat_probe skstat_probe_udp_connect = {
	.id	= SKSTAT_PROBE_UDP_CONNECT,
	.start	= udp_connect_start,
	.stop	= udp_connect_stop,
	.missed = udp_connect_nmissed,
};

#else

static bool udp_connect_available(void)
{
	return false;
}

struct skstat_probe skstat_probe_udp_connect = { .id = SKSTAT_PROBE_UDP_CONNECT, .available = udp_connect_available };

#endif
