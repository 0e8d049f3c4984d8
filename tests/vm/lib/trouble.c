// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <time.h>

#include "command.h"
#include "must.h"
#include "ns.h"
#include "trouble.h"

#ifndef TCP_MAXSEG
#define TCP_MAXSEG 2
#endif

/* Waits until a member of TCP_INFO is at least so much: for a minute, for timers back off and a guest may be slow. */
#define await(fd, member, least)                                                           \
	do {                                                                               \
		struct tcpinfo await_info;                                                 \
		int await_left = 6000;                                                     \
                                                                                           \
		for (;;) {                                                                 \
			pair_info(fd, &await_info);                                     \
			if (await_info.member >= (least))                                  \
				break;                                                     \
			must_be(await_left--);                                             \
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);        \
		}                                                                          \
	} while (0)

static int listener_add(struct population *population)
{
	int listener = pair_listen(PAIR_V4, 128);

	population_note(population, listener, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	return listener;
}

static struct pair pair_add(struct population *population, int listener)
{
	struct pair pair = pair_open(listener, PAIR_V4);

	pair_talk(pair, 100, 100);
	pair_option(pair.client, IPPROTO_TCP, TCP_NODELAY, 1);
	population_note_pair(population, pair);
	population->member[population->count - 1].transient = true;
	population->member[population->count - 2].transient = true;
	return pair;
}

void trouble_silence(struct population *population)
{
	int listener = listener_add(population);
	struct pair lost = pair_add(population, listener), back = pair_add(population, listener);

	pair_deafen(lost.server);
	pair_deafen(back.server);
	pair_write(lost.client, 10);
	pair_write(back.client, 20);
	await(back.client, retransmits, 2);
	pair_hear(back.server);
	pair_read(back.server, 20);
	await(lost.client, retransmits, 3);
}

void trouble_hole(struct population *population)
{
	int listener = listener_add(population);
	struct pair pair = pair_add(population, listener);

	/* A header is 20 to 60 bytes long: the first segment is the only one of this size. */
	pair_deafen_to(pair.server, 120, 170);
	pair_write(pair.client, 100);
	for (int i = 0; i < 6; i++)
		pair_write(pair.client, 400);
	await(pair.client, sacked, 1);
	await(pair.client, retrans, 1);
}

void trouble_duplicates(struct population *population)
{
	int listener = listener_add(population);
	struct pair pair = pair_add(population, listener);

	pair_deafen(pair.client);
	pair_write(pair.client, 100);
	await(pair.client, total_retrans, 1);
	pair_hear(pair.client);
	await(pair.client, dsack_dups, 1);
}

void trouble_probes(struct population *population)
{
	int listener = listener_add(population);
	struct pair alive = pair_add(population, listener), full = pair_add(population, listener);

	pair_option(alive.client, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	pair_option(alive.client, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	pair_option(alive.client, IPPROTO_TCP, TCP_KEEPCNT, 100);
	pair_option(alive.client, SOL_SOCKET, SO_KEEPALIVE, 1);
	pair_deafen(alive.server);
	pair_fill(full.client);
	pair_deafen(full.client);
	await(full.client, probes, 2);
	await(alive.client, probes, 1);
}

/* Moves so many bytes from client to server, however long the way is. */
static void bulk(struct pair pair, size_t bytes)
{
	static char buffer[16384];
	size_t sent = 0, received = 0;

	while (received < bytes) {
		struct pollfd ends[] = {
			{ .fd = pair.client, .events = sent < bytes ? POLLOUT : 0 },
			{ .fd = pair.server, .events = POLLIN },
		};
		ssize_t n;

		if (must(poll(ends, 2, 60000)) == 0) {
			struct tcpinfo info;

			pair_info(pair.client, &info);
			printf("# %zu of %zu bytes sent, %zu received; unacked %u lost %u retransmits %u not sent %u window %u\n",
			       sent, bytes, received, info.unacked, info.lost, info.retransmits, info.notsent_bytes,
			       info.snd_wnd);
			must_bail(__FILE__, __LINE__, "bulk", "nothing moves");
		}
		if (ends[0].revents & POLLOUT) {
			n = send(pair.client, buffer, bytes - sent < sizeof(buffer) ? bytes - sent : sizeof(buffer), MSG_DONTWAIT);
			must_be(n > 0 || errno == EAGAIN);
			sent += n > 0 ? n : 0;
		}
		if (ends[1].revents & POLLIN) {
			n = recv(pair.server, buffer, sizeof(buffer), MSG_DONTWAIT);
			must_be(n > 0);
			received += n;
		}
	}
}

/* Until nothing is in flight. */
static void await_quiet(int fd)
{
	struct tcpinfo info;

	do {
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		pair_info(fd, &info);
	} while (info.unacked);
}

static uint32_t vegas_rttcnt(int fd)
{
	union tcp_cc_info cc = { 0 };
	socklen_t length = sizeof(cc);

	must(getsockopt(fd, IPPROTO_TCP, TCP_CC_INFO, &cc, &length));
	return cc.vegas.tcpv_rttcnt;
}

bool trouble_wire(struct population *population, struct ns *ns)
{
	struct ns home = ns_current();
	struct tcpinfo info;
	struct pair pair, small;
	int listener;
	bool ok;

	*ns = ns_create();
	ns_enter(ns);
	ok = command_run("ip link set dev lo mtu 1500") &&
	     command_run("tc qdisc add dev lo root netem delay 4ms 2ms loss 1% duplicate 1% reorder 30% 50%");
	if (ok) {
		listener = listener_add(population);
		pair = pair_add(population, listener);
		small = pair_add(population, listener);
		pair_option(small.client, SOL_SOCKET, SO_SNDBUF, 4096);
		for (int i = 0; i < 40; i++) {
			bulk(pair, 40000);
			bulk(small, 20000);
			bulk((struct pair){ pair.server, pair.client }, 30000);
			pair_info(pair.client, &info);
			if (info.reord_seen && info.rcv_rtt && info.total_retrans)
				break;
		}
		/*
		 * Vegas counts the samples of a round trip: several segments, each acknowledged, and nothing of what
		 * makes it start anew.
		 */
		ok = command_run("tc qdisc change dev lo root netem delay 4ms");
		small = pair_add(population, listener);
		if (!setsockopt(small.client, IPPROTO_TCP, TCP_CONGESTION, "vegas", 5)) {
			for (int i = 0; i < 50 && !vegas_rttcnt(small.client); i++) {
				for (int k = 0; k < 8; k++)
					pair_write(small.client, 1400 + i);
				pair_read(small.server, 8 * (1400 + i));
				await_quiet(small.client);
			}
		}
	}
	ns_enter(&home);
	ns_close(&home);
	return ok;
}

/* A talking pair of DCTCP that ends with segments acknowledged behind one that never is: its sums are per window. */
static void dctcp_add(struct population *population)
{
	int listener = listener_add(population), client = pair_socket(PAIR_V4);
	struct pair pair;

	must(setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, "dctcp", 5));
	must(setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "dctcp", 5));
	pair_option(client, IPPROTO_TCP, TCP_NODELAY, 1);
	pair = pair_join(client, listener, PAIR_V4);
	population_note_pair(population, pair);
	bulk(pair, 100000);
	bulk((struct pair){ pair.server, pair.client }, 20000);
	pair_deafen_to(pair.server, 120, 170);
	pair_write(pair.client, 100);
	for (int i = 0; i < 8; i++)
		pair_write(pair.client, 400);
	await(pair.client, sacked, 1);
}

/* A pair that has agreed on ECN, which a handshake does without that has lost a segment, and talks on a way that marks. */
static bool marked_add(struct population *population)
{
	int listener = listener_add(population);
	struct pair pair;

	if (!command_run("tc qdisc change dev lo root netem delay 1ms"))
		return false;
	pair = pair_add(population, listener);
	if (!command_run("tc qdisc change dev lo root netem delay 1ms loss 10% ecn"))
		return false;
	bulk(pair, 200000);
	bulk((struct pair){ pair.server, pair.client }, 50000);
	return true;
}

bool trouble_marks(struct population *population, struct ns *ns)
{
	struct ns home = ns_current();
	struct pair pair;
	bool ok;

	*ns = ns_create();
	ns_enter(ns);
	must_be(ns_sysctl("net/ipv4/tcp_ecn", "1"));
	/* Changes of the path hash by DCTCP's marks, 6.2 and later. */
	if (ns_sysctl("net/ipv4/tcp_plb_enabled", "1")) {
		ns_sysctl("net/ipv4/tcp_plb_rehash_rounds", "2");
		ns_sysctl("net/ipv4/tcp_plb_idle_rehash_rounds", "1");
		ns_sysctl("net/ipv4/tcp_plb_cong_thresh", "1");
	}
	ok = command_run("ip link set dev lo mtu 1500") && command_run("tc qdisc add dev lo root netem delay 1ms") &&
	     marked_add(population);
	if (ok) {
		pair.client = pair_socket(PAIR_V4);
		ok = !setsockopt(pair.client, IPPROTO_TCP, TCP_CONGESTION, "dctcp", 5);
		close(pair.client);
		/* It asks for marks on all that it sends, and so loses nothing by more of them. */
		if (ok)
			command_run("tc qdisc change dev lo root netem delay 1ms loss 40% ecn");
		for (int i = 0; ok && i < 8; i++)
			dctcp_add(population);
		ok = command_run("tc qdisc change dev lo root netem delay 1ms loss 10% ecn");
		/* Accurate ECN, 7.x. */
		if (ns_sysctl("net/ipv4/tcp_ecn", "3"))
			ok = marked_add(population) && ok;
	}
	ns_enter(&home);
	ns_close(&home);
	return ok;
}

bool trouble_queueing(struct population *population, struct ns *ns)
{
	struct ns home = ns_current();
	struct pair pair;
	int listener;
	bool ok;

	*ns = ns_create();
	ns_enter(ns);
	/* Segments must be smaller than the token bucket. */
	listener = listener_add(population);
	pair.client = pair_socket(PAIR_V4);
	pair_option(pair.client, IPPROTO_TCP, TCP_MAXSEG, 1000);
	pair = pair_join(pair.client, listener, PAIR_V4);
	population_note_pair(population, pair);
	ok = command_run("tc qdisc add dev lo root tbf rate 8kbit burst 10kb limit 1mb");
	if (ok)
		pair_write(pair.client, 100000);
	ns_enter(&home);
	ns_close(&home);
	return ok;
}
