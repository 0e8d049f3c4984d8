/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites of connections' lives stand on: a road between two namespaces, the journal followed, and each event
 * of a test taken by somebody, in the order in which it must come. Sides are enum road_end: ROAD_CLIENT, ROAD_SERVER.
 */
#ifndef SKSTAT_TEST_LIFE_H
#define SKSTAT_TEST_LIFE_H

#include <sys/types.h>

#include "chronicle.h"
#include "road.h"

struct life {
	struct road road;
	struct chronicle chronicle;
	uint64_t netns[2]; /* the module's ids of the sides */
	uint32_t hz;
};

extern struct life life;

/* For a group of tests: the module, a road with a router, and all probes but `accept` held. And back. */
int life_setup(void **state);
int life_teardown(void **state);

/* Opens the journal again, in a test that closed it. */
void life_hold(void);

/*
 * Around each test. The end fails it if there is an event of the sides that nobody has taken; it takes away what
 * road_shape() has set.
 */
int life_begin(void **state);
int life_end(void **state);

/* One end of a connection. */
struct end {
	int fd; /* -1: closed */
	enum road_end side;
	uint64_t cookie;
	uint64_t opened; /* its OPENED's time, 0: none was taken */
};

/* The socket `fd` at that side. */
struct end end_of(int fd, enum road_end side);

/* A new socket at that side, not connected. */
struct end end_make(enum road_end side, enum pair_family family);

void end_close(struct end *end);

/* Listens at that side, and takes the event of it; closes it, and takes that. */
struct end life_listen(enum road_end side, enum pair_family family, uint16_t port, int backlog);
struct end life_listen_on(int fd, enum road_end side, enum pair_family family, uint16_t port, int backlog);
void life_unlisten(struct end *listener);

/* The event alone, of one that was closed. */
void life_listen_stopped(const struct end *listener);

/* accept(): there is somebody. */
struct end life_accept(const struct end *listener);

/* A connection to a listener at the server's side, both ends' OPENED (handshake) taken. */
struct ends {
	struct end client, server;
	uint32_t unheard; /* segments of the client that no socket counted, for there was a request still */
	uint32_t synacks; /* segments to the client that no socket counted: the SYN-ACK */
} life_join(const struct end *listener, enum pair_family family, uint16_t port);

/* Sends and receives so many bytes, and waits until all is acknowledged and nothing is on its way. */
void life_talk(struct ends *ends, size_t from_client, size_t from_server);

/* Waits until nothing is on its way and no ACK is waited with: every segment is counted at both ends. */
void life_quiet(struct ends *ends);

/* The events. Each takes the next one of that socket and fails the test unless it is this. `err` -1: any. */
const struct skstat_sample *life_opened(struct end *end, enum skstat_open kind, uint8_t direction);
const struct skstat_sample *life_failed(const struct end *end, enum skstat_fail kind, int err);
const struct skstat_sample *life_closed(const struct end *end, enum skstat_close kind);

/*
 * A socket without a descriptor, by its next event, which is of this kind and left to be taken: one of `side` with
 * these ports; 0: any.
 */
struct end life_unseen(enum road_end side, uint16_t sport, uint16_t dport, enum skstat_kind kind);

/* This very process called connect() or listen(), says the event. */
void life_is_mine(const struct skstat_sample *event);

/* Whether one of the SKSTAT_EVENT_* is set. */
bool life_has(const struct skstat_sample *event, uint32_t flags);

/* Waits for a child to end as it should. */
void life_reap(pid_t child);

/* The counters of a CLOSED are those that the socket, whose descriptor is open still, has now. */
void life_is_final(const struct skstat_sample *closed, const struct end *end);

/* What a socket's counters were, and what its end has added to them since: nobody can ask a closed socket. */
struct last {
	struct tcpinfo info;
	uint32_t out, in;  /* segments */
	uint32_t received; /* of them a FIN */
	uint32_t acked;	   /* by the peer, likewise */
};
struct last life_last(const struct end *end);

/* The counters of a CLOSED are those. */
void life_is_last(const struct skstat_sample *closed, const struct last *last);

/* close() that aborts. */
void life_linger(const struct end *end);

#endif
