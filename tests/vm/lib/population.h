/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A population of sockets of which everything that matters is known: what was made is written down, so that a dump can
 * be held against it. Sockets are made in the namespace that the caller is in; one population may span several.
 */
#ifndef SKSTAT_TEST_POPULATION_H
#define SKSTAT_TEST_POPULATION_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <skstat/record.h>

#include "pair.h"

struct member {
	int fd; /* -1 where no descriptor stands for it: not accepted, TIME_WAIT, SYN_RECV */
	uint8_t kind;
	uint8_t state;
	uint8_t family;
	uint32_t inode; /* of its namespace */
	uint16_t sport, dport;
	struct skstat_addr saddr, daddr; /* as a record has them */
	bool transient;	/* it retransmits or its timer runs: its figures do not stand still */
};

struct population {
	struct member *member;
	size_t count, room;
};

/* Writes down the socket `fd` as it is now. Returns its place. */
size_t population_note(struct population *population, int fd, uint8_t kind, uint8_t state);

/* Writes down the other end of member `of`, which no descriptor stands for. */
size_t population_note_peer(struct population *population, size_t of, uint8_t kind, uint8_t state);

/* Both ends, ESTABLISHED. */
void population_note_pair(struct population *population, struct pair pair);

/* `n` established pairs that have talked: 100 + i % 50 bytes one way, 300 + i % 70 back. And their listener. */
void population_pairs(struct population *population, enum pair_family family, size_t n);

/* `n` listeners, each with `queued` connections that nobody accepts. */
void population_listeners(struct population *population, enum pair_family family, size_t n, size_t queued);

/* `n` sockets in TIME_WAIT (they last a minute), nothing left of their peers but the listener. */
void population_time_wait(struct population *population, enum pair_family family, size_t n);

/* `n` pairs in FIN_WAIT2 and CLOSE_WAIT; of every second pair the former has no owner and is a TIMEWAIT record. */
void population_half_closed(struct population *population, enum pair_family family, size_t n);

/* `n` connections in SYN_SENT and SYN_RECV, whose SYN-ACK is never heard. They retransmit. */
void population_embryonic(struct population *population, enum pair_family family, size_t n);

/* FIN_WAIT1, CLOSING and LAST_ACK, and their peers: closed behind data that the peer does not take. */
void population_stuck(struct population *population, enum pair_family family);

/* How many members of a namespace are in that state. */
size_t population_by_state(const struct population *population, uint32_t inode, uint8_t state);

/* The cookie of a member that has a descriptor. The kernel draws it if nobody has asked before. */
uint64_t population_cookie(const struct member *member);

/* Closes what is open and forgets the members. */
void population_free(struct population *population);

#endif
