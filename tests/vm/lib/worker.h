/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that do one thing over and over beside the test, until they are told to stop.
 */
#ifndef SKSTAT_TEST_WORKER_H
#define SKSTAT_TEST_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Shared by all of a crew and the test. */
struct crew {
	bool stop;
	uint64_t rounds[16]; /* by worker: how often its work was done */
	char complaint[256]; /* of the first that found something wrong; "" */
	size_t count;
	pid_t pid[16];
};

/* Does the work once. Returns NULL or what is wrong; `round` counts from 0. */
typedef const char *(*worker_fn)(void *arg, uint64_t round);

struct crew *crew_make(void);

/* Forks a worker; returns its number. */
size_t crew_add(struct crew *crew, worker_fn work, void *arg);

/* Waits until the worker has done its work `more` times more, or somebody complained. */
void crew_await(struct crew *crew, size_t worker, uint64_t more);

/* Ends all workers and waits for them. Returns the complaint, or NULL; one that died otherwise is one too. */
const char *crew_dismiss(struct crew *crew);

void crew_free(struct crew *crew);

#endif
