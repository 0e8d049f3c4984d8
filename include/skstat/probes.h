/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * Every probe is one row here: something that a reader can ask to be told or counted, and what it costs while it does.
 *
 *   P(id, NAME, name, help)
 *
 *   id    its number for ever; bit 1 << id in PROBE_SET; the next free one stands at the end of this comment
 *   help  one sentence for people
 *
 * The tracepoints that a probe is made of are in the file of kmod/ that has its handlers.
 *
 * Next free id: 24
 */
#ifndef SKSTAT_PROBES_H
#define SKSTAT_PROBES_H

#define SKSTAT_PROBES(P)                                                                                              \
	P(1, LIFE, life, "Connections as they open, fail and close, listeners as they start and stop: the journal")   \
	P(2, FIRST_BYTE, first_byte, "When the first payload of a connection came")                                   \
	P(3, READER, reader, "The process of accepted connections, at its first read")                                \
	P(4, ACCEPT, accept, "The process of accepted connections, as accept() returns: a kretprobe")                 \
	P(5, SYNACK, synack, "Retransmits of SYN-ACKs, by network namespace")                                         \
	P(6, DROP, drop, "Packets that the kernel drops, by reason, function, device, protocol and port")             \
	P(7, RETRANSMIT, retransmit, "Segments that are sent again, by cause and state")                              \
	P(8, RESET, reset, "RST segments, sent and received")                                                         \
	P(9, LIMIT, limit, "Buffers of sockets that had no room")                                                     \
	P(10, UDP, udp, "Datagrams that a UDP socket did not take")                                                   \
	P(11, CHECKSUM, checksum, "TCP segments whose checksum was wrong")                                            \
	P(12, SIZE, size, "Length of packets, at four points")                                                        \
	P(13, TRANSMIT, transmit, "How long drivers take to send packets")                                            \
	P(14, QDISC, qdisc, "How long packets are in queueing disciplines")                                           \
	P(15, READ, read, "How long TCP segments wait for the application to read them")                              \
	P(16, SKB, skb, "How long packets live; sampled")                                                             \
	P(17, CALL, call, "Size of what calls send and receive")                                                      \
	P(18, CALL_RETURN, call_return, "The same of TCP and UDP where there is no tracepoint: kretprobes")           \
	P(19, STATE, state, "How long connections are in each TCP state")                                             \
	P(20, CONGESTION, congestion, "How long connections are in each congestion state")                            \
	P(21, PACKET, packet, "Packets and bytes by device and protocol")                                             \
	P(22, STACK, stack, "Where in the kernel packets are dropped: sampled stacks")                                \
	P(23, UDP_CONNECT, udp_connect, "connect() of UDP sockets: kretprobes")

enum skstat_probe_id {
	SKSTAT_PROBE_UNSPEC,
#define SKSTAT_PROBE_ENUM(id, NAME, name, help) SKSTAT_PROBE_##NAME = (id),
	SKSTAT_PROBES(SKSTAT_PROBE_ENUM)
#undef SKSTAT_PROBE_ENUM
	__SKSTAT_PROBE_MAX,
};

#define SKSTAT_PROBE_BIT(NAME) (1ull << SKSTAT_PROBE_##NAME)

#endif
