/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What skstat stands in for, and where its figure is on /metrics: the rows of docs/PARITY.md, which is made of what
 * `vmtest parity` says of them on each kernel.
 *
 *   P(tool, figure, how, probe, family)
 *
 *   how     WALK, JOURNAL, MIB: the module without a probe of its own; PROBE; COLLECTOR of /proc and /sys
 *   probe   of probes.h, where the row hangs on one (several: any of them, the first that there is); ""
 *   family  on /metrics, with what its samples' names have behind it left away
 */
#ifndef SKSTAT_TEST_PARITY_ROWS_H
#define SKSTAT_TEST_PARITY_ROWS_H

#define PARITY_ROWS(P)                                                                                                 \
	P("sockstat", "connects and accepts", JOURNAL, "life", "skstat_tcp_opened_connections_total")                  \
	P("sockstat, socketio, socksize", "calls that send and receive, and their sizes", PROBE, "call call_return",   \
	  "skstat_socket_call_size_bytes")                                                                             \
	P("sofamily, soprotocol", "connects and accepts by family", JOURNAL, "life",                                   \
	  "skstat_tcp_opened_connections_total")                                                                       \
	P("soconnect, soconnlat, tcpconnlat, tcpconnect", "time that connecting took", JOURNAL, "life",                \
	  "skstat_tcp_connect_seconds")                                                                                \
	P("soconnect, tcpconnect", "connects that failed, by how", JOURNAL, "life",                                    \
	  "skstat_tcp_failed_connections_total")                                                                       \
	P("soaccept, tcpaccept, tcpsynbl, solisten", "accept queues", WALK, "", "skstat_tcp_accept_queue")             \
	P("soaccept, tcpaccept, solisten", "their limits", WALK, "", "skstat_tcp_accept_queue_limit")                  \
	P("tcpsynbl", "SYN queues", WALK, "", "skstat_tcp_syn_queue")                                                  \
	P("tcpsynbl, solisten", "connections that a full queue cost", WALK, "", "skstat_tcp_listen_drops_total")       \
	P("sormem", "receive queues", WALK, "", "skstat_tcp_receive_queue_bytes")                                      \
	P("sormem", "buffers that had no room", PROBE, "limit", "skstat_socket_limits_hit_total")                      \
	P("so1stbyte", "time to the first byte", JOURNAL, "first_byte", "skstat_tcp_first_byte_seconds")               \
	P("tcplife, ss -E", "connections that closed, by how", JOURNAL, "life", "skstat_tcp_closed_connections_total") \
	P("tcplife", "how long connections were open", JOURNAL, "life", "skstat_tcp_duration_seconds")                 \
	P("tcplife", "bytes of a connection", JOURNAL, "life", "skstat_tcp_connection_received_bytes")                 \
	P("tcptop", "bytes by service", WALK, "", "skstat_tcp_sent_bytes_total")                                       \
	P("tcpretrans", "retransmits by cause and state", PROBE, "retransmit", "skstat_tcp_retransmits_total")         \
	P("tcpretrans", "retransmitted segments by service", WALK, "", "skstat_tcp_retransmitted_segments_total")      \
	P("tcpretrans", "retransmits that the peer had no need of", WALK, "", "skstat_tcp_dsack_duplicates_total")     \
	P("tcpretrans", "resets sent and received", PROBE, "reset", "skstat_tcp_resets_total")                         \
	P("tcpwin", "congestion windows", WALK, "", "skstat_tcp_cwnd_segments")                                        \
	P("tcpwin", "send queues", WALK, "", "skstat_tcp_send_queue_bytes")                                            \
	P("tcpnagle", "time with data to send", WALK, "", "skstat_tcp_busy_seconds_total")                             \
	P("tcpnagle", "of it, held up by the peer's window", WALK, "",                                                 \
	  "skstat_tcp_receive_window_limited_seconds_total")                                                           \
	P("tcpnagle", "of it, held up by the send buffer", WALK, "", "skstat_tcp_send_buffer_limited_seconds_total")   \
	P("tcpnagle", "of it, held up by the network", WALK, "", "skstat_tcp_cwnd_limited_seconds_total")              \
	P("tcpnagle", "time without data to send", WALK, "", "skstat_tcp_application_limited_seconds_total")           \
	P("tcpstates", "time in each TCP state", PROBE, "state", "skstat_tcp_state_duration_seconds")                  \
	P("tcprtt, superping", "round-trip times", WALK, "", "skstat_tcp_rtt_seconds")                                 \
	P("superping", "lowest round-trip times", WALK, "", "skstat_tcp_min_rtt_seconds")                              \
	P("tcpcong", "time in each congestion state", PROBE, "congestion",                                             \
	  "skstat_tcp_congestion_state_duration_seconds")                                                              \
	P("tcppktlat", "from a segment's arrival to the application's read", PROBE, "read",                            \
	  "skstat_tcp_read_delay_seconds")                                                                             \
	P("udpconnect", "connects of UDP sockets, by result", PROBE, "udp_connect", "skstat_udp_connects_total")       \
	P("(ours)", "datagrams that a socket did not take", PROBE, "udp", "skstat_udp_receive_failures_total")         \
	P("(ours)", "bad checksums", PROBE, "checksum", "skstat_tcp_bad_checksums_total")                              \
	P("ipecn", "segments delivered with CE", WALK, "", "skstat_tcp_delivered_ce_segments_total")                   \
	P("ipecn", "packets received with CE", MIB, "", "skstat_mib_ip_in_ce_pkts_total")                              \
	P("qdisc-fq", "time in the queueing discipline", PROBE, "qdisc", "skstat_qdisc_delay_seconds")                 \
	P("netsize", "sizes of packets", PROBE, "size", "skstat_packet_size_bytes")                                    \
	P("nettxlat, nettxlat-dev", "time that drivers take", PROBE, "transmit", "skstat_device_transmit_seconds")     \
	P("skbdrop, tcpdrop, dropwatch", "drops by reason, function, device and port", PROBE, "drop",                  \
	  "skstat_dropped_packets_total")                                                                              \
	P("skbdrop, dropwatch", "stacks of drops, sampled", PROBE, "stack", "skstat_dropped_packet_stacks_total")      \
	P("skblife", "life of packets, sampled", PROBE, "skb", "skstat_packet_life_seconds")                           \
	P("nstat, sar -n", "Tcp", MIB, "", "skstat_mib_tcp_active_opens_total")                                        \
	P("nstat, sar -n", "TcpExt", COLLECTOR, "", "skstat_netstat_TcpExt_TCPTimeouts_total")                         \
	P("nstat, sar -n", "Udp", COLLECTOR, "", "skstat_snmp_Udp_InDatagrams_total")                                  \
	P("nstat, sar -n", "sockets in use", COLLECTOR, "", "skstat_sockstat_sockets_used")                            \
	P("x-monitor, nicstat", "traffic of devices", COLLECTOR, "", "skstat_netdev_receive_bytes_total")              \
	P("x-monitor, nicstat", "carrier", COLLECTOR, "", "skstat_netdev_carrier")                                     \
	P("x-monitor", "softnet", COLLECTOR, "", "skstat_softnet_processed_total")                                     \
	P("x-monitor", "pressure", COLLECTOR, "", "skstat_pressure_waiting_seconds_total")                             \
	P("x-monitor", "load", COLLECTOR, "", "skstat_loadavg_load1")                                                  \
	P("x-monitor", "packets by protocol and device", PROBE, "packet", "skstat_packets_total")                      \
	P("x-monitor", "bytes by protocol and device", PROBE, "packet", "skstat_packet_bytes_total")                   \
	P("x-monitor", "sockets by state", WALK, "", "skstat_tcp_sockets")

#endif
