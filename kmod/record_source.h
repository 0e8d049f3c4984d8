/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sources that the table in skstat/fields.h names: how a figure is read from a socket. For record_fill.h alone.
 */
#ifndef SKSTAT_RECORD_SOURCE_H
#define SKSTAT_RECORD_SOURCE_H

#include <linux/inet_diag.h>
#include <net/ipv6.h>
#include <net/mptcp.h>

#include "compat/compat.h"
#include "conn.h"
#include "record.h"

/*
 * A field of struct tcp_sock or struct sock, which its owner may be writing. Each is a word of its own, read once by the
 * row that names it, and no two of them have to be of one moment: so not READ_ONCE(), which would keep the compiler from
 * moving neighbours two at a time.
 */
#define TP(field) data_race(tp->field)
/* the same */
#define SK(field) data_race(sk->field)

/* An address or a name, in two registers: as an array the compiler would build it on the stack. */
struct sixteen {
	u64 first, second;
};

static __always_inline u64 eight_read(const void *at)
{
	u64 bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

static __always_inline struct sixteen sixteen_read(const void *at)
{
	return (struct sixteen) { eight_read(at), eight_read(at + sizeof(u64)) };
}

static __always_inline void sixteen_write(void *at, u64 first, u64 second)
{
	memcpy(at, &first, sizeof(first));
	memcpy(at + sizeof(u64), &second, sizeof(second));
}

/* Both addresses, from one family's to the record: by way of a structure they would go over the stack. */
static __always_inline void ends_write(const struct sock *sk, void *local, void *remote)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(local, &sk->sk_v6_rcv_saddr, sizeof(struct in6_addr));
		memcpy(remote, &sk->sk_v6_daddr, sizeof(struct in6_addr));
		return;
	}
#endif
	/* in network order, and first in memory whatever the machine's own */
	sixteen_write(local, (__force u64)cpu_to_le64(le32_to_cpu((__force __le32)sk->sk_rcv_saddr)), 0);
	sixteen_write(remote, (__force u64)cpu_to_le64(le32_to_cpu((__force __le32)sk->sk_daddr)), 0);
}

/* One that was closed has given its port back, and still knows it. `ended`: it is known to have been closed. */
static __always_inline u16 skstat_sport(const struct sock *sk, bool ended)
{
	u16 num;

	if (ended)
		return ntohs(READ_ONCE(inet_sk(sk)->inet_sport));
	num = READ_ONCE(sk->sk_num);
	return likely(num) || !sk_fullsock(sk) ? num : ntohs(READ_ONCE(inet_sk(sk)->inet_sport));
}

/* `full`: it is known to be a full socket, or a listener. */
static __always_inline u16 skstat_flags(const struct sock *sk, bool full)
{
	u16 flags;

	if (full && likely(!sk->sk_ipv6only && sk->sk_net_refcnt && !sk_is_mptcp(sk)))
		return 0;
	flags = sk->sk_ipv6only ? SKSTAT_FLAG_V6ONLY : 0;
	if (!full && !sk_fullsock(sk))
		return flags;
	if (!sk->sk_net_refcnt)
		flags |= SKSTAT_FLAG_KERNEL;
	if (sk_is_mptcp(sk))
		flags |= SKSTAT_FLAG_MPTCP;
	return flags;
}

struct timer {
	u8 kind;
	u8 retrans;
	s32 expires;
};

/* idiag_timer */
enum { TIMER_OFF, TIMER_RETRANSMIT, TIMER_KEEPALIVE, TIMER_TIMEWAIT, TIMER_PROBE0, TIMER_DELACK };

static __always_inline s32 jiffies_until(unsigned long expires)
{
	return clamp_t(long, expires - jiffies, S32_MIN, S32_MAX);
}

/* The timer of inet_sk_diag_fill(), in its order of precedence. */
static __always_inline struct timer full_timer(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct timer_list *keepalive = skstat_keepalive_timer(sk);
	unsigned long delack;
	/* pairs with the release that sets a timer: its time of expiry is not older than what it is for */
	const u8 pending = smp_load_acquire(&icsk->icsk_pending);

	switch (likely(!pending) ? 0 : pending) {
	case ICSK_TIME_RETRANS:
	case ICSK_TIME_REO_TIMEOUT:
	case ICSK_TIME_LOSS_PROBE:
		return (struct timer) { TIMER_RETRANSMIT, READ_ONCE(icsk->icsk_retransmits),
					jiffies_until(skstat_timeout_expires(sk)) };
	case ICSK_TIME_PROBE0:
		return (struct timer) { TIMER_PROBE0, READ_ONCE(icsk->icsk_probes_out),
					jiffies_until(skstat_timeout_expires(sk)) };
	}
	if (timer_pending(keepalive))
		return (struct timer) { TIMER_KEEPALIVE, READ_ONCE(icsk->icsk_probes_out),
					jiffies_until(READ_ONCE(keepalive->expires)) };
	if (skstat_delack_pending(sk, &delack))
		return (struct timer) { TIMER_DELACK, 0, jiffies_until(delack) };
	return (struct timer) { TIMER_OFF };
}

static __always_inline struct timer skstat_timer_read(const struct skstat_source *src)
{
	const struct request_sock *req;

	switch (src->kind) {
	case SKSTAT_KIND_TIMEWAIT:
		return (struct timer) { TIMER_TIMEWAIT, 0,
					jiffies_until(READ_ONCE(inet_twsk(src->sk)->tw_timer.expires)) };
	case SKSTAT_KIND_REQUEST:
		req = inet_reqsk(src->sk);
		return (struct timer) { TIMER_RETRANSMIT, READ_ONCE(req->num_retrans),
					jiffies_until(READ_ONCE(req->rsk_timer.expires)) };
	default:
		return full_timer(src->sk);
	}
}

/* As inet_diag: FIN counts for one byte, and what was read ahead of rcv_nxt for none. */
static __always_inline u32 skstat_rqueue(const struct tcp_sock *tp)
{
	return max_t(int, READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq), 0);
}

static __always_inline u32 skstat_notsent(const struct tcp_sock *tp)
{
	return max_t(int, READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_nxt), 0);
}

static __always_inline u64 skstat_rate(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

static __always_inline u32 skstat_ato(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ack.ato;
}

static __always_inline u32 skstat_min_rtt(const struct tcp_sock *tp)
{
	return tcp_min_rtt(tp);
}

static noinline u8 options_odd(const struct tcp_sock *tp)
{
	return skstat_options_read(tp);
}

/* In a few instructions of what most are. */
static __always_inline u8 skstat_options(const struct tcp_sock *tp)
{
	if (likely(tp->rx_opt.tstamp_ok == 1 && tp->rx_opt.wscale_ok == 1) && likely(tp->rx_opt.sack_ok) &&
	    likely(!skstat_options_are_odd(tp)))
		return TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE;
	return options_odd(tp);
}

static __always_inline s32 skstat_forward_alloc(const struct sock *sk)
{
	return READ_ONCE(sk->sk_forward_alloc);
}

struct chrono {
	u32 busy, rwnd_limited, sndbuf_limited;
};

/*
 * tcp_get_info_chrono_stats(), in jiffies: busy is the time of all three. tcp_chrono_set() adds what has passed to one
 * of them, then sets the start, then the type. What is not running is known first, therefore: all of the time before is
 * seen. What is running has run until a time from before the sums were read, and is looked at after them: were either
 * later, time would be counted that is in the sums by then, or that nothing ran in. So a change meanwhile may hide the
 * last stretch until the next reading, and adds none.
 */
static __always_inline struct chrono skstat_chrono_read(const struct tcp_sock *tp)
{
	u8 running = tp->chrono_type; /* a bit-field */
	u32 busy, rwnd, sndbuf, until = 0;

	smp_rmb(); /* pairs with the order of tcp_chrono_set()'s stores */
	if (unlikely(running)) {
		until = tcp_jiffies32;
		smp_rmb(); /* before the sums */
	}
	busy = TP(chrono_stat[TCP_CHRONO_BUSY - 1]);
	rwnd = TP(chrono_stat[TCP_CHRONO_RWND_LIMITED - 1]);
	sndbuf = TP(chrono_stat[TCP_CHRONO_SNDBUF_LIMITED - 1]);
	if (unlikely(running)) {
		u32 since;

		smp_rmb(); /* after the sums */
		running = tp->chrono_type;
		smp_rmb(); /* the type, then the start, which is set before it */
		since = until - READ_ONCE(tp->chrono_start);
		if ((s32)since < 0)
			since = 0;
		busy += running == TCP_CHRONO_BUSY ? since : 0;
		rwnd += running == TCP_CHRONO_RWND_LIMITED ? since : 0;
		sndbuf += running == TCP_CHRONO_SNDBUF_LIMITED ? since : 0;
	}
	return (struct chrono) { busy + rwnd + sndbuf, rwnd, sndbuf };
}

/*
 * After the counters: the FIN is counted before the flag is set. The barrier stands for the order that READ_ONCE() of
 * the counters would have given.
 */
static __always_inline u8 skstat_fin_received(const struct sock *sk)
{
	smp_rmb(); /* pairs with nothing but tcp_fin()'s own order: what is counted was counted before */
	return !!(READ_ONCE(sk->sk_flags) & BIT(SOCK_DONE));
}

static __always_inline u32 skstat_uid(const struct sock *sk)
{
	kuid_t uid = READ_ONCE(sk->sk_uid);

	/* the initial user namespace numbers users as the kernel does; only what is no user has another number there */
	return likely(uid_valid(uid)) ? __kuid_val(uid) : from_kuid_munged(&init_user_ns, uid);
}

/* What groups owner and congestion follow out of a full socket. Under RCU it stays, whatever becomes of the socket. */
struct links {
	struct socket *socket;
	struct cgroup *cgroup;
	const struct ipv6_pinfo *v6;
	const struct tcp_congestion_ops *ca; /* it is unregistered, and its module goes, only after a grace period */
	const struct tcp_ulp_ops *ulp;	     /* as well */
};

static __always_inline struct links links_read(struct sock *sk, u32 groups)
{
	struct links links = {};

	if (groups & (1 << SKSTAT_GROUP_OWNER)) {
		links.socket = skstat_socket_of(sk);
		links.cgroup = skstat_cgroup_of(sk);
#if IS_ENABLED(CONFIG_IPV6)
		/* IPV6_ADDRFORM takes the pinfo away; what it pointed to is part of the socket */
		links.v6 = sk->sk_family == AF_INET6 ? inet6_sk(sk) : NULL;
#endif
	}
	if (groups & (1 << SKSTAT_GROUP_CONGESTION | 1 << SKSTAT_GROUP_EVENT))
		links.ca = READ_ONCE(inet_csk(sk)->icsk_ca_ops);
	if (groups & (1 << SKSTAT_GROUP_CONGESTION))
		links.ulp = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	return links;
}

static __always_inline u8 skstat_tclass(const struct links *links)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (links->v6)
		return READ_ONCE(links->v6->tclass);
#endif
	return 0;
}

struct process {
	struct sixteen comm;
	u32 pid;
	u8 from;
};

/* Of an event's socket, whose entry, or NULL, is at hand: as skstat_conn_read_process(), but in registers. */
static __always_inline struct process process_of_conn(const struct skstat_conn *conn)
{
	u64 first = 0, second = 0;
	u32 pid = 0, version;
	u8 from = 0;

	if (conn && READ_ONCE(conn->from)) {
		version = READ_ONCE(conn->version);
		smp_rmb(); /* with conn_write_process() in conn.c */
		first = READ_ONCE(conn->comm[0]);
		second = READ_ONCE(conn->comm[1]);
		pid = READ_ONCE(conn->pid);
		from = READ_ONCE(conn->from);
		smp_rmb(); /* likewise */
		if (unlikely(version & 1 || READ_ONCE(conn->version) != version)) {
			first = 0;
			second = 0;
			pid = 0;
			from = 0;
		}
	}
	return (struct process) { { first, second }, pid, from };
}

static __always_inline struct process process_of_sock(const struct sock *sk)
{
	const struct skstat_process process = skstat_conn_process(sk);

	return (struct process) { sixteen_read(&process.comm), process.pid, process.from };
}

static __always_inline struct process process_read(const struct skstat_source *src)
{
	return src->event ? process_of_conn(src->conn) : process_of_sock(src->sk);
}

struct ca {
	struct sixteen name;
	u64 bbr_bw;
	struct tcp_bbr_info bbr;
	struct tcp_dctcp_info dctcp;
	struct tcpvegas_info vegas;
	u16 info;
};

/*
 * Of an algorithm or a protocol: names are 16 bytes there as well, and zeros from their end on. The kernel looks them up
 * as strings: the last byte is 0.
 */
static __always_inline struct sixteen name_read(const char text[sizeof(struct skstat_name)])
{
	return sixteen_read(text);
}

/* What an algorithm with a get_info says of itself; `ca` is zeros but for its name. */
static void ca_read(struct ca *ca, struct sock *sk, const struct tcp_congestion_ops *ops)
{
	union tcp_cc_info info;
	int type = 0;

	if (!ops->get_info(sk, 1 << (INET_DIAG_VEGASINFO - 1), &type, &info))
		return;
	switch (type) {
	case INET_DIAG_BBRINFO:
		ca->bbr = info.bbr;
		ca->bbr_bw = (u64)info.bbr.bbr_bw_hi << 32 | info.bbr.bbr_bw_lo;
		break;
	case INET_DIAG_DCTCPINFO:
		ca->dctcp = info.dctcp;
		break;
	case INET_DIAG_VEGASINFO:
		ca->vegas = info.vegas;
		break;
	default:
		return;
	}
	ca->info = type;
}

static __always_inline struct sixteen skstat_cong_name(const struct links *links)
{
	return links->ca ? name_read(links->ca->name) : (struct sixteen) {};
}

struct ulp {
	struct sixteen name;
	u16 tls_version, tls_cipher;
	u8 tls_rxconf, tls_txconf;
};

/* `ulp` is zeros. */
static void ulp_read(struct ulp *ulp, const struct sock *sk, const struct tcp_ulp_ops *ops)
{
	struct skstat_tls tls;

	ulp->name = name_read(ops->name);
	if (strcmp(ops->name, "tls"))
		return;
	rcu_read_lock(); /* a writer of events has none, only interrupts off; the kernel's checks want to see one */
	tls = skstat_tls_read(sk);
	rcu_read_unlock();
	ulp->tls_version = tls.version;
	ulp->tls_cipher = tls.cipher;
	ulp->tls_rxconf = tls.rxconf;
	ulp->tls_txconf = tls.txconf;
}

#endif
