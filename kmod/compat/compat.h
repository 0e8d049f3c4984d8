/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Older kernels, made to look like the newest: the module's only #if's on kernel APIs. Each SKSTAT_HAVE_* is the name
 * of a file in try/, which says what changed and when. Figures that a kernel lacks are 0 here and not available in
 * SCHEMA.
 */
#ifndef SKSTAT_COMPAT_H
#define SKSTAT_COMPAT_H

#include <linux/cgroup.h>
#include <linux/ktime.h>
#include <net/genetlink.h>
#include <net/inet_connection_sock.h>
#include <net/inet_ecn.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/sock.h>
#include <net/tcp.h>
#if IS_ENABLED(CONFIG_TLS)
#include <net/tls.h>
#endif
#include "compat/config.h"

#if BITS_PER_LONG != 64
#error "skstat reads 64-bit counters without a lock: it wants a 64-bit kernel"
#endif

/* Since 5.11; 7.2 does not have the older name any more. */
#ifndef in_hardirq
#define in_hardirq() in_irq()
#endif

/* For the table in skstat/fields.h. */
#define SKSTAT_HAVE_ALWAYS  1
#define SKSTAT_HAVE_CGROUP  IS_ENABLED(CONFIG_SOCK_CGROUP_DATA)
#define SKSTAT_HAVE_CLASSID IS_ENABLED(CONFIG_CGROUP_NET_CLASSID)
#define SKSTAT_HAVE_TLS	    IS_ENABLED(CONFIG_TLS)

/* Until 6.7 this counter went by the name of the one that was added then. */
#ifdef SKSTAT_HAVE_IPSTATS_MIB_OUTREQUESTS
#define SKSTAT_MIB_OUTPKTS "OutTransmits"
#else
#define SKSTAT_MIB_OUTPKTS "OutRequests"
#endif

/* The table of established sockets that a namespace uses: mostly the one that all share. */
static inline struct inet_hashinfo *skstat_hashinfo(const struct net *net)
{
#if SKSTAT_HAVE_DEATH_ROW_POINTER
	return net->ipv4.tcp_death_row->hashinfo;
#else
	return net->ipv4.tcp_death_row.hashinfo;
#endif
}

static inline bool skstat_hashinfo_is_private(const struct inet_hashinfo *h)
{
#if SKSTAT_HAVE_PERNET_EHASH
	return h->pernet;
#else
	return false;
#endif
}

static inline u32 skstat_listen_buckets(const struct inet_hashinfo *h)
{
#if SKSTAT_HAVE_LISTENING_HASH
	return INET_LHTABLE_SIZE;
#else
	return h->lhash2_mask + 1;
#endif
}

static inline struct hlist_nulls_head *skstat_listen_chain(struct inet_hashinfo *h, u32 bucket)
{
#if SKSTAT_HAVE_LISTENING_HASH
	return &h->listening_hash[bucket].nulls_head;
#else
	return &h->lhash2[bucket].nulls_head;
#endif
}

static inline struct nlattr **skstat_dump_attrs(struct netlink_callback *cb)
{
#if SKSTAT_HAVE_DUMP_INFO
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

static inline unsigned long skstat_timeout_expires(const struct sock *sk)
{
#if SKSTAT_HAVE_TIMEOUT_EXPIRES
	return tcp_timeout_expires(sk);
#else
	return READ_ONCE(inet_csk(sk)->icsk_timeout);
#endif
}

static inline const struct timer_list *skstat_keepalive_timer(const struct sock *sk)
{
#if SKSTAT_HAVE_KEEPALIVE_TIMER
	return &inet_csk(sk)->icsk_keepalive_timer;
#else
	return &sk->sk_timer;
#endif
}

/* Kernels whose inet_diag does not show the delayed ACK timer are not asked for it. */
static inline bool skstat_delack_pending(const struct sock *sk, unsigned long *expires)
{
#if SKSTAT_HAVE_DELACK_TIMEOUT
	const struct inet_connection_sock *icsk = inet_csk(sk);

	*expires = icsk_delack_timeout(icsk);
	return (READ_ONCE(icsk->icsk_ack.pending) & ICSK_ACK_TIMER) && timer_pending(&icsk->icsk_delack_timer);
#else
	return false;
#endif
}

/*
 * For skstat_inode(); under RCU, and as long. sock_orphan() may clear sk_socket at any time, but the struct socket lives
 * in an inode that sock_free_inode() frees after a grace period.
 */
static inline struct socket *skstat_socket_of(const struct sock *sk)
{
#if SKSTAT_HAVE_SK_INO
	return NULL;
#else
	return READ_ONCE(sk->sk_socket);
#endif
}

static inline u64 skstat_inode(const struct sock *sk, struct socket *socket)
{
#if SKSTAT_HAVE_SK_INO
	return READ_ONCE(sk->sk_ino);
#else
	return socket ? SOCK_INODE(socket)->i_ino : 0;
#endif
}

static inline u32 skstat_drops(const struct sock *sk)
{
#if SKSTAT_HAVE_SK_DROPS_READ
	return sk_drops_read(sk);
#else
	return atomic_read(&sk->sk_drops);
#endif
}

/* The cgroup cannot go while the socket's reference holds sk_cgrp_data, and when it goes, only after a grace period. */
static inline struct cgroup *skstat_cgroup_of(struct sock *sk)
{
#if SKSTAT_HAVE_CGROUP
	return sock_cgroup_ptr(&sk->sk_cgrp_data);
#else
	return NULL;
#endif
}

static inline u64 skstat_cgroup(struct cgroup *cgroup)
{
#if SKSTAT_HAVE_CGROUP
	return cgroup_id(cgroup);
#else
	return 0;
#endif
}

static inline u32 skstat_classid(struct sock *sk)
{
#if SKSTAT_HAVE_CLASSID
	return sock_cgroup_classid(&sk->sk_cgrp_data);
#else
	return 0;
#endif
}

static inline bool skstat_ecn_on(const struct tcp_sock *tp)
{
#if SKSTAT_HAVE_ECN_MODES
	return tcp_ecn_mode_any(tp);
#else
	return tp->ecn_flags & TCP_ECN_OK;
#endif
}

/* Whether tcpi_options has more than the first three, of which most connections have all. */
static __always_inline bool skstat_options_are_odd(const struct tcp_sock *tp)
{
#if SKSTAT_HAVE_USEC_TS
	if (unlikely(tp->tcp_usec_ts))
		return true;
#endif
#if SKSTAT_HAVE_TFO_CHILD
	if (unlikely(tp->syn_fastopen_child))
		return true;
#endif
	return unlikely(skstat_ecn_on(tp)) || unlikely(tp->ecn_flags & TCP_ECN_SEEN) || unlikely(tp->syn_data_acked);
}

/* tcpi_options; its low six bits are as old as the oldest kernel here. */
static inline u8 skstat_options_read(const struct tcp_sock *tp)
{
	u8 options = 0;

	options |= tp->rx_opt.tstamp_ok ? TCPI_OPT_TIMESTAMPS : 0;
	options |= tcp_is_sack(tp) ? TCPI_OPT_SACK : 0;
	options |= tp->rx_opt.wscale_ok ? TCPI_OPT_WSCALE : 0;
	options |= skstat_ecn_on(tp) ? TCPI_OPT_ECN : 0;
	options |= tp->ecn_flags & TCP_ECN_SEEN ? TCPI_OPT_ECN_SEEN : 0;
	options |= tp->syn_data_acked ? TCPI_OPT_SYN_DATA : 0;
#if SKSTAT_HAVE_USEC_TS
	options |= tp->tcp_usec_ts ? TCPI_OPT_USEC_TS : 0;
#endif
#if SKSTAT_HAVE_TFO_CHILD
	options |= tp->syn_fastopen_child ? TCPI_OPT_TFO_CHILD : 0;
#endif
	return options;
}

static inline u32 skstat_plb_rehash(const struct tcp_sock *tp)
{
#if SKSTAT_HAVE_PLB
	return READ_ONCE(tp->plb_rehash);
#else
	return 0;
#endif
}

#if SKSTAT_HAVE_TOTAL_RTO
static inline u16 skstat_total_rto(const struct tcp_sock *tp)
{
	return READ_ONCE(tp->total_rto);
}

static inline u16 skstat_total_rto_recoveries(const struct tcp_sock *tp)
{
	return READ_ONCE(tp->total_rto_recoveries);
}

/* As tcp_get_info(): with the recovery that is going on. */
static inline u32 skstat_total_rto_time(const struct tcp_sock *tp)
{
	u32 began = READ_ONCE(tp->rto_stamp);

	return READ_ONCE(tp->total_rto_time) + (began ? (u32)tcp_clock_ms() - began : 0);
}
#else
#define skstat_total_rto(tp)		0
#define skstat_total_rto_recoveries(tp) 0
#define skstat_total_rto_time(tp)	0
#endif

#if SKSTAT_HAVE_ACCECN
#define skstat_received_ce(tp)		READ_ONCE((tp)->received_ce)
#define skstat_delivered_ecn(tp, field) READ_ONCE((tp)->delivered_ecn_bytes[(field) - 1])
#define skstat_received_ecn(tp, field)	READ_ONCE((tp)->received_ecn_bytes[(field) - 1])
#define skstat_accecn_opt_seen(tp)	((tp)->saw_accecn_opt)
#define skstat_accecn_fail_mode(tp)	((tp)->accecn_fail_mode)

static inline u8 skstat_ecn_mode(const struct tcp_sock *tp)
{
	if (tcp_ecn_disabled(tp))
		return TCPI_ECN_MODE_DISABLED;
	if (tcp_ecn_mode_rfc3168(tp))
		return TCPI_ECN_MODE_RFC3168;
	return tcp_ecn_mode_accecn(tp) ? TCPI_ECN_MODE_ACCECN : TCPI_ECN_MODE_PENDING;
}
#else
#define skstat_received_ce(tp)		0
#define skstat_delivered_ecn(tp, field) 0
#define skstat_received_ecn(tp, field)	0
#define skstat_accecn_opt_seen(tp)	0
#define skstat_accecn_fail_mode(tp)	0
#define skstat_ecn_mode(tp)		0
#endif

/*
 * The listener that a child of these addresses was made by, or NULL; under RCU. Only for kernels that have wiped the
 * child's copy of its queues by the time it shows: they are the ones whose lookup takes no table.
 */
static inline const struct sock *skstat_listener(const struct sock *child)
{
#if SKSTAT_HAVE_LOOKUP_LISTENER
	const struct inet_sock *inet = inet_sk(child);
	struct net *net = sock_net(child);

#if IS_ENABLED(CONFIG_IPV6)
	if (child->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&child->sk_v6_daddr))
		return inet6_lookup_listener(net, NULL, 0, &child->sk_v6_daddr, inet->inet_dport,
					     &child->sk_v6_rcv_saddr, inet->inet_num, child->sk_bound_dev_if, 0);
#endif
	return __inet_lookup_listener(net, NULL, 0, child->sk_daddr, inet->inet_dport, child->sk_rcv_saddr,
				      inet->inet_num, child->sk_bound_dev_if, 0);
#else
	return NULL;
#endif
}

/*
 * Both ends of ip_local_port_range. Any context: where they are two words, a handler may have interrupted their
 * writer, and must not wait for his seqlock; for a moment the two may then be of different ranges.
 */
static inline void skstat_local_port_range(const struct net *net, u16 *low, u16 *high)
{
#if SKSTAT_HAVE_LOCAL_PORTS_WORD
	u32 range = READ_ONCE(net->ipv4.ip_local_ports.range);

	*low = range & 0xffff;
	*high = range >> 16;
#else
	*low = READ_ONCE(net->ipv4.ip_local_ports.range[0]);
	*high = READ_ONCE(net->ipv4.ip_local_ports.range[1]);
#endif
}

/* struct tls_context by RCU, as the kernel's own sock_diag code reads it. */
struct skstat_tls {
	u16 version;
	u16 cipher;
	u8 rxconf;
	u8 txconf;
};

static inline struct skstat_tls skstat_tls_read(const struct sock *sk)
{
	struct skstat_tls tls = {};
#if IS_ENABLED(CONFIG_TLS)
	const struct tls_context *ctx = rcu_dereference(inet_csk(sk)->icsk_ulp_data);

	if (ctx) {
		tls.version = ctx->prot_info.version;
		tls.cipher = ctx->prot_info.cipher_type;
		/* TLS_CONF_BASE is TLS_BASE + 1, and so on: tls_user_config() */
		tls.rxconf = ctx->rx_conf + 1;
		tls.txconf = ctx->tx_conf + 1;
	}
#endif
	return tls;
}

/* What the counter said that the kernel keeps time by: not the time. Any context. */
static inline u64 skstat_clock_cycles(void)
{
	struct system_time_snapshot snapshot;

#if SKSTAT_HAVE_SNAPSHOT_ID
	ktime_get_snapshot_id(CLOCK_MONOTONIC, &snapshot);
#else
	ktime_get_snapshot(&snapshot);
#endif
	return snapshot.cycles;
}

#endif
