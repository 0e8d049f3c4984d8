/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SNMP counters that are shown, of the 230 that the module gives: those that tell of opens and closes, of load, and
 * of every way to lose something.
 *
 *   M(table, kernel, name, type, help)
 *
 *   table   TCP, TCPEXT, IP or IP6 of enum skstat_mib_attr; IP holds Ip and IpExt
 *   kernel  as /proc/net/snmp, netstat and snmp6 spell it
 *   name    of the metric, after skstat_mib_: written down, because no rule makes tcp_dsack_recv of TCPDSACKRecv
 *   type    COUNTER or GAUGE
 *   help    one sentence, after the kernel's own name, by which people search
 */
#ifndef SKSTAT_MODEL_MIB_ROWS_H
#define SKSTAT_MODEL_MIB_ROWS_H

#define SKSTAT_MIB_ROWS(M)                                                                                             \
	M(TCP, "ActiveOpens", "tcp_active_opens", COUNTER, "Tcp ActiveOpens: connections opened by connect()")         \
	M(TCP, "PassiveOpens", "tcp_passive_opens", COUNTER, "Tcp PassiveOpens: connections opened by a peer")         \
	M(TCP, "AttemptFails", "tcp_attempt_fails", COUNTER, "Tcp AttemptFails: connections that failed to open")      \
	M(TCP, "EstabResets", "tcp_estab_resets", COUNTER, "Tcp EstabResets: open connections that ended by a reset")  \
	M(TCP, "CurrEstab", "tcp_curr_estab", GAUGE, "Tcp CurrEstab: connections in ESTABLISHED or CLOSE-WAIT")        \
	M(TCP, "InSegs", "tcp_in_segs", COUNTER, "Tcp InSegs: segments received, after GRO put some together")         \
	M(TCP, "OutSegs", "tcp_out_segs", COUNTER, "Tcp OutSegs: segments sent, without retransmits")                  \
	M(TCP, "RetransSegs", "tcp_retrans_segs", COUNTER, "Tcp RetransSegs: segments retransmitted")                  \
	M(TCP, "InErrs", "tcp_in_errs", COUNTER, "Tcp InErrs: segments received broken")                               \
	M(TCP, "InCsumErrors", "tcp_in_csum_errors", COUNTER,                                                          \
	  "Tcp InCsumErrors: of these, the ones with a wrong checksum")                                                \
	M(TCP, "OutRsts", "tcp_out_rsts", COUNTER, "Tcp OutRsts: resets sent")                                         \
	M(TCPEXT, "ListenOverflows", "tcpext_listen_overflows", COUNTER,                                               \
	  "TcpExt ListenOverflows: connections refused because an accept queue was full")                              \
	M(TCPEXT, "ListenDrops", "tcpext_listen_drops", COUNTER,                                                       \
	  "TcpExt ListenDrops: SYNs and connections that listeners dropped, for whatever reason")                      \
	M(TCPEXT, "TCPReqQFullDrop", "tcpext_tcp_req_q_full_drop", COUNTER,                                            \
	  "TcpExt TCPReqQFullDrop: SYNs dropped because a SYN queue was full")                                         \
	M(TCPEXT, "TCPReqQFullDoCookies", "tcpext_tcp_req_q_full_do_cookies", COUNTER,                                 \
	  "TcpExt TCPReqQFullDoCookies: SYNs answered with a cookie because a SYN queue was full")                     \
	M(TCPEXT, "SyncookiesSent", "tcpext_syncookies_sent", COUNTER, "TcpExt SyncookiesSent: SYN cookies sent")      \
	M(TCPEXT, "SyncookiesRecv", "tcpext_syncookies_recv", COUNTER,                                                 \
	  "TcpExt SyncookiesRecv: valid SYN cookies that came back")                                                   \
	M(TCPEXT, "SyncookiesFailed", "tcpext_syncookies_failed", COUNTER,                                             \
	  "TcpExt SyncookiesFailed: invalid SYN cookies that came back")                                               \
	M(TCPEXT, "TCPTimeouts", "tcpext_tcp_timeouts", COUNTER, "TcpExt TCPTimeouts: retransmission timeouts")        \
	M(TCPEXT, "TCPSpuriousRTOs", "tcpext_tcp_spurious_rtos", COUNTER,                                              \
	  "TcpExt TCPSpuriousRTOs: retransmission timeouts that turned out needless")                                  \
	M(TCPEXT, "TCPSynRetrans", "tcpext_tcp_syn_retrans", COUNTER,                                                  \
	  "TcpExt TCPSynRetrans: SYNs and SYN-ACKs retransmitted")                                                     \
	M(TCPEXT, "TCPFastRetrans", "tcpext_tcp_fast_retrans", COUNTER,                                                \
	  "TcpExt TCPFastRetrans: segments retransmitted without waiting for a timeout")                               \
	M(TCPEXT, "TCPSlowStartRetrans", "tcpext_tcp_slow_start_retrans", COUNTER,                                     \
	  "TcpExt TCPSlowStartRetrans: segments retransmitted in slow start, after a timeout")                         \
	M(TCPEXT, "TCPLossProbes", "tcpext_tcp_loss_probes", COUNTER, "TcpExt TCPLossProbes: tail loss probes sent")   \
	M(TCPEXT, "TCPLostRetransmit", "tcpext_tcp_lost_retransmit", COUNTER,                                          \
	  "TcpExt TCPLostRetransmit: retransmitted segments that were lost again")                                     \
	M(TCPEXT, "TCPRetransFail", "tcpext_tcp_retrans_fail", COUNTER,                                                \
	  "TcpExt TCPRetransFail: retransmits that the own host could not send")                                       \
	M(TCPEXT, "TCPDSACKRecv", "tcpext_tcp_dsack_recv", COUNTER,                                                    \
	  "TcpExt TCPDSACKRecv: reports from peers that a segment came twice")                                         \
	M(TCPEXT, "TCPDSACKOldSent", "tcpext_tcp_dsack_old_sent", COUNTER,                                             \
	  "TcpExt TCPDSACKOldSent: reports to peers that a segment came twice")                                        \
	M(TCPEXT, "TCPOrigDataSent", "tcpext_tcp_orig_data_sent", COUNTER,                                             \
	  "TcpExt TCPOrigDataSent: segments sent with payload, without retransmits")                                   \
	M(TCPEXT, "TCPDelivered", "tcpext_tcp_delivered", COUNTER,                                                     \
	  "TcpExt TCPDelivered: segments known to have arrived")                                                       \
	M(TCPEXT, "TCPDeliveredCE", "tcpext_tcp_delivered_ce", COUNTER,                                                \
	  "TcpExt TCPDeliveredCE: segments known to have arrived marked CE")                                           \
	M(TCPEXT, "TCPOFOQueue", "tcpext_tcp_ofo_queue", COUNTER,                                                      \
	  "TcpExt TCPOFOQueue: segments received out of order")                                                        \
	M(TCPEXT, "TCPRcvCollapsed", "tcpext_tcp_rcv_collapsed", COUNTER,                                              \
	  "TcpExt TCPRcvCollapsed: segments squeezed together because a receive buffer was full")                      \
	M(TCPEXT, "PruneCalled", "tcpext_prune_called", COUNTER,                                                       \
	  "TcpExt PruneCalled: times that a receive buffer had to be pruned")                                          \
	M(TCPEXT, "TCPRcvQDrop", "tcpext_tcp_rcv_q_drop", COUNTER,                                                     \
	  "TcpExt TCPRcvQDrop: segments dropped because a receive queue was full")                                     \
	M(TCPEXT, "TCPBacklogDrop", "tcpext_tcp_backlog_drop", COUNTER,                                                \
	  "TcpExt TCPBacklogDrop: segments dropped because a socket's backlog was full")                               \
	M(TCPEXT, "TCPZeroWindowDrop", "tcpext_tcp_zero_window_drop", COUNTER,                                         \
	  "TcpExt TCPZeroWindowDrop: segments dropped because the window was closed")                                  \
	M(TCPEXT, "TCPAbortOnTimeout", "tcpext_tcp_abort_on_timeout", COUNTER,                                         \
	  "TcpExt TCPAbortOnTimeout: connections given up after too many retransmits or probes")                       \
	M(TCPEXT, "TCPAbortOnMemory", "tcpext_tcp_abort_on_memory", COUNTER,                                           \
	  "TcpExt TCPAbortOnMemory: connections given up because TCP was out of memory or had too many orphans")       \
	M(TCPEXT, "TCPAbortOnData", "tcpext_tcp_abort_on_data", COUNTER,                                               \
	  "TcpExt TCPAbortOnData: connections reset because data came after close()")                                  \
	M(TCPEXT, "TCPMemoryPressures", "tcpext_tcp_memory_pressures", COUNTER,                                        \
	  "TcpExt TCPMemoryPressures: times that TCP came under memory pressure (tcp_mem)")                            \
	M(TCPEXT, "TW", "tcpext_tw", COUNTER, "TcpExt TW: connections that left TIME-WAIT by its timer")               \
	M(TCPEXT, "TWRecycled", "tcpext_tw_recycled", COUNTER,                                                         \
	  "TcpExt TWRecycled: ports in TIME-WAIT taken over by a new connection")                                      \
	M(TCPEXT, "TCPAutoCorking", "tcpext_tcp_auto_corking", COUNTER,                                                \
	  "TcpExt TCPAutoCorking: times that a small write waited for the device to finish")                           \
	M(TCPEXT, "DelayedACKs", "tcpext_delayed_acks", COUNTER, "TcpExt DelayedACKs: ACKs that were sent delayed")    \
	SKSTAT_MIB_IP_SHOWN(M, IP, "", "ip", "Ip ", "IpExt ")                                                          \
	SKSTAT_MIB_IP_SHOWN(M, IP6, "Ip6", "ip6", "Ip6", "Ip6")

/* The same few of both; snmp6 puts Ip6 before each name. */
#define SKSTAT_MIB_IP_SHOWN(M, T, P, n, I, E)                                                                          \
	M(T, P "InReceives", n "_in_receives", COUNTER, I "InReceives: packets received, broken ones too")             \
	M(T, P "InDelivers", n "_in_delivers", COUNTER, I "InDelivers: packets handed to TCP, UDP, ...")               \
	M(T, P "OutRequests", n "_out_requests", COUNTER, I "OutRequests: packets that TCP, UDP, ... sent")            \
	M(T, P "InHdrErrors", n "_in_hdr_errors", COUNTER, I "InHdrErrors: packets with a broken header")              \
	M(T, P "InAddrErrors", n "_in_addr_errors", COUNTER, I "InAddrErrors: packets for somebody else")              \
	M(T, P "InDiscards", n "_in_discards", COUNTER, I "InDiscards: good packets received and dropped")             \
	M(T, P "OutDiscards", n "_out_discards", COUNTER, I "OutDiscards: good packets dropped on sending")            \
	M(T, P "OutNoRoutes", n "_out_no_routes", COUNTER, I "OutNoRoutes: packets dropped without a route")           \
	M(T, P "ReasmFails", n "_reasm_fails", COUNTER, I "ReasmFails: packets that could not be reassembled")         \
	M(T, P "InOctets", n "_in_octets", COUNTER, E "InOctets: bytes of packets received")                           \
	M(T, P "OutOctets", n "_out_octets", COUNTER, E "OutOctets: bytes of packets sent")                            \
	M(T, P "InNoECTPkts", n "_in_no_ect_pkts", COUNTER, E "InNoECTPkts: packets received without ECN")             \
	M(T, P "InECT0Pkts", n "_in_ect0_pkts", COUNTER, E "InECT0Pkts: packets received with ECT(0)")                 \
	M(T, P "InECT1Pkts", n "_in_ect1_pkts", COUNTER, E "InECT1Pkts: packets received with ECT(1)")                 \
	M(T, P "InCEPkts", n "_in_ce_pkts", COUNTER, E "InCEPkts: packets received marked CE on the way")

#endif
