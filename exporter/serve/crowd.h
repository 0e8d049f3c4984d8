/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections of one listener, so that there is room for who comes: above a limit, who has waited for nothing for
 * longest is sent away. From any thread.
 */
#ifndef SKSTAT_SERVE_CROWD_H
#define SKSTAT_SERVE_CROWD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who is being answered has so long for it before it counts as one that waits for nothing. */
#define SKSTAT_CROWD_PATIENCE_NS UINT64_C(10000000000)

/* Who has come or was answered just now may be about to ask, and stays while there is some room beyond the limit. */
#define SKSTAT_CROWD_YOUNG_NS UINT64_C(1000000000)

struct skstat_visit;

struct skstat_crowd_queue {
	struct skstat_visit *first; /* the longest there; NULL: nobody is */
};

struct skstat_crowd {
	pthread_mutex_t lock;		/* of all below, and of the visits */
	unsigned int limit, most;	/* beyond `limit` the old go, at `most` the young, too */
	unsigned int count;		/* those who were not sent away */
	struct skstat_crowd_queue idle; /* who has not asked for anything, or has its answer */
	struct skstat_crowd_queue busy; /* who is being answered */
};

/* A connection, in its owner's memory. Only crowd.c looks inside. */
struct skstat_visit {
	struct skstat_visit *prev, *next;
	struct skstat_crowd_queue *queue; /* NULL: it was sent away */
	int fd;
	uint64_t since_ns; /* that it is in this queue */
};

/*
 * How many connections each of so many listeners may have, for the `wanted`: this process may open as many files as
 * `times` skstat_crowd_most() of it for each, or as few as were possible (RLIMIT_NOFILE, which it raises).
 */
unsigned int skstat_crowd_room(unsigned int wanted, size_t listeners, unsigned int times);

/* How many there are at most with that limit, unless all are being answered: then there is no end to it here. */
unsigned int skstat_crowd_most(unsigned int limit);

void skstat_crowd_init(struct skstat_crowd *crowd, unsigned int limit);
void skstat_crowd_destroy(struct skstat_crowd *crowd);

/*
 * Somebody comes. Whether another was sent away for it: its socket is shut down, and its owner finds it closed. Nobody
 * is, where all are being answered.
 */
bool skstat_crowd_enter(struct skstat_crowd *crowd, struct skstat_visit *visit, int fd, uint64_t now_ns);

/* It has asked, and has its answer. */
void skstat_crowd_ask(struct skstat_crowd *crowd, struct skstat_visit *visit, uint64_t now_ns);
void skstat_crowd_answered(struct skstat_crowd *crowd, struct skstat_visit *visit, uint64_t now_ns);

/* Before its socket is closed: no other is taken for it. */
void skstat_crowd_leave(struct skstat_crowd *crowd, struct skstat_visit *visit);

#endif
