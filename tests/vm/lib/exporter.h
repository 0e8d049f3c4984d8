/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skstat_exporter as a process of its own: started, asked, ended. What goes wrong with it fails the test, and shows its
 * log.
 */
#ifndef SKSTAT_TEST_EXPORTER_H
#define SKSTAT_TEST_EXPORTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "exporter_http.h"
#include "scrape.h"
#include "scrape_increase.h"

/*
 * Where they ask it: on a unix socket, so that no connection of the tests' own is among what it counts. It listens on
 * EXPORTER_PORT, its default, as well.
 */
#define EXPORTER_SOCKET "/tmp/skstat-exporter.sock"
#define EXPORTER_PORT "19733"

struct exporter {
	pid_t pid; /* 0: none */
	int out, log; /* what it said on stdout, on stderr */
};

/*
 * Ends one that is there still: a suite that bails out leaves its exporter, for who became nobody does not die with his
 * parent.
 */
void exporter_clear(void);

/* Where the program is: the environment's SKSTAT_EXPORTER, else skstat_exporter on PATH. */
const char *exporter_path(void);

/*
 * Starts it with these options (at least one) and the socket, polling twenty times a second, everything every second
 * time, and waits until it is ready. Where SCALE says that all is slow, it polls less often.
 */
#define exporter_start(exporter, ...) \
	exporter_start_with(exporter, (const char *const[]){ __VA_ARGS__, NULL })
void exporter_start_with(struct exporter *exporter, const char *const *options);

/* The same with these options only, and without waiting. `bare`: as nobody, without a capability. */
void exporter_launch(struct exporter *exporter, bool bare, const char *const *options);

/* Waits for /-/ready to say that status. */
void exporter_await_status(struct exporter *exporter, const char *path, int status);

/* Sends it the signal (0: none), and waits for its end. The exit status; 128 and the signal if one killed it. */
int exporter_end(struct exporter *exporter, int signal);

/* SIGTERM must end it with 0. */
void exporter_stop(struct exporter *exporter);

/* Lets go of what it said, after exporter_end(). */
void exporter_forget(struct exporter *exporter);

/* All that it has said so far, on stdout (`out`) or stderr (`log`); to be freed. */
char *exporter_said(int where);

/* /metrics, as the latest snapshot has it. To be freed. */
void exporter_scrape(struct exporter *exporter, struct scrape *scrape);

/*
 * /metrics after a full poll that began after the call, and not yet stale, so that its gauges are there. `increase`
 * (may be NULL) takes each scrape on the way. To be freed.
 */
void exporter_settle(struct exporter *exporter, struct scrape *scrape, struct increase *increase);

/* Settles, for the sake of `increase` only. */
void exporter_follow(struct exporter *exporter, struct increase *increase);

/* The same with what deltas bring. */
void exporter_follow_delta(struct exporter *exporter, struct increase *increase);

#endif
