/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct tcp_info as the newest kernel has it, as a table: a kernel sends a prefix of it, and a member that ends beyond
 * what it sent is one that it does not know. The build machine's headers may be older than the kernel under test.
 */
#ifndef SKSTAT_TEST_TCPINFO_H
#define SKSTAT_TEST_TCPINFO_H

#include <stddef.h>
#include <stdint.h>

/* M(type, name), in order. The bit fields are bytes and words of their own here. */
#define TCPINFO_MEMBERS(M)                                                                                   \
	M(uint8_t, state) M(uint8_t, ca_state) M(uint8_t, retransmits) M(uint8_t, probes)                   \
	M(uint8_t, backoff) M(uint8_t, options)                                                             \
	M(uint8_t, wscales)                                                                                 \
	M(uint8_t, limited) /* delivery_rate_app_limited : 1, fastopen_client_fail : 2 */                   \
	M(uint32_t, rto) M(uint32_t, ato) M(uint32_t, snd_mss) M(uint32_t, rcv_mss)                         \
	M(uint32_t, unacked) M(uint32_t, sacked) M(uint32_t, lost) M(uint32_t, retrans)                     \
	M(uint32_t, fackets) M(uint32_t, last_data_sent) M(uint32_t, last_ack_sent)                         \
	M(uint32_t, last_data_recv) M(uint32_t, last_ack_recv) M(uint32_t, pmtu)                            \
	M(uint32_t, rcv_ssthresh) M(uint32_t, rtt) M(uint32_t, rttvar) M(uint32_t, snd_ssthresh)            \
	M(uint32_t, snd_cwnd) M(uint32_t, advmss) M(uint32_t, reordering) M(uint32_t, rcv_rtt)              \
	M(uint32_t, rcv_space) M(uint32_t, total_retrans) M(uint64_t, pacing_rate)                          \
	M(uint64_t, max_pacing_rate) M(uint64_t, bytes_acked) M(uint64_t, bytes_received)                   \
	M(uint32_t, segs_out) M(uint32_t, segs_in) M(uint32_t, notsent_bytes) M(uint32_t, min_rtt)          \
	M(uint32_t, data_segs_in) M(uint32_t, data_segs_out) M(uint64_t, delivery_rate)                     \
	M(uint64_t, busy_time) M(uint64_t, rwnd_limited) M(uint64_t, sndbuf_limited)                        \
	M(uint32_t, delivered) M(uint32_t, delivered_ce) M(uint64_t, bytes_sent)                            \
	M(uint64_t, bytes_retrans) M(uint32_t, dsack_dups) M(uint32_t, reord_seen)                          \
	M(uint32_t, rcv_ooopack) M(uint32_t, snd_wnd) M(uint32_t, rcv_wnd) M(uint32_t, rehash)              \
	M(uint16_t, total_rto) M(uint16_t, total_rto_recoveries) M(uint32_t, total_rto_time)                \
	M(uint32_t, received_ce) M(uint32_t, delivered_e1_bytes) M(uint32_t, delivered_e0_bytes)            \
	M(uint32_t, delivered_ce_bytes) M(uint32_t, received_e1_bytes) M(uint32_t, received_e0_bytes)       \
	M(uint32_t, received_ce_bytes)                                                                      \
	M(uint32_t, accecn) /* ecn_mode : 2, accecn_opt_seen : 2, accecn_fail_mode : 4 */

struct tcpinfo {
#define TCPINFO_MEMBER(type, name) type name;
	TCPINFO_MEMBERS(TCPINFO_MEMBER)
#undef TCPINFO_MEMBER
};

/* How long a tcp_info must be to have the member. */
#define TCPINFO_END(name) (offsetof(struct tcpinfo, name) + sizeof(((struct tcpinfo *)0)->name))

_Static_assert(offsetof(struct tcpinfo, rto) == 8, "eight bytes lead");
_Static_assert(TCPINFO_END(accecn) == 280, "as in the uapi header of Linux 7.2");

#endif
