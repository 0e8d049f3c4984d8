// SPDX-License-Identifier: GPL-2.0
/*
 * The sources that the table in skstat/fields.h names, and one function a group that writes them down.
 */
#include <linux/inet_diag.h>
#include <net/ipv6.h>
#include <net/mptcp.h>

#include "census.h"
#include "compat/compat.h"
#include "conn.h"
#include "record.h"

/* A field of struct tcp_sock, which its owner may be writing. */
#define TP(field) READ_ONCE(tp->field)

static struct skstat_addr skstat_saddr(const struct sock *sk)
{
	struct skstat_addr addr = {};

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		memcpy(&addr, &sk->sk_v6_rcv_saddr, sizeof(addr));
	else
#endif
		memcpy(&addr, &sk->sk_rcv_saddr, sizeof(sk->sk_rcv_saddr));
	return addr;
}

static struct skstat_addr skstat_daddr(const struct sock *sk)
{
	struct skstat_addr addr = {};

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		memcpy(&addr, &sk->sk_v6_daddr, sizeof(addr));
	else
#endif
		memcpy(&addr, &sk->sk_daddr, sizeof(sk->sk_daddr));
	return addr;
}

/* One that was closed has given its port back, and still knows it. */
static u16 skstat_sport(const struct sock *sk)
{
	u16 num = READ_ONCE(sk->sk_num);

	return num || !sk_fullsock(sk) ? num : ntohs(READ_ONCE(inet_sk(sk)->inet_sport));
}

static u16 skstat_flags(const struct sock *sk)
{
	u16 flags = 0;

	if (sk->sk_ipv6only)
		flags |= SKSTAT_FLAG_V6ONLY;
	if (!sk->sk_net_refcnt && sk_fullsock(sk))
		flags |= SKSTAT_FLAG_KERNEL;
	if (sk_fullsock(sk) && sk_is_mptcp(sk))
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

static s32 jiffies_until(unsigned long expires)
{
	return clamp_t(long, expires - jiffies, S32_MIN, S32_MAX);
}

/* The timer of inet_sk_diag_fill(), in its order of precedence. */
static struct timer full_timer(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct timer_list *keepalive = skstat_keepalive_timer(sk);
	unsigned long delack;

	/* pairs with the release that sets a timer: its time of expiry is not older than what it is for */
	switch (smp_load_acquire(&icsk->icsk_pending)) {
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

static struct timer skstat_timer_read(const struct skstat_source *src)
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
static u32 skstat_rqueue(const struct tcp_sock *tp)
{
	return max_t(int, TP(rcv_nxt) - TP(copied_seq), 0);
}

static u32 skstat_notsent(const struct tcp_sock *tp)
{
	return max_t(int, TP(write_seq) - TP(snd_nxt), 0);
}

static u64 skstat_rate(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

static u32 skstat_ato(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ack.ato;
}

static u32 skstat_min_rtt(const struct tcp_sock *tp)
{
	return tcp_min_rtt(tp);
}

static s32 skstat_forward_alloc(const struct sock *sk)
{
	return READ_ONCE(sk->sk_forward_alloc);
}

struct chrono {
	u32 busy, rwnd_limited, sndbuf_limited;
};

/* tcp_get_info_chrono_stats(), in jiffies: busy is the time of all three. */
static struct chrono skstat_chrono_read(const struct tcp_sock *tp)
{
	u32 stats[__TCP_CHRONO_MAX], total = 0;
	u8 running = tp->chrono_type;
	int i;

	for (i = TCP_CHRONO_BUSY; i < __TCP_CHRONO_MAX; i++) {
		stats[i] = TP(chrono_stat[i - 1]);
		if (i == running)
			stats[i] += tcp_jiffies32 - TP(chrono_start);
		total += stats[i];
	}
	return (struct chrono) { total, stats[TCP_CHRONO_RWND_LIMITED], stats[TCP_CHRONO_SNDBUF_LIMITED] };
}

static u32 skstat_uid(const struct sock *sk)
{
	return from_kuid_munged(&init_user_ns, READ_ONCE(sk->sk_uid));
}

static u8 skstat_tclass(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct ipv6_pinfo *np = sk->sk_family == AF_INET6 ? inet6_sk(sk) : NULL;

	/* IPV6_ADDRFORM takes the pinfo away; what it pointed to is part of the socket */
	if (np)
		return READ_ONCE(np->tclass);
#endif
	return 0;
}

struct ca {
	struct skstat_name name;
	u64 bbr_bw;
	struct tcp_bbr_info bbr;
	struct tcp_dctcp_info dctcp;
	struct tcpvegas_info vegas;
	u16 info;
};

/* Under RCU: an algorithm is unregistered, and its module goes, only after a grace period. */
static void ca_read(struct ca *ca, struct sock *sk, u8 state)
{
	const struct tcp_congestion_ops *ops = READ_ONCE(inet_csk(sk)->icsk_ca_ops);
	union tcp_cc_info info;
	int type = 0;

	memset(ca, 0, sizeof(*ca));
	if (!ops)
		return;
	strscpy_pad(ca->name.text, ops->name, sizeof(ca->name.text));
	if (state >= TCP_TIME_WAIT || !ops->get_info)
		return;
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

/* Under RCU, as ca_read(). */
static struct skstat_name skstat_cong_name(const struct sock *sk)
{
	const struct tcp_congestion_ops *ops = READ_ONCE(inet_csk(sk)->icsk_ca_ops);
	struct skstat_name name = {};

	if (ops)
		strscpy_pad(name.text, ops->name, sizeof(name.text));
	return name;
}

struct ulp {
	struct skstat_name name;
	u16 tls_version, tls_cipher;
	u8 tls_rxconf, tls_txconf;
};

/* Under RCU, as ca_read(). */
static void ulp_read(struct ulp *ulp, const struct sock *sk)
{
	const struct tcp_ulp_ops *ops = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	struct skstat_tls tls;

	memset(ulp, 0, sizeof(*ulp));
	if (!ops)
		return;
	strscpy_pad(ulp->name.text, ops->name, sizeof(ulp->name.text));
	if (strcmp(ops->name, "tls"))
		return;
	tls = skstat_tls_read(sk);
	ulp->tls_version = tls.version;
	ulp->tls_cipher = tls.cipher;
	ulp->tls_rxconf = tls.rxconf;
	ulp->tls_txconf = tls.txconf;
}

/* Every row of a group, in the order of its structure. */
#define FILL(ID, NAME, TYPE, KIND, UNIT, NOUN, AGGREGATE, SHOWN, HAVE, SOURCE, HELP) r->NAME = (SOURCE);

static void fill_identity(struct skstat_identity *r, const struct skstat_source *src, bool brief)
{
	const struct sock *sk = src->sk;

	SKSTAT_FIELDS_IDENTITY(FILL)
}

static void fill_timer(struct skstat_timer *r, const struct skstat_source *src, bool brief)
{
	struct timer timer = skstat_timer_read(src);

	SKSTAT_FIELDS_TIMER(FILL)
}

static void fill_listen(struct skstat_listen *r, const struct skstat_source *src, bool brief)
{
	const struct sock *sk = src->sk;
	const struct request_sock_queue *queue = &inet_csk(sk)->icsk_accept_queue;

	SKSTAT_FIELDS_LISTEN(FILL)
}

static void fill_traffic(struct skstat_traffic *r, const struct skstat_source *src, bool brief)
{
	const struct tcp_sock *tp = tcp_sk(src->sk);

	SKSTAT_FIELDS_TRAFFIC(FILL)
}

static void fill_tcp(struct skstat_tcp *r, const struct skstat_source *src, bool brief)
{
	const struct sock *sk = src->sk;
	const struct tcp_sock *tp = tcp_sk(src->sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct chrono chrono = skstat_chrono_read(tp);
	u32 now = tcp_jiffies32;

	if (brief) {
		SKSTAT_FIELDS_TCP_LAST(FILL)
		return;
	}
	SKSTAT_FIELDS_TCP(FILL)
}

static void fill_memory(struct skstat_memory *r, const struct skstat_source *src, bool brief)
{
	const struct sock *sk = src->sk;

	if (brief) {
		SKSTAT_FIELDS_MEMORY_LAST(FILL)
		return;
	}
	SKSTAT_FIELDS_MEMORY(FILL)
}

static void fill_owner(struct skstat_owner *r, const struct skstat_source *src, bool brief)
{
	struct skstat_process process = skstat_conn_process(src->sk);
	struct sock *sk = src->sk;

	SKSTAT_FIELDS_OWNER(FILL)
}

static void fill_congestion(struct skstat_congestion *r, const struct skstat_source *src, bool brief)
{
	struct ulp ulp;
	struct ca ca;

	ca_read(&ca, src->sk, src->state);
	ulp_read(&ulp, src->sk);
	SKSTAT_FIELDS_CONGESTION(FILL)
}

static void fill_netns(struct skstat_netns *r, const struct skstat_source *src, bool brief)
{
	const struct skstat_count *count = src->count;

	SKSTAT_FIELDS_NETNS(FILL)
}

static void fill_event(struct skstat_event *r, const struct skstat_source *src, bool brief)
{
	const struct skstat_incident *event = src->event;
	const struct sock *sk = src->sk;

	SKSTAT_FIELDS_EVENT(FILL)
}

void skstat_layout_init(struct skstat_layout *layout, enum skstat_kind kind, u32 groups)
{
	memset(layout, 0, sizeof(*layout));
	layout->kind = kind;
#define LAYOUT_GROUP(GROUP, group, KINDS)                                                    \
	if ((groups & (1 << SKSTAT_GROUP_##GROUP)) && ((KINDS) & (1 << kind))) {             \
		layout->size[SKSTAT_GROUP_##GROUP] = sizeof(struct skstat_##group);          \
		layout->groups |= 1 << SKSTAT_GROUP_##GROUP;                                 \
		layout->stride += sizeof(struct skstat_##group);                             \
	}
	SKSTAT_GROUPS(LAYOUT_GROUP)
#undef LAYOUT_GROUP
	if (SKSTAT_KINDS_LAST & (1 << kind))
		skstat_layout_shorten(layout);
}

static void layout_cut(struct skstat_layout *layout, enum skstat_group group, u16 size)
{
	if (!layout->size[group])
		return;
	layout->stride -= layout->size[group] - size;
	layout->size[group] = size;
}

void skstat_layout_shorten(struct skstat_layout *layout)
{
	layout->brief = true;
	layout_cut(layout, SKSTAT_GROUP_TCP, SKSTAT_TCP_BRIEF);
	layout_cut(layout, SKSTAT_GROUP_MEMORY, SKSTAT_MEMORY_BRIEF);
}

void skstat_record_fill(void *at, const struct skstat_layout *layout, const struct skstat_source *src)
{
#define FILL_GROUP(GROUP, group, KINDS)                              \
	if (layout->size[SKSTAT_GROUP_##GROUP]) {                    \
		fill_##group(at, src, layout->brief);                \
		at += layout->size[SKSTAT_GROUP_##GROUP];            \
	}
	SKSTAT_GROUPS(FILL_GROUP)
#undef FILL_GROUP
}

void skstat_record_fill_exact(void *at, const struct skstat_layout *layout, const struct skstat_source *src)
{
	bool slow;

	slow = lock_sock_fast(src->sk);
	rcu_read_lock();
	skstat_record_fill(at, layout, src);
	rcu_read_unlock();
	unlock_sock_fast(src->sk, slow);
}
