// SPDX-License-Identifier: GPL-2.0
/* The kernel's own dump of its sockets, of which the module's has to be a fraction. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netlink/msg.h>

#include "../vm/lib/must.h"
#include "bench.h"
#include "receive.h"
#include "source/inet_diag_decode.h"

/* What xtcp asks for: MEMINFO, INFO, VEGASINFO, CONG, TOS, TCLASS, SKMEMINFO, SHUTDOWN. */
#define EIGHT_EXTENSIONS 0xff

struct diag_dump {
	struct receiver *receiver;
	struct nl_msg *request;
	receive_fn fn;
	size_t sockets;
	struct skstat_inet_diag diag;
};

static void dump(void *arg)
{
	struct diag_dump *dump = arg;

	dump->sockets = 0;
	receive_dump(dump->receiver, dump->request, dump->fn, dump);
}

static void count(const struct nlmsghdr *message, void *arg)
{
	struct diag_dump *dump = arg;

	(void)message;
	dump->sockets++;
}

static void parse(const struct nlmsghdr *message, void *arg)
{
	struct diag_dump *dump = arg;

	must_be(!skstat_inet_diag_decode(message, &dump->diag));
	dump->sockets++;
}

static void measure(const struct bench *bench, const char *name, receive_fn fn)
{
	const struct inet_diag_req_v2 ask = {
		.sdiag_family = AF_INET,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_ext = EIGHT_EXTENSIONS,
		.idiag_states = ~0u,
	};
	struct diag_dump of = { .receiver = receiver_new(NETLINK_SOCK_DIAG, bench->receive), .fn = count };

	of.request = must_have(nlmsg_alloc_simple(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP));
	must_be(!nlmsg_append(of.request, (void *)&ask, sizeof(ask), NLMSG_ALIGNTO));
	dump(&of);
	/* It sees the own namespace alone. */
	must_be(of.sockets >= bench->sockets && bench->namespaces == 1);
	of.fn = fn;
	bench_say(bench, name, (double)bench_best(bench_times(bench), dump, &of) / (double)bench->sockets, BENCH_SOCKET);
	nlmsg_free(of.request);
	receiver_free(of.receiver);
}

void figure_inet_diag(const struct bench *bench)
{
	measure(bench, "inet_diag", NULL);
}

void figure_inet_diag_parsed(const struct bench *bench)
{
	measure(bench, "inet_diag_parsed", parse);
}
