/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct tcp_info as far as the newest kernel known here has it: the headers that this is compiled with may be older
 * than the kernel that it runs on. A kernel gives a prefix, and knows no member that ends behind it.
 */
#ifndef SKSTAT_SOURCE_TCP_INFO_H
#define SKSTAT_SOURCE_TCP_INFO_H

#include <stddef.h>
#include <stdint.h>

struct skstat_tcp_info {
	uint8_t state, ca_state, retransmits, probes, backoff, options;
	uint8_t snd_wscale : 4, rcv_wscale : 4;
	uint8_t app_limited : 1, fastopen_client_fail : 2;
	uint32_t rto, ato; /* microseconds, as each time below that says nothing else */
	uint32_t snd_mss, rcv_mss;
	uint32_t unacked, sacked, lost, retrans, fackets;
	uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv; /* milliseconds ago */
	uint32_t pmtu, rcv_ssthresh;
	uint32_t rtt, rttvar;
	uint32_t snd_ssthresh, snd_cwnd, advmss, reordering;
	uint32_t rcv_rtt, rcv_space;
	uint32_t total_retrans;
	uint64_t pacing_rate, max_pacing_rate; /* bytes per second */
	uint64_t bytes_acked, bytes_received;
	uint32_t segs_out, segs_in;
	uint32_t notsent_bytes;
	uint32_t min_rtt;
	uint32_t data_segs_in, data_segs_out;
	uint64_t delivery_rate;
	uint64_t busy_time, rwnd_limited, sndbuf_limited;
	uint32_t delivered, delivered_ce;
	uint64_t bytes_sent, bytes_retrans;
	uint32_t dsack_dups, reord_seen, rcv_ooopack;
	uint32_t snd_wnd; /* 5.4 */
	uint32_t rcv_wnd, rehash; /* 6.2 */
	uint16_t total_rto, total_rto_recoveries; /* 6.7 */
	uint32_t total_rto_time; /* milliseconds */
	uint32_t received_ce; /* 6.18 */
	uint32_t delivered_e1_bytes, delivered_e0_bytes, delivered_ce_bytes;
	uint32_t received_e1_bytes, received_e0_bytes, received_ce_bytes;
	/*
	 * How accurate ECN went: two numbers of 16 bits in 6.18, bit fields later on. The length is the same: nobody can
	 * tell which it is.
	 */
	uint32_t accecn;
};

_Static_assert(offsetof(struct skstat_tcp_info, rto) == 8, "eight bytes lead");
_Static_assert(offsetof(struct skstat_tcp_info, bytes_sent) == 200, "as in the kernel's header");
_Static_assert(sizeof(struct skstat_tcp_info) == 280, "as in the kernel's header");

#endif
