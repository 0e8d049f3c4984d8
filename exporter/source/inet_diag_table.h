/* SPDX-License-Identifier: GPL-2.0 */
/* Which fields of a record inet_diag knows, and from where: for the decoder and the schema. */
#ifndef SKSTAT_SOURCE_INET_DIAG_TABLE_H
#define SKSTAT_SOURCE_INET_DIAG_TABLE_H

#include <linux/inet_diag.h>

#include "tcp_info.h"

/*
 * R(group, field, last, value): the field is `value`, over struct skstat_tcp_info *t, and there if the kernel's
 * tcp_info has the member `last` (of bit fields, a neighbour of theirs).
 */
#define SKSTAT_INET_DIAG_TCP_INFO(R)                                                  \
	R(traffic, bytes_sent, bytes_sent, t->bytes_sent)                             \
	R(traffic, bytes_retrans, bytes_retrans, t->bytes_retrans)                    \
	R(traffic, bytes_acked, bytes_acked, t->bytes_acked)                          \
	R(traffic, bytes_received, bytes_received, t->bytes_received)                 \
	R(traffic, segs_out, segs_out, t->segs_out)                                   \
	R(traffic, segs_in, segs_in, t->segs_in)                                      \
	R(traffic, data_segs_out, data_segs_out, t->data_segs_out)                    \
	R(traffic, data_segs_in, data_segs_in, t->data_segs_in)                       \
	R(traffic, total_retrans, total_retrans, t->total_retrans)                    \
	R(traffic, delivered, delivered, t->delivered)                                \
	R(traffic, delivered_ce, delivered_ce, t->delivered_ce)                       \
	R(traffic, notsent_bytes, notsent_bytes, t->notsent_bytes)                    \
	R(tcp, pacing_rate, pacing_rate, t->pacing_rate)                              \
	R(tcp, max_pacing_rate, max_pacing_rate, t->max_pacing_rate)                  \
	R(tcp, rto, rto, t->rto / 1000)                                               \
	R(tcp, ato, ato, t->ato / 1000)                                               \
	R(tcp, snd_mss, snd_mss, t->snd_mss)                                          \
	R(tcp, rcv_mss, rcv_mss, t->rcv_mss)                                          \
	R(tcp, unacked, unacked, t->unacked)                                          \
	R(tcp, sacked, sacked, t->sacked)                                             \
	R(tcp, lost, lost, t->lost)                                                   \
	R(tcp, retrans, retrans, t->retrans)                                          \
	R(tcp, last_data_sent, last_data_sent, t->last_data_sent)                     \
	R(tcp, last_data_recv, last_data_recv, t->last_data_recv)                     \
	R(tcp, last_ack_recv, last_ack_recv, t->last_ack_recv)                        \
	R(tcp, pmtu, pmtu, t->pmtu)                                                   \
	R(tcp, rcv_ssthresh, rcv_ssthresh, t->rcv_ssthresh)                           \
	R(tcp, rtt, rtt, t->rtt << 3)                                                 \
	R(tcp, rttvar, rttvar, t->rttvar << 2)                                        \
	R(tcp, snd_ssthresh, snd_ssthresh, t->snd_ssthresh)                           \
	R(tcp, snd_cwnd, snd_cwnd, t->snd_cwnd)                                       \
	R(tcp, advmss, advmss, t->advmss)                                             \
	R(tcp, reordering, reordering, t->reordering)                                 \
	R(tcp, rcv_rtt, rcv_rtt, t->rcv_rtt << 3)                                     \
	R(tcp, rcv_space, rcv_space, t->rcv_space)                                    \
	R(tcp, min_rtt, min_rtt, t->min_rtt)                                          \
	R(tcp, busy_time, busy_time, t->busy_time / 1000)                             \
	R(tcp, rwnd_limited, rwnd_limited, t->rwnd_limited / 1000)                    \
	R(tcp, sndbuf_limited, sndbuf_limited, t->sndbuf_limited / 1000)              \
	R(tcp, dsack_dups, dsack_dups, t->dsack_dups)                                 \
	R(tcp, reord_seen, reord_seen, t->reord_seen)                                 \
	R(tcp, rcv_ooopack, rcv_ooopack, t->rcv_ooopack)                              \
	R(tcp, snd_wnd, snd_wnd, t->snd_wnd)                                          \
	R(tcp, rcv_wnd, rcv_wnd, t->rcv_wnd)                                          \
	R(tcp, total_rto_time, total_rto_time, t->total_rto_time)                     \
	R(tcp, total_rto, total_rto, t->total_rto)                                    \
	R(tcp, total_rto_recoveries, total_rto_recoveries, t->total_rto_recoveries)   \
	R(tcp, received_ce, received_ce, t->received_ce)                              \
	R(tcp, delivered_e1_bytes, delivered_e1_bytes, t->delivered_e1_bytes)         \
	R(tcp, delivered_e0_bytes, delivered_e0_bytes, t->delivered_e0_bytes)         \
	R(tcp, delivered_ce_bytes, delivered_ce_bytes, t->delivered_ce_bytes)         \
	R(tcp, received_e1_bytes, received_e1_bytes, t->received_e1_bytes)            \
	R(tcp, received_e0_bytes, received_e0_bytes, t->received_e0_bytes)            \
	R(tcp, received_ce_bytes, received_ce_bytes, t->received_ce_bytes)            \
	R(tcp, options, options, t->options)                                          \
	R(tcp, snd_wscale, rto, t->snd_wscale)                                        \
	R(tcp, rcv_wscale, rto, t->rcv_wscale)                                        \
	R(tcp, ca_state, ca_state, t->ca_state)                                       \
	R(tcp, retransmits, retransmits, t->retransmits)                              \
	R(tcp, probes, probes, t->probes)                                             \
	R(tcp, backoff, backoff, t->backoff)                                          \
	R(tcp, app_limited, rto, t->app_limited)                                      \
	R(tcp, fastopen_client_fail, rto, t->fastopen_client_fail)

/*
 * R(field): from the message itself, or from an attribute that every kernel has. Not here, though there is something
 * like it: `flags` (V6ONLY is told of listeners alone), `classid` (where there is none, inet_diag tells the priority),
 * `timeout_rehash` and `plb_rehash` (their sum alone), `rate_delivered` (its quotient with `rate_interval` alone), and
 * what struct skstat_tcp_info says of accurate ECN. Of a process nothing is told, and of an event little
 * (inet_diag_event.h).
 */
#define SKSTAT_INET_DIAG_ALWAYS(R)                                                                                    \
	R(cookie) R(netns) R(saddr) R(daddr) R(sport) R(dport) R(ifindex) R(family) R(state)                          \
	R(timer) R(timer_retrans) R(timer_expires)                                                                    \
	R(accept_queue) R(accept_limit)                                                                               \
	R(rqueue) R(wqueue) R(shutdown)                                                                               \
	R(rmem_alloc) R(rcvbuf) R(wmem_alloc) R(sndbuf) R(fwd_alloc) R(wmem_queued) R(optmem) R(backlog) R(drops)     \
	R(inode) R(uid) R(tos) R(tclass)                                                                              \
	R(cong) R(ca_info)                                                                                            \
	R(bbr_bw) R(bbr_min_rtt) R(bbr_pacing_gain) R(bbr_cwnd_gain)                                                  \
	R(dctcp_alpha) R(dctcp_ab_ecn) R(dctcp_ab_tot) R(dctcp_enabled) R(dctcp_ce_state)                             \
	R(vegas_enabled) R(vegas_rttcnt) R(vegas_rtt) R(vegas_minrtt)                                                 \
	R(netns_id) R(netns_inode)                                                                                    \
	R(event_sequence) R(event_time) R(event_flags)                                                                \
	R(established) R(syn_sent) R(syn_recv) R(fin_wait1) R(fin_wait2) R(time_wait) R(close) R(close_wait)          \
	R(last_ack) R(listen) R(closing)

/*
 * R(field, attribute): there if the attribute comes with every socket. The mark, the upper layer's name and what kTLS
 * is doing are told to CAP_NET_ADMIN alone; and only the mark comes always, so that it stands for the others.
 */
#define SKSTAT_INET_DIAG_LEARNT(R)                                                                                    \
	R(mark, INET_DIAG_MARK) R(cgroup, INET_DIAG_CGROUP_ID)                                                        \
	R(ulp, INET_DIAG_MARK) R(tls_version, INET_DIAG_MARK) R(tls_cipher, INET_DIAG_MARK)                           \
	R(tls_rxconf, INET_DIAG_MARK) R(tls_txconf, INET_DIAG_MARK)

#endif
