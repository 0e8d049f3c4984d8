// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's tcp iterator with a record for each socket. Structures have only what is read: where the members are,
 * the running kernel says when this is loaded.
 */
typedef unsigned char __u8;
typedef unsigned short __u16, __be16, __sum16;
typedef unsigned int __u32, __be32, __wsum;
typedef unsigned long long __u64, __be64;
typedef signed int __s32;
typedef signed long long __s64;

enum bpf_map_type { BPF_MAP_TYPE_UNSPEC };

#include <bpf/bpf_helpers.h>

#include "record.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__u64 as_long[2];
	} in6_u;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long long counter;
} atomic64_t;

typedef struct {
	atomic_t refs;
} refcount_t;

struct sock_common {
	__u32 skc_daddr, skc_rcv_saddr;
	__u16 skc_dport, skc_num, skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
};

struct sock {
	struct sock_common __sk_common;
	atomic_t sk_drops;
	int sk_forward_alloc, sk_sndbuf, sk_rcvbuf, sk_wmem_queued;
	refcount_t sk_wmem_alloc;
	atomic_t sk_omem_alloc;
	__u32 sk_mark, sk_priority;
	unsigned long sk_pacing_rate, sk_max_pacing_rate;
	struct {
		atomic_t rmem_alloc;
		int len;
	} sk_backlog;
};

struct inet_sock {
	struct sock sk;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u32 icsk_rto, icsk_pmtu_cookie;
	__u8 icsk_retransmits, icsk_probes_out, icsk_backoff;
	struct {
		__u16 rcv_mss;
	} icsk_ack;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u64 bytes_sent, bytes_retrans, bytes_acked, bytes_received, delivered_mstamp;
	__u32 segs_out, segs_in, data_segs_out, data_segs_in, total_retrans, delivered, delivered_ce;
	__u32 srtt_us, mdev_us, snd_cwnd, snd_ssthresh, snd_wnd, rcv_wnd, packets_out, sacked_out, lost_out;
	__u32 retrans_out, reordering, mss_cache, rcv_ssthresh, write_seq, snd_una, rcv_nxt, copied_seq;
	__u32 lsndtime, rcv_tstamp, reord_seen, dsack_dups;
	__u16 advmss;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
	unsigned int uid;
};

#pragma clang attribute pop

SEC("iter/tcp")
int dump_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct bpf_record record = {};
	struct tcp_sock *tp;
	struct sock *sk;

	if (!common)
		return 0;
	tp = bpf_skc_to_tcp_sock(common);
	if (!tp)
		return 0;
	sk = &tp->inet_conn.icsk_inet.sk;
	record.cookie = common->skc_cookie.counter;
	record.family = common->skc_family;
	record.state = common->skc_state;
	record.sport = common->skc_num;
	record.dport = common->skc_dport;
	*(__u32 *)record.saddr = common->skc_rcv_saddr;
	*(__u32 *)record.daddr = common->skc_daddr;
	record.uid = ctx->uid;

#define COPY(to, from) record.to = tp->from
	COPY(bytes_sent, bytes_sent);
	COPY(bytes_retrans, bytes_retrans);
	COPY(bytes_acked, bytes_acked);
	COPY(bytes_received, bytes_received);
	COPY(delivered_mstamp, delivered_mstamp);
	COPY(segs_out, segs_out);
	COPY(segs_in, segs_in);
	COPY(data_segs_out, data_segs_out);
	COPY(data_segs_in, data_segs_in);
	COPY(total_retrans, total_retrans);
	COPY(delivered, delivered);
	COPY(delivered_ce, delivered_ce);
	COPY(srtt, srtt_us);
	COPY(mdev, mdev_us);
	COPY(cwnd, snd_cwnd);
	COPY(ssthresh, snd_ssthresh);
	COPY(snd_wnd, snd_wnd);
	COPY(rcv_wnd, rcv_wnd);
	COPY(packets_out, packets_out);
	COPY(sacked_out, sacked_out);
	COPY(lost_out, lost_out);
	COPY(retrans_out, retrans_out);
	COPY(reordering, reordering);
	COPY(mss, mss_cache);
	COPY(advmss, advmss);
	COPY(rcv_ssthresh, rcv_ssthresh);
	COPY(write_seq, write_seq);
	COPY(snd_una, snd_una);
	COPY(rcv_nxt, rcv_nxt);
	COPY(copied_seq, copied_seq);
	COPY(lsndtime, lsndtime);
	COPY(rcv_tstamp, rcv_tstamp);
	COPY(reord_seen, reord_seen);
	COPY(dsack_dups, dsack_dups);
	COPY(rto, inet_conn.icsk_rto);
	COPY(pmtu, inet_conn.icsk_pmtu_cookie);
	COPY(rcv_mss, inet_conn.icsk_ack.rcv_mss);
	COPY(retransmits, inet_conn.icsk_retransmits);
	COPY(probes, inet_conn.icsk_probes_out);
	COPY(backoff, inet_conn.icsk_backoff);
#undef COPY
	record.rmem_alloc = sk->sk_backlog.rmem_alloc.counter;
	record.backlog = sk->sk_backlog.len;
	record.wmem_alloc = sk->sk_wmem_alloc.refs.counter;
	record.rcvbuf = sk->sk_rcvbuf;
	record.sndbuf = sk->sk_sndbuf;
	record.fwd_alloc = sk->sk_forward_alloc;
	record.wmem_queued = sk->sk_wmem_queued;
	record.optmem = sk->sk_omem_alloc.counter;
	record.drops = sk->sk_drops.counter;
	record.mark = sk->sk_mark;
	record.priority = sk->sk_priority;
	record.pacing_rate = sk->sk_pacing_rate;
	record.max_pacing_rate = sk->sk_max_pacing_rate;
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}

char _license[] SEC("license") = "GPL";
