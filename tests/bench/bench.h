/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The benchmark: what reading sockets costs, in instructions, the module's way and that of its peers. Meant for a guest
 * whose clock counts instructions (tests/vm/run --icount): a nanosecond is one there, and the same work takes the same
 * time. What cannot be had or does not hold ends the program (must.h).
 */
#ifndef SKSTAT_BENCH_BENCH_H
#define SKSTAT_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * F(name, help): a row is the function figure_<name>() and an argument of skbench. It may say several figures; the
 * first part is measured before there is a population, for its sockets would be in the way.
 */
#define BENCH_FIGURES_ALONE(F)                                                                              \
	F(roundtrip, "a ping-pong: the module loaded, probes that count, that measure, that pair")          \
	F(connection, "connect and close, with the journal held, against without")                          \
	F(journal, "reading the journal, an event")

#define BENCH_FIGURES(F)                                                                                    \
	F(inet_diag, "inet_diag with eight extensions, received only")                                      \
	F(inet_diag_parsed, "the same, each message looked into")                                           \
	F(full, "all groups over generic netlink, received only")                                           \
	F(full_decoded, "the same, each record decoded")                                                    \
	F(traffic, "the traffic group alone, received only")                                                \
	F(delta, "all groups of what was active since, 1 % of the sockets")                                 \
	F(walk, "a walk that no socket meets")                                                              \
	F(poll, "a poll of the exporter, from the dump to the snapshot")                                    \
	F(scrape, "the page of a snapshot, by its sample too")                                              \
	F(statsd, "the lines of a snapshot, by line that is sent")                                          \
	F(memory, "of an exporter")                                                                         \
	F(idle, "what the guest itself does beside")                                                        \
	F(ss_tinem, "ss -tinem")                                                                            \
	F(ss_tn, "ss -tn")                                                                                  \
	F(proc_net_tcp, "/proc/net/tcp, read")                                                              \
	F(bpf_iter, "a BPF iterator that writes records of 320 bytes, received only")                       \
	F(node_exporter, "a scrape of node_exporter with its tcpstat collector")

/* The population that a figure is measured on: TCP over loopback, a half of the sockets is the other's peer. */
struct bench {
	size_t sockets;
	size_t namespaces; /* that it is spread over; 1: the own one */
	size_t receive;	   /* bytes that a dump's reader has room for, at a time */
	size_t pairs;
	int keeper; /* the process that has them, told by this */
	pid_t keeper_pid;
};

#define BENCH_DECLARE(name, help) void figure_##name(const struct bench *bench);
BENCH_FIGURES_ALONE(BENCH_DECLARE)
BENCH_FIGURES(BENCH_DECLARE)
#undef BENCH_DECLARE

/* One line of the result: figure=NAME sockets=N netns=N value=V unit=UNIT. */
void bench_say(const struct bench *bench, const char *name, double value, const char *unit);

#define BENCH_SOCKET	 "instructions/socket"
#define BENCH_EVENT	 "instructions/event"
#define BENCH_PACKET	 "instructions/packet"
#define BENCH_CONNECTION "instructions/connection"
#define BENCH_ROUND_TRIP "instructions/round-trip"

/* The work once, between the marks of mark.h; what it took. */
typedef void (*bench_fn)(void *arg);
uint64_t bench_once(bench_fn work, void *arg);

/* The least of so many times: the others met more of the timer's ticks, or found less prepared. */
uint64_t bench_best(unsigned int times, bench_fn work, void *arg);

#define BENCH_TIMES 7

/* Of a dump: what is over in a few ticks is repeated until one run has met the fewest there can be. */
static inline unsigned int bench_times(const struct bench *bench)
{
	return bench->sockets > 10000 ? BENCH_TIMES : 3 * BENCH_TIMES;
}

/* The exporter's: SKSTAT_CHANNEL_ROOM. */
#define BENCH_RECEIVE (512 * 1024)

/* The population, made, by a process of its own: every socket has talked. */
void bench_populate(struct bench *bench);

/* And done away with, by RST: nothing of it is left in TIME_WAIT for who comes next. */
void bench_release(struct bench *bench);

/* So many pairs, from the first one on, say a byte each way. */
void bench_talk(const struct bench *bench, size_t pairs);

#endif
