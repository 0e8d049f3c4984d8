/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * Every figure of a socket is one row here, and nowhere else. The row makes the record's member (record.h), the
 * kernel's fill (kmod/record.c), the schema that the module gives out (kmod/schema.c), the decoder, the metric, the
 * JSON key and the manual.
 *
 *   F(id, name, type, kind, unit, noun, aggregate, shown, have, source, help)
 *
 *   id         its number for ever; the next free one stands at the end of this comment
 *   name       as ss, tcp_info or the kernel call it; without a unit
 *   type       of SKSTAT_TYPE_*
 *   kind       of SKSTAT_FIELD_*
 *   unit       of SKSTAT_UNIT_*: what one step of the raw value is
 *   noun       of the metric skstat_tcp_<noun>_<base unit>[_total]; "" where it makes none
 *   aggregate  of a metric over many sockets: SUM, HISTOGRAM, NONE
 *   shown      1: among the default metrics
 *   have       ALWAYS, or the kernel API (kmod/compat/config.h) without which the field is not available
 *   source     the kernel's expression, over the variables that kmod/record.c sets up for the group
 *   help       one sentence for people
 *
 * Rows are appended to the end of a group; widest first within what is added at once, so that no hole appears. A group
 * ends on 8 bytes: fill up with a reserved row, which a later figure may take over under an id of its own.
 *
 * Next free id: 172
 */
#ifndef SKSTAT_FIELDS_H
#define SKSTAT_FIELDS_H

/*
 * One version newer, for tests: a module or a reader built with -DSKSTAT_TEST_TAIL has one more row at the end of every
 * group, and must get along with a peer that does not. Ids from 9000 on are for this; the value spells "tail".
 */
#ifdef SKSTAT_TEST_TAIL
#define SKSTAT_TAIL(F, id, name)                                                                                      \
	F(id, name, U64, INFO, NONE, "", NONE, 0, ALWAYS, 0x7461696c, "Only there to test how groups grow")
#else
#define SKSTAT_TAIL(F, id, name)
#endif

#define SKSTAT_KINDS_ALL_SOCKETS                                                                                      \
	(1 << SKSTAT_KIND_FULL | 1 << SKSTAT_KIND_LISTEN | 1 << SKSTAT_KIND_TIMEWAIT | 1 << SKSTAT_KIND_REQUEST)
#define SKSTAT_KINDS_OPEN (1 << SKSTAT_KIND_FULL | 1 << SKSTAT_KIND_LISTEN)
/* A connection is over, or never was: these are the last figures of it, of a connect() that failed, too. */
#define SKSTAT_KINDS_LAST (1 << SKSTAT_KIND_FAILED | 1 << SKSTAT_KIND_CLOSED)
#define SKSTAT_KINDS_LISTEN_EVENTS (1 << SKSTAT_KIND_LISTEN_STARTED | 1 << SKSTAT_KIND_LISTEN_STOPPED)
#define SKSTAT_KINDS_EVENTS                                                                                           \
	(1 << SKSTAT_KIND_OPENED | SKSTAT_KINDS_LAST | SKSTAT_KINDS_LISTEN_EVENTS)

/* G(NAME, name, kinds): the groups in the order in which a record has them, and the kinds of record that do. */
#define SKSTAT_GROUPS(G)                                                                                              \
	G(IDENTITY, identity, SKSTAT_KINDS_ALL_SOCKETS | SKSTAT_KINDS_EVENTS)                                         \
	G(TIMER, timer, 1 << SKSTAT_KIND_FULL | 1 << SKSTAT_KIND_TIMEWAIT | 1 << SKSTAT_KIND_REQUEST)                 \
	G(LISTEN, listen, 1 << SKSTAT_KIND_LISTEN | SKSTAT_KINDS_LISTEN_EVENTS)                                       \
	G(TRAFFIC, traffic, 1 << SKSTAT_KIND_FULL | SKSTAT_KINDS_LAST)                                                \
	G(TCP, tcp, 1 << SKSTAT_KIND_FULL | SKSTAT_KINDS_LAST)                                                        \
	G(MEMORY, memory, SKSTAT_KINDS_OPEN | SKSTAT_KINDS_LAST)                                                      \
	G(OWNER, owner, SKSTAT_KINDS_OPEN | SKSTAT_KINDS_EVENTS)                                                      \
	G(CONGESTION, congestion, SKSTAT_KINDS_OPEN)                                                                  \
	G(NETNS, netns, 1 << SKSTAT_KIND_NETNS)                                                                       \
	G(EVENT, event, SKSTAT_KINDS_EVENTS)

/* Who talks to whom: what the first cache lines of any kind of socket know. */
#define SKSTAT_FIELDS_IDENTITY(F)                                                                                     \
	F(1, cookie, U64, INFO, NONE, "", NONE, 1, ALWAYS, src->cookie,                                               \
	  "The socket's cookie: unique as long as the machine is up, shared by SYN_RECV, socket and TIME_WAIT")       \
	F(2, netns, U64, INFO, NONE, "", NONE, 1, ALWAYS, src->netns,                                                 \
	  "Id that the module gave the network namespace")                                                            \
	F(3, saddr, ADDR, INFO, NONE, "", NONE, 1, ALWAYS, sk->sk_rcv_saddr, "Local address")                         \
	F(4, daddr, ADDR, INFO, NONE, "", NONE, 1, ALWAYS, sk->sk_daddr, "Remote address")                        \
	F(5, sport, U16, INFO, NONE, "", NONE, 1, ALWAYS, skstat_sport(sk, ended), "Local port")                               \
	F(6, dport, U16, INFO, NONE, "", NONE, 1, ALWAYS, ntohs(READ_ONCE(sk->sk_dport)), "Remote port")              \
	F(7, ifindex, U32, INFO, NONE, "", NONE, 1, ALWAYS, READ_ONCE(sk->sk_bound_dev_if),                           \
	  "Interface that the socket is bound to, or 0")                                                              \
	F(8, mark, U32, INFO, NONE, "", NONE, 0, ALWAYS, full ? READ_ONCE(sk->sk_mark) : skstat_mark(sk),             \
	  "SO_MARK")                                                                                                  \
	F(9, family, U8, INFO, NONE, "", NONE, 1, ALWAYS, sk->sk_family, "AF_INET or AF_INET6")                       \
	F(10, state, U8, INFO, NONE, "", NONE, 1, ALWAYS, src->state, "TCP state, as inet_diag gives it")             \
	F(11, flags, U16, INFO, NONE, "", NONE, 0, ALWAYS, skstat_flags(sk, full), "SKSTAT_FLAG_*")                         \
	SKSTAT_TAIL(F, 9000, identity_tail)

/* The timer that ss -o shows. */
#define SKSTAT_FIELDS_TIMER_SELF(F)                                                                                   \
	F(12, timer, U8, INFO, NONE, "", NONE, 0, ALWAYS, timer.kind,                                                 \
	  "0 off, 1 retransmit, 2 keepalive, 3 time wait, 4 zero window probe, 5 delayed ACK")                        \
	F(13, timer_retrans, U8, GAUGE, EVENTS, "", NONE, 0, ALWAYS, timer.retrans,                                   \
	  "Retransmits or probes that this timer has caused in a row")                                                \
	F(14, timer_reserved, U16, INFO, NONE, "", NONE, 0, ALWAYS, 0, "Reserved")                                    \
	F(15, timer_expires, S32, GAUGE, JIFFIES, "", NONE, 0, ALWAYS, timer.expires,                                 \
	  "Until it fires; below zero when that is due")

#define SKSTAT_FIELDS_TIMER_TAIL(F) SKSTAT_TAIL(F, 9001, timer_tail)

#define SKSTAT_FIELDS_TIMER(F) SKSTAT_FIELDS_TIMER_SELF(F) SKSTAT_FIELDS_TIMER_TAIL(F)

#define SKSTAT_FIELDS_LISTEN(F)                                                                                       \
	F(16, accept_queue, U32, GAUGE, SOCKETS, "accept_queue", SUM, 1, ALWAYS, READ_ONCE(sk->sk_ack_backlog),       \
	  "Connections that wait for accept()")                                                                       \
	F(17, accept_limit, U32, GAUGE, SOCKETS, "accept_queue_limit", SUM, 1, ALWAYS,                                \
	  READ_ONCE(sk->sk_max_ack_backlog), "How many may wait: listen()'s backlog, cut to somaxconn")               \
	F(18, syn_queue, U32, GAUGE, SOCKETS, "syn_queue", SUM, 1, ALWAYS, reqsk_queue_len(queue),                    \
	  "Connections in SYN_RECV")                                                                                  \
	F(19, syn_young, U32, GAUGE, SOCKETS, "syn_queue_young", SUM, 0, ALWAYS, reqsk_queue_len_young(queue),        \
	  "Of these, the ones whose SYN-ACK was not retransmitted")                                                   \
	F(20, fastopen_queue, U32, GAUGE, SOCKETS, "fastopen_queue", SUM, 0, ALWAYS, READ_ONCE(queue->fastopenq.qlen), \
	  "TCP Fast Open connections not yet established")                                                            \
	F(21, fastopen_limit, U32, GAUGE, SOCKETS, "fastopen_queue_limit", SUM, 0, ALWAYS,                            \
	  READ_ONCE(queue->fastopenq.max_qlen), "How many there may be; 0: Fast Open is off here")                    \
	F(22, defer_accept, U32, GAUGE, EVENTS, "", NONE, 0, ALWAYS, READ_ONCE(queue->rskq_defer_accept),             \
	  "SYN-ACK retransmits that TCP_DEFER_ACCEPT waits for data")                                                 \
	F(23, reuseport, U32, INFO, NONE, "", NONE, 0, ALWAYS, sk->sk_reuseport, "SO_REUSEPORT is set")               \
	SKSTAT_TAIL(F, 9002, listen_tail)

#define SKSTAT_FIELDS_TRAFFIC(F)                                                                                      \
	F(24, bytes_sent, U64, COUNTER, BYTES, "sent", SUM, 1, ALWAYS, TP(bytes_sent),                                \
	  "Payload sent, retransmits included (RFC 4898 tcpEStatsPerfHCDataOctetsOut)")                               \
	F(25, bytes_retrans, U64, COUNTER, BYTES, "retransmitted", SUM, 1, ALWAYS, TP(bytes_retrans),                 \
	  "Payload retransmitted (RFC 4898 tcpEStatsPerfOctetsRetrans)")                                              \
	F(26, bytes_acked, U64, COUNTER, BYTES, "acked", SUM, 1, ALWAYS, TP(bytes_acked),                             \
	  "Payload that the peer acknowledged, and 1 each for a SYN and a FIN (RFC 4898 tcpEStatsAppHCThruOctetsAcked)") \
	F(27, bytes_received, U64, COUNTER, BYTES, "received", SUM, 1, ALWAYS, TP(bytes_received),                    \
	  "Payload received in order, and 1 for a FIN (RFC 4898 tcpEStatsAppHCThruOctetsReceived)")                   \
	F(28, segs_out, U32, COUNTER, SEGMENTS, "sent", SUM, 1, ALWAYS, TP(segs_out), "Segments sent")                \
	F(30, data_segs_out, U32, COUNTER, SEGMENTS, "data_sent", SUM, 0, ALWAYS, TP(data_segs_out),                  \
	  "Segments sent with payload")                                                                               \
	F(29, segs_in, U32, COUNTER, SEGMENTS, "received", SUM, 1, ALWAYS, TP(segs_in), "Segments received")          \
	F(31, data_segs_in, U32, COUNTER, SEGMENTS, "data_received", SUM, 0, ALWAYS, TP(data_segs_in),                \
	  "Segments received with payload")                                                                           \
	F(32, total_retrans, U32, COUNTER, SEGMENTS, "retransmitted", SUM, 1, ALWAYS, TP(total_retrans),              \
	  "Segments retransmitted, SYN and SYN-ACK included")                                                         \
	F(35, rqueue, U32, GAUGE, BYTES, "receive_queue", HISTOGRAM, 1, ALWAYS, skstat_rqueue(tp),                    \
	  "Received and not yet read")                                                                                \
	F(33, delivered, U32, COUNTER, SEGMENTS, "delivered", SUM, 1, ALWAYS, TP(delivered),                          \
	  "Segments known to have arrived")                                                                           \
	F(34, delivered_ce, U32, COUNTER, SEGMENTS, "delivered_ce", SUM, 1, ALWAYS, TP(delivered_ce),                 \
	  "Segments that arrived and that the peer saw marked CE")                                                    \
	F(36, wqueue, U32, GAUGE, BYTES, "send_queue", HISTOGRAM, 1, ALWAYS, TP(write_seq) - TP(snd_una),             \
	  "Written and not yet acknowledged")                                                                         \
	F(37, notsent_bytes, U32, GAUGE, BYTES, "not_sent", HISTOGRAM, 0, ALWAYS, skstat_notsent(tp),                 \
	  "Written and not yet sent")                                                                                 \
	SKSTAT_TAIL(F, 9003, traffic_tail)

/*
 * The rest of struct tcp_info, raw, in three parts: what is worth saying of a connection that is over, what means
 * something only while it lasts, and accurate ECN. CLOSED, FAILED and brief records (SKSTAT_SOCK_BRIEF) end behind the
 * first part. Neighbours in struct tcp_sock are neighbours here, so that they are moved two at a time.
 */
#define SKSTAT_FIELDS_TCP_LAST(F)                                                                                     \
	F(53, rtt, U32, GAUGE, MICROSECONDS_8, "rtt", HISTOGRAM, 1, ALWAYS, TP(srtt_us), "Smoothed round-trip time")  \
	F(54, rttvar, U32, GAUGE, MICROSECONDS_4, "rtt_variation", NONE, 0, ALWAYS, TP(mdev_us),                      \
	  "Mean deviation of the round-trip time")                                                                    \
	F(55, snd_ssthresh, U32, GAUGE, SEGMENTS, "send_ssthresh", NONE, 0, ALWAYS, TP(snd_ssthresh),                 \
	  "Slow start threshold")                                                                                     \
	F(56, snd_cwnd, U32, GAUGE, SEGMENTS, "cwnd", HISTOGRAM, 1, ALWAYS, TP(snd_cwnd), "Congestion window")        \
	F(58, reordering, U32, GAUGE, SEGMENTS, "reordering", NONE, 0, ALWAYS, TP(reordering),                        \
	  "Reordering that is put up with before a loss is assumed")                                                  \
	F(68, reord_seen, U32, COUNTER, EVENTS, "reorderings", SUM, 1, ALWAYS, TP(reord_seen), "Reorderings seen")    \
	F(61, min_rtt, U32, GAUGE, MICROSECONDS, "min_rtt", HISTOGRAM, 1, ALWAYS, skstat_min_rtt(tp),                 \
	  "Lowest round-trip time of late; all ones: not measured")                                                   \
	F(62, busy_time, U32, COUNTER, JIFFIES, "busy", SUM, 1, ALWAYS, chrono.busy, "Time with data to send")        \
	F(63, rwnd_limited, U32, COUNTER, JIFFIES, "receive_window_limited", SUM, 1, ALWAYS, chrono.rwnd_limited,     \
	  "Time with data to send, held up by the peer's receive window")                                             \
	F(64, sndbuf_limited, U32, COUNTER, JIFFIES, "send_buffer_limited", SUM, 1, ALWAYS, chrono.sndbuf_limited,    \
	  "Time with data to send, held up by a full send buffer")                                                    \
	F(67, dsack_dups, U32, COUNTER, EVENTS, "dsack_duplicates", SUM, 1, ALWAYS, TP(dsack_dups),                   \
	  "Duplicates that the peer reported (RFC 4898 tcpEStatsStackDSACKDups)")                                     \
	F(69, rcv_ooopack, U32, COUNTER, SEGMENTS, "received_out_of_order", SUM, 1, ALWAYS, TP(rcv_ooopack),          \
	  "Segments received out of order")                                                                           \
	F(150, total_lost, U32, COUNTER, SEGMENTS, "lost", SUM, 1, ALWAYS, TP(lost), "Segments held to be lost, ever") \
	F(74, total_rto_time, U32, COUNTER, MILLISECONDS, "rto_recovery", SUM, 1, TOTAL_RTO,                          \
	  skstat_total_rto_time(tp), "Time in recovery after a retransmission timeout")                               \
	F(72, timeout_rehash, U32, COUNTER, EVENTS, "timeout_rehashes", SUM, 0, ALWAYS, TP(timeout_rehash),           \
	  "Changes of the path hash after a timeout")                                                                 \
	F(73, plb_rehash, U32, COUNTER, EVENTS, "plb_rehashes", SUM, 0, PLB, skstat_plb_rehash(tp),                   \
	  "Changes of the path hash by protective load balancing")                                                    \
	F(42, snd_mss, U32, GAUGE, BYTES, "send_mss", NONE, 0, ALWAYS, TP(mss_cache), "Segment size for sending")     \
	F(51, pmtu, U32, GAUGE, BYTES, "path_mtu", NONE, 0, ALWAYS, READ_ONCE(icsk->icsk_pmtu_cookie), "Path MTU")    \
	F(75, total_rto, U16, COUNTER, EVENTS, "rtos", SUM, 1, TOTAL_RTO, skstat_total_rto(tp),                       \
	  "Retransmission timeouts, of SYN and SYN-ACK too")                                                          \
	F(76, total_rto_recoveries, U16, COUNTER, EVENTS, "rto_recoveries", SUM, 0, TOTAL_RTO,                        \
	  skstat_total_rto_recoveries(tp), "Recoveries after a retransmission timeout")                               \
	F(87, options, U8, INFO, NONE, "", NONE, 0, ALWAYS, skstat_options(tp), "TCPI_OPT_*")                         \
	F(90, ca_state, U8, INFO, NONE, "", NONE, 0, ALWAYS, icsk->icsk_ca_state,                                     \
	  "0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss")                                                            \
	F(97, shutdown, U8, INFO, NONE, "", NONE, 0, ALWAYS, READ_ONCE(sk->sk_shutdown),                              \
	  "1 receiving, 2 sending is shut down: bits")                                                                \
	/* The state is of an earlier moment than the rest of a record; this, behind bytes_received, of a later one. */ \
	F(152, fin_received, U8, INFO, NONE, "", NONE, 0, ALWAYS, skstat_fin_received(sk),                            \
	  "The peer's FIN has come: bytes_received counts it as 1")

#define SKSTAT_FIELDS_TCP_NOW(F)                                                                                      \
	F(38, pacing_rate, U64, GAUGE, BYTES_PER_SECOND, "pacing_rate", NONE, 0, ALWAYS,                              \
	  skstat_rate(READ_ONCE(sk->sk_pacing_rate)), "Rate at which sending is paced; all ones: it is not")          \
	F(39, max_pacing_rate, U64, GAUGE, BYTES_PER_SECOND, "max_pacing_rate", NONE, 0, ALWAYS,                      \
	  skstat_rate(READ_ONCE(sk->sk_max_pacing_rate)), "SO_MAX_PACING_RATE; all ones: none")                       \
	F(44, unacked, U32, GAUGE, SEGMENTS, "unacked", NONE, 0, ALWAYS, TP(packets_out), "Segments in flight")       \
	F(47, retrans, U32, GAUGE, SEGMENTS, "retrans", NONE, 0, ALWAYS, TP(retrans_out),                             \
	  "Of these, retransmitted")                                                                                  \
	F(46, lost, U32, GAUGE, SEGMENTS, "lost", NONE, 0, ALWAYS, TP(lost_out), "Of these, held to be lost")         \
	F(45, sacked, U32, GAUGE, SEGMENTS, "sacked", NONE, 0, ALWAYS, TP(sacked_out),                                \
	  "Of these, selectively acknowledged")                                                                       \
	F(65, rate_delivered, U32, GAUGE, SEGMENTS, "", NONE, 0, ALWAYS, TP(rate_delivered),                          \
	  "Delivery rate = rate_delivered * snd_mss / rate_interval")                                                 \
	F(66, rate_interval, U32, GAUGE, MICROSECONDS, "", NONE, 0, ALWAYS, TP(rate_interval_us),                     \
	  "Time in which rate_delivered segments were delivered")                                                     \
	F(71, rcv_wnd, U32, GAUGE, BYTES, "receive_window", NONE, 0, ALWAYS, TP(rcv_wnd),                             \
	  "Window that was advertised to the peer")                                                                   \
	F(70, snd_wnd, U32, GAUGE, BYTES, "send_window", NONE, 0, ALWAYS, TP(snd_wnd),                                \
	  "Window that the peer advertised")                                                                          \
	F(40, rto, U32, GAUGE, JIFFIES, "rto", HISTOGRAM, 0, ALWAYS, READ_ONCE(icsk->icsk_rto),                       \
	  "Retransmission timeout")                                                                                   \
	F(41, ato, U32, GAUGE, JIFFIES, "ato", NONE, 0, ALWAYS, skstat_ato(sk), "Delayed ACK timeout")                \
	F(43, rcv_mss, U32, GAUGE, BYTES, "receive_mss", NONE, 0, ALWAYS, READ_ONCE(icsk->icsk_ack.rcv_mss),          \
	  "Segment size that the peer seems to use")                                                                  \
	F(57, advmss, U32, GAUGE, BYTES, "advertised_mss", NONE, 0, ALWAYS, TP(advmss), "MSS told to the peer")       \
	F(48, last_data_sent, U32, GAUGE, JIFFIES, "", NONE, 0, ALWAYS, now - TP(lsndtime),                           \
	  "Since data was last sent")                                                                                 \
	F(49, last_data_recv, U32, GAUGE, JIFFIES, "", NONE, 0, ALWAYS, now - READ_ONCE(icsk->icsk_ack.lrcvtime),     \
	  "Since data was last received")                                                                             \
	F(50, last_ack_recv, U32, GAUGE, JIFFIES, "", NONE, 0, ALWAYS, now - TP(rcv_tstamp),                          \
	  "Since an ACK was last received")                                                                           \
	F(52, rcv_ssthresh, U32, GAUGE, BYTES, "receive_ssthresh", NONE, 0, ALWAYS, TP(rcv_ssthresh),                 \
	  "Limit of the window to advertise")                                                                         \
	F(59, rcv_rtt, U32, GAUGE, MICROSECONDS_8, "receive_rtt", NONE, 0, ALWAYS, TP(rcv_rtt_est.rtt_us),            \
	  "Round-trip time as the receiving side estimates it")                                                       \
	F(60, rcv_space, U32, GAUGE, BYTES, "receive_space", NONE, 0, ALWAYS, TP(rcvq_space.space),                   \
	  "Bytes that the application takes in a round trip")                                                         \
	F(88, snd_wscale, U8, GAUGE, NONE, "", NONE, 0, ALWAYS, tp->rx_opt.wscale_ok ? tp->rx_opt.snd_wscale : 0,     \
	  "Shift of the peer's window")                                                                               \
	F(89, rcv_wscale, U8, GAUGE, NONE, "", NONE, 0, ALWAYS, tp->rx_opt.wscale_ok ? tp->rx_opt.rcv_wscale : 0,     \
	  "Shift of the own window")                                                                                  \
	F(91, retransmits, U8, GAUGE, EVENTS, "", NONE, 0, ALWAYS, READ_ONCE(icsk->icsk_retransmits),                 \
	  "Timeouts in a row")                                                                                        \
	F(92, probes, U8, GAUGE, EVENTS, "", NONE, 0, ALWAYS, READ_ONCE(icsk->icsk_probes_out),                       \
	  "Window or keepalive probes without an answer")                                                             \
	F(93, backoff, U8, GAUGE, EVENTS, "", NONE, 0, ALWAYS, READ_ONCE(icsk->icsk_backoff),                         \
	  "Doublings of the timeout")                                                                                 \
	F(94, app_limited, U8, INFO, NONE, "", NONE, 0, ALWAYS, tp->rate_app_limited,                                 \
	  "The delivery rate is limited by the application")                                                          \
	F(95, fastopen_client_fail, U8, INFO, NONE, "", NONE, 0, ALWAYS, tp->fastopen_client_fail,                    \
	  "TFO_*: why Fast Open failed")                                                                              \
	F(96, nonagle, U8, INFO, NONE, "", NONE, 0, ALWAYS, tp->nonagle,                                              \
	  "1 TCP_NODELAY, 2 TCP_CORK, 4 push: bits")

#define SKSTAT_FIELDS_TCP_ACCECN(F)                                                                                   \
	F(77, received_ce, U32, COUNTER, SEGMENTS, "received_ce", SUM, 0, ACCECN, skstat_received_ce(tp),             \
	  "Segments received marked CE")                                                                              \
	F(78, delivered_e1_bytes, U32, COUNTER, BYTES, "delivered_ect1", SUM, 0, ACCECN,                              \
	  skstat_delivered_ecn(tp, INET_ECN_ECT_1), "Payload that the peer saw marked ECT(1)")                        \
	F(79, delivered_e0_bytes, U32, COUNTER, BYTES, "delivered_ect0", SUM, 0, ACCECN,                              \
	  skstat_delivered_ecn(tp, INET_ECN_ECT_0), "Payload that the peer saw marked ECT(0)")                        \
	F(80, delivered_ce_bytes, U32, COUNTER, BYTES, "delivered_ce", SUM, 0, ACCECN,                                \
	  skstat_delivered_ecn(tp, INET_ECN_CE), "Payload that the peer saw marked CE")                               \
	F(81, received_e1_bytes, U32, COUNTER, BYTES, "received_ect1", SUM, 0, ACCECN,                                \
	  skstat_received_ecn(tp, INET_ECN_ECT_1), "Payload received marked ECT(1)")                                  \
	F(82, received_e0_bytes, U32, COUNTER, BYTES, "received_ect0", SUM, 0, ACCECN,                                \
	  skstat_received_ecn(tp, INET_ECN_ECT_0), "Payload received marked ECT(0)")                                  \
	F(83, received_ce_bytes, U32, COUNTER, BYTES, "received_ce", SUM, 0, ACCECN,                                  \
	  skstat_received_ecn(tp, INET_ECN_CE), "Payload received marked CE")                                         \
	F(84, ecn_mode, U8, INFO, NONE, "", NONE, 0, ACCECN, skstat_ecn_mode(tp),                                     \
	  "0 off, 1 RFC 3168, 2 accurate ECN, 3 being negotiated")                                                    \
	F(85, accecn_opt_seen, U8, INFO, NONE, "", NONE, 0, ACCECN, skstat_accecn_opt_seen(tp),                       \
	  "Whether the peer's accurate ECN option was seen")                                                          \
	F(86, accecn_fail_mode, U8, INFO, NONE, "", NONE, 0, ACCECN, skstat_accecn_fail_mode(tp),                     \
	  "TCP_ACCECN_*_FAIL")                                                                                        \
	F(98, tcp_reserved, U8, INFO, NONE, "", NONE, 0, ALWAYS, 0, "Reserved")

#define SKSTAT_FIELDS_TCP_TAIL(F) SKSTAT_TAIL(F, 9004, tcp_tail)

#define SKSTAT_FIELDS_TCP(F)                                                                                          \
	SKSTAT_FIELDS_TCP_LAST(F) SKSTAT_FIELDS_TCP_NOW(F) SKSTAT_FIELDS_TCP_ACCECN(F)                                \
	SKSTAT_FIELDS_TCP_TAIL(F)

/* In the first two of these parts. */
#define SKSTAT_FIELDS_MEMORY_LAST(F)                                                                                  \
	F(107, drops, U32, COUNTER, SEGMENTS, "dropped", SUM, 1, ALWAYS, skstat_drops(sk), "Segments dropped")        \
	F(100, rcvbuf, U32, GAUGE, BYTES, "receive_buffer", SUM, 0, ALWAYS, READ_ONCE(sk->sk_rcvbuf),                 \
	  "Its limit")

#define SKSTAT_FIELDS_MEMORY_NOW(F)                                                                                   \
	F(99, rmem_alloc, U32, GAUGE, BYTES, "receive_memory", SUM, 0, ALWAYS, SK(sk_rmem_alloc.counter),             \
	  "Memory of the receive queue")                                                                              \
	F(106, backlog, U32, GAUGE, BYTES, "backlog_memory", SUM, 0, ALWAYS, SK(sk_backlog.len),                      \
	  "Memory of segments that wait for the owner to let go of the lock")                                         \
	F(102, sndbuf, U32, GAUGE, BYTES, "send_buffer", SUM, 0, ALWAYS, SK(sk_sndbuf),                               \
	  "Limit of the send queue")                                                                                  \
	F(104, wmem_queued, U32, GAUGE, BYTES, "send_queue_memory", SUM, 0, ALWAYS, SK(sk_wmem_queued),               \
	  "Memory of the send queue")                                                                                 \
	F(101, wmem_alloc, U32, GAUGE, BYTES, "send_memory", SUM, 0, ALWAYS, sk_wmem_alloc_get(sk),                   \
	  "Memory handed to the network layer")                                                                       \
	F(103, fwd_alloc, S32, GAUGE, BYTES, "forward_memory", SUM, 0, ALWAYS, skstat_forward_alloc(sk),              \
	  "Memory reserved and not yet used")                                                                         \
	F(105, optmem, U32, GAUGE, BYTES, "option_memory", SUM, 0, ALWAYS, atomic_read(&sk->sk_omem_alloc),           \
	  "Memory of options and filters")                                                                            \
	F(108, rcvlowat, S32, GAUGE, BYTES, "", NONE, 0, ALWAYS, READ_ONCE(sk->sk_rcvlowat), "SO_RCVLOWAT")

#define SKSTAT_FIELDS_MEMORY_TAIL(F) SKSTAT_TAIL(F, 9005, memory_tail)

#define SKSTAT_FIELDS_MEMORY(F)                                                                                       \
	SKSTAT_FIELDS_MEMORY_LAST(F) SKSTAT_FIELDS_MEMORY_NOW(F)                                                      \
	SKSTAT_FIELDS_MEMORY_TAIL(F)

#define SKSTAT_FIELDS_OWNER_SOCKET(F)                                                                                 \
	F(109, inode, U64, INFO, NONE, "", NONE, 0, ALWAYS, skstat_inode(sk, links->socket),                                 \
	  "The socket's inode; 0: no file holds it")                                                                  \
	F(110, cgroup, U64, INFO, NONE, "", NONE, 0, CGROUP, skstat_cgroup(links->cgroup), "Id of the cgroup (v2)")              \
	F(111, uid, U32, INFO, NONE, "", NONE, 0, ALWAYS, skstat_uid(sk),                                             \
	  "User that made the socket, as the initial user namespace knows it")                                        \
	F(112, classid, U32, INFO, NONE, "", NONE, 0, CLASSID, skstat_classid(sk), "net_cls class")                   \
	F(113, priority, U32, INFO, NONE, "", NONE, 0, ALWAYS, READ_ONCE(sk->sk_priority), "SO_PRIORITY")             \
	F(114, tos, U8, INFO, NONE, "", NONE, 0, ALWAYS, READ_ONCE(inet_sk(sk)->tos), "IP_TOS")                       \
	F(115, tclass, U8, INFO, NONE, "", NONE, 0, ALWAYS, skstat_tclass(links), "IPV6_TCLASS")                         \
	F(116, owner_reserved, U16, INFO, NONE, "", NONE, 0, ALWAYS, 0, "Reserved")

/* Not in records of a time when nobody looks who it is. */
#define SKSTAT_FIELDS_OWNER_PROCESS(F)                                                                                \
	F(153, comm, NAME, INFO, NONE, "", NONE, 0, ALWAYS, process.comm,                                             \
	  "Name of the process that opened, accepted or read from the socket; while the journal's probes are held")    \
	F(154, pid, U32, INFO, NONE, "", NONE, 0, ALWAYS, process.pid,                                                \
	  "Its process id in the initial pid namespace; 0: not known")                                                \
	F(155, process_from, U8, INFO, NONE, "", NONE, 0, ALWAYS, process.from,                                       \
	  "SKSTAT_PROCESS_*: how that was learnt")                                                                    \
	F(156, owner2_reserved, U8, INFO, NONE, "", NONE, 0, ALWAYS, 0, "Reserved")                                   \
	F(157, owner3_reserved, U16, INFO, NONE, "", NONE, 0, ALWAYS, 0, "Reserved")                                  \
	SKSTAT_TAIL(F, 9006, owner_tail)

#define SKSTAT_FIELDS_OWNER(F) SKSTAT_FIELDS_OWNER_SOCKET(F) SKSTAT_FIELDS_OWNER_PROCESS(F)

/* Congestion control and upper layer protocol. */
#define SKSTAT_FIELDS_CONGESTION_NAME(F)                                                                              \
	F(117, cong, NAME, INFO, NONE, "", NONE, 0, ALWAYS, ca.name, "Congestion control algorithm")

/*
 * What most have not: a protocol above, and private data of either, in runs where a socket has some; that of an
 * algorithm which a socket does not use is 0 there, or not there.
 */
#define SKSTAT_FIELDS_CONGESTION_REST(F)                                                                              \
	F(118, ulp, NAME, INFO, NONE, "", NONE, 0, ALWAYS, ulp.name, "Upper layer protocol: tls, mptcp, ...")         \
	F(119, bbr_bw, U64, GAUGE, BYTES_PER_SECOND, "", NONE, 0, ALWAYS, ca.bbr_bw, "BBR: bandwidth")                \
	F(120, bbr_min_rtt, U32, GAUGE, MICROSECONDS, "", NONE, 0, ALWAYS, ca.bbr.bbr_min_rtt, "BBR: lowest RTT")     \
	F(121, bbr_pacing_gain, U32, GAUGE, NONE, "", NONE, 0, ALWAYS, ca.bbr.bbr_pacing_gain,                        \
	  "BBR: pacing gain in 1/256")                                                                                \
	F(122, bbr_cwnd_gain, U32, GAUGE, NONE, "", NONE, 0, ALWAYS, ca.bbr.bbr_cwnd_gain,                            \
	  "BBR: window gain in 1/256")                                                                                \
	F(123, dctcp_alpha, U32, GAUGE, NONE, "", NONE, 0, ALWAYS, ca.dctcp.dctcp_alpha,                              \
	  "DCTCP: estimate of marked segments in 1/1024")                                                             \
	F(124, dctcp_ab_ecn, U32, GAUGE, BYTES, "", NONE, 0, ALWAYS, ca.dctcp.dctcp_ab_ecn,                           \
	  "DCTCP: marked bytes of this window")                                                                       \
	F(125, dctcp_ab_tot, U32, GAUGE, BYTES, "", NONE, 0, ALWAYS, ca.dctcp.dctcp_ab_tot,                           \
	  "DCTCP: bytes of this window")                                                                              \
	F(126, dctcp_enabled, U16, INFO, NONE, "", NONE, 0, ALWAYS, ca.dctcp.dctcp_enabled,                           \
	  "DCTCP: in use, not fallen back to reno")                                                                   \
	F(127, dctcp_ce_state, U16, INFO, NONE, "", NONE, 0, ALWAYS, ca.dctcp.dctcp_ce_state,                         \
	  "DCTCP: the last segment was marked")                                                                       \
	F(128, vegas_enabled, U32, INFO, NONE, "", NONE, 0, ALWAYS, ca.vegas.tcpv_enabled, "Vegas: in use")           \
	F(129, vegas_rttcnt, U32, GAUGE, EVENTS, "", NONE, 0, ALWAYS, ca.vegas.tcpv_rttcnt,                           \
	  "Vegas: RTT samples of this round")                                                                         \
	F(130, vegas_rtt, U32, GAUGE, MICROSECONDS, "", NONE, 0, ALWAYS, ca.vegas.tcpv_rtt, "Vegas: last RTT")        \
	F(131, vegas_minrtt, U32, GAUGE, MICROSECONDS, "", NONE, 0, ALWAYS, ca.vegas.tcpv_minrtt,                     \
	  "Vegas: lowest RTT")                                                                                        \
	F(151, congestion_reserved, U32, INFO, NONE, "", NONE, 0, ALWAYS, 0, "Reserved")                              \
	F(132, ca_info, U16, INFO, NONE, "", NONE, 0, ALWAYS, ca.info,                                                \
	  "Whose data is above: INET_DIAG_BBRINFO, _DCTCPINFO, _VEGASINFO or 0")                                      \
	F(133, tls_version, U16, INFO, NONE, "", NONE, 0, TLS, ulp.tls_version, "kTLS: 0x303 is 1.2, 0x304 1.3")      \
	F(134, tls_cipher, U16, INFO, NONE, "", NONE, 0, TLS, ulp.tls_cipher, "kTLS: TLS_CIPHER_*")                   \
	F(135, tls_rxconf, U8, INFO, NONE, "", NONE, 0, TLS, ulp.tls_rxconf, "kTLS: TLS_CONF_* of receiving")         \
	F(136, tls_txconf, U8, INFO, NONE, "", NONE, 0, TLS, ulp.tls_txconf, "kTLS: TLS_CONF_* of sending")           \
	SKSTAT_TAIL(F, 9007, congestion_tail)

#define SKSTAT_FIELDS_CONGESTION(F)                                                                                   \
	SKSTAT_FIELDS_CONGESTION_NAME(F) SKSTAT_FIELDS_CONGESTION_REST(F)

/* Sockets of a namespace by state, emitted or not. */
#define SKSTAT_FIELDS_NETNS(F)                                                                                        \
	F(137, netns_id, U64, INFO, NONE, "", NONE, 1, ALWAYS, count->id,                                             \
	  "Id that the module gave the network namespace")                                                            \
	F(138, netns_inode, U32, INFO, NONE, "", NONE, 1, ALWAYS, count->inode,                                       \
	  "Its inode in /proc/PID/ns/net")                                                                            \
	F(139, established, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_ESTABLISHED], "Sockets in ESTABLISHED") \
	F(140, syn_sent, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_SYN_SENT], "Sockets in SYN_SENT") \
	F(141, syn_recv, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_SYN_RECV], "Sockets in SYN_RECV") \
	F(142, fin_wait1, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_FIN_WAIT1], "Sockets in FIN_WAIT1") \
	F(143, fin_wait2, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_FIN_WAIT2], "Sockets in FIN_WAIT2") \
	F(144, time_wait, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_TIME_WAIT], "Sockets in TIME_WAIT") \
	F(145, close, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_CLOSE], "Sockets in CLOSE") \
	F(146, close_wait, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_CLOSE_WAIT], "Sockets in CLOSE_WAIT") \
	F(147, last_ack, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_LAST_ACK], "Sockets in LAST_ACK") \
	F(148, listen, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_LISTEN], "Sockets in LISTEN") \
	F(149, closing, U32, GAUGE, SOCKETS, "sockets", SUM, 1, ALWAYS, count->by_state[TCP_CLOSING], "Sockets in CLOSING") \
	SKSTAT_TAIL(F, 9008, netns_tail)

/* What the journal tells of an event; times are of CLOCK_MONOTONIC. A figure without its SKSTAT_EVENT_HAS_* is 0. */
#define SKSTAT_FIELDS_EVENT(F)                                                                                        \
	F(158, event_sequence, U64, INFO, NONE, "", NONE, 0, ALWAYS, event->sequence,                                 \
	  "Number of the event among those of its CPU: each is the last one plus 1")                                  \
	F(159, event_time, U64, INFO, NANOSECONDS, "", NONE, 0, ALWAYS, event->time, "When it happened")              \
	F(160, connect_latency, U64, GAUGE, NANOSECONDS, "connect", HISTOGRAM, 1, ALWAYS, event->connect_latency,     \
	  "From the first SYN to the handshake's end, or failure; of accepted connections from the SYN-ACK, by its RTT") \
	F(161, first_byte, U64, GAUGE, NANOSECONDS, "first_byte", HISTOGRAM, 1, ALWAYS, event->first_byte,            \
	  "From the handshake's end to the first payload received")                                                   \
	F(162, duration, U64, GAUGE, NANOSECONDS, "duration", HISTOGRAM, 1, ALWAYS, event->duration,                  \
	  "From the handshake's end to the close")                                                                    \
	F(163, cong_name, NAME, INFO, NONE, "", NONE, 0, ALWAYS, skstat_cong_name(links),                             \
	  "Congestion control algorithm at that moment")                                                              \
	F(164, event_flags, U32, INFO, NONE, "", NONE, 0, ALWAYS, event->flags, "SKSTAT_EVENT_*")                     \
	F(165, open_accept_queue, U32, GAUGE, SOCKETS, "", NONE, 0, ALWAYS, event->accept_queue,                      \
	  "Accept queue of the listener as the connection came")                                                      \
	F(166, open_accept_limit, U32, GAUGE, SOCKETS, "", NONE, 0, ALWAYS, event->accept_limit, "Its limit")         \
	F(167, open_syn_queue, U32, GAUGE, SOCKETS, "", NONE, 0, ALWAYS, event->syn_queue,                            \
	  "SYN queue of the listener as the connection came")                                                         \
	F(168, synack_retrans, U32, COUNTER, SEGMENTS, "", NONE, 0, ALWAYS, event->synack_retrans,                    \
	  "SYN-ACK retransmits that the connection took over from its request: part of its total_retrans")            \
	F(169, event_kind, U8, INFO, NONE, "", NONE, 0, ALWAYS, event->kind,                                          \
	  "SKSTAT_OPEN_*, SKSTAT_FAIL_* or SKSTAT_CLOSE_*, by the record's kind")                                     \
	F(170, event_direction, U8, INFO, NONE, "", NONE, 0, ALWAYS, event->direction, "SKSTAT_EVENT_IN, _OUT or 0")   \
	F(171, event_errno, U16, INFO, NONE, "", NONE, 0, ALWAYS, event->err, "The socket's error at that moment")     \
	SKSTAT_TAIL(F, 9009, event_tail)

#endif
