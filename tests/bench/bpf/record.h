/* SPDX-License-Identifier: GPL-2.0 */
/* What the BPF iterator writes for a socket: as long as a full record was when the comparison was first made. */
#ifndef SKSTAT_BENCH_BPF_RECORD_H
#define SKSTAT_BENCH_BPF_RECORD_H

struct bpf_record {
	unsigned long long cookie, netns;
	unsigned char saddr[16], daddr[16];
	unsigned short sport, dport, family, state;
	unsigned long long bytes_sent, bytes_retrans, bytes_acked, bytes_received, delivered_mstamp;
	unsigned int segs_out, segs_in, data_segs_out, data_segs_in, total_retrans, delivered, delivered_ce;
	unsigned int srtt, mdev, min_rtt, cwnd, ssthresh, snd_wnd, rcv_wnd, packets_out, sacked_out, lost_out;
	unsigned int retrans_out, reordering, mss, advmss, rcv_ssthresh, write_seq, snd_una, rcv_nxt, copied_seq;
	unsigned int rto, pmtu, rcv_mss, rmem_alloc, wmem_alloc, rcvbuf, sndbuf, fwd_alloc, wmem_queued, optmem;
	unsigned int backlog, drops, mark, priority, uid, lsndtime, rcv_tstamp, reord_seen, dsack_dups;
	unsigned char ca_state, retransmits, probes, backoff;
	unsigned long long pacing_rate, max_pacing_rate;
} __attribute__((aligned(8)));

#endif
