/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader of the journal, written by docs/PROTOCOL.md alone: the exporter's own is what some tests are about. It keeps
 * a cursor for each CPU, and holds every dump to what the protocol promises.
 */
#ifndef SKSTAT_TEST_JOURNAL_H
#define SKSTAT_TEST_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/netlink.h"

#define JOURNAL_CPUS 64

struct journal {
	struct skstat_netlink *netlink; /* the reader's own; probes are held through it */
	uint64_t instance;		/* 0: not known yet */
	struct {
		bool known;
		uint64_t next;
	} cpu[JOURNAL_CPUS];
	uint64_t events, lost; /* of all dumps so far */
	uint64_t last_events, last_lost; /* of the last one */
};

/* Nonzero stops. */
typedef int (*journal_fn)(const struct skstat_sample *event, uint32_t cpu, void *arg);

/* A connection and no cursors: the first read begins with the oldest events. The program ends if there is no module. */
void journal_open(struct journal *journal);

/* Ends the holds too. */
void journal_close(struct journal *journal);

/* PROBE_SET. 0 or a negative errno. */
int journal_hold(struct journal *journal, uint64_t hold, uint64_t release, struct skstat_error *error);

/* Sets all cursors to where the journal is now. NULL, or what is wrong. */
const char *journal_tail(struct journal *journal);

/*
 * Reads on from the cursors; `fn` may be NULL. NULL, or what is wrong: a refusal, or a promise that was not kept.
 * Promises: each CPU's events have rising numbers, and of what lies between two cursors as many as came and were lost;
 * totals are the sums.
 */
const char *journal_read(struct journal *journal, journal_fn fn, void *arg);

/* A JOURNAL or PROBE_SET request as it stands: for refusals. */
int journal_ask(struct journal *journal, uint8_t cmd, const void *attrs, size_t length, struct skstat_error *error);

/* INFO; the program ends if it is refused. */
void journal_info(struct journal *journal, struct skstat_info *info);

/*
 * DOORBELLs that have come, which are taken out of the socket: without waiting, or (`wait`) after waiting ten seconds at
 * most for the first. To be called between requests.
 */
size_t journal_bells(struct journal *journal, bool wait);

#endif
