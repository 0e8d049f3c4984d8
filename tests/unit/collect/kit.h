/* SPDX-License-Identifier: GPL-2.0 */
/* What tests of the collector start with: a poller on a clock of the test's own, or a collector on the real one. */
#ifndef SKSTAT_TESTS_COLLECT_KIT_H
#define SKSTAT_TESTS_COLLECT_KIT_H

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/collect.h"
#include "collect/poller.h"
#include "fakes.h"

#define SECOND 1000000000ull
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern struct skstat_config config;
extern struct skstat_self self;
extern struct skstat_error error;
extern struct skstat_poller *poller;
extern struct skstat_poll_result result;
extern uint64_t due;
extern struct skstat_store *store;

/* The options' defaults, but without a journal and other probes. */
void defaults(void);

/* As above, with polls of 10 ms on the real clock, so many of them; 0: without an end. */
void fast(uint64_t loops);

/* A poller with `config`, over a source that follows the script. */
void poller_new(const struct step *step, size_t count, const char *name);

/* The same with the defaults. */
void poller_start(const struct step *step, size_t count, const char *name);
void poller_stop(void);

/* One poll a second. Whether it did what is wanted, and nothing else. */
void poll_is(const char *wanted, int err);

/* Likewise what the poller does when the bell rings. */
void answer_is(const char *wanted, bool answered);

/* Runs a collector with `config` to its end; the store is the caller's to free. */
int collect(const struct step *step, size_t count);

/* What is logged is looked at, not shown: of a group's setup. */
int log_take(void **state);

/* From here on. collect() calls it. */
void log_start(void);

/* The log since then without its stamps: "info x|error y|". */
const char *logged(void);

#endif
