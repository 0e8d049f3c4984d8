/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the ledger share: a kernel's counters, and what a connection brings to a book. */
#ifndef SKSTAT_TESTS_LEDGER_KIT_H
#define SKSTAT_TESTS_LEDGER_KIT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ledger.h"

/* The counters of a namespace, at places that are not the ledger's own. */
struct counts {
	uint64_t tcp[4], ext[4], own[1];
};
#define PASSIVE_OPENS  tcp[0]
#define OUT_RSTS       tcp[1]
#define RETRANS_SEGS   tcp[2]
#define OUT_SEGS       tcp[3]
#define COOKIES_RECV   ext[0]
#define DELIVERED      ext[1]
#define EMBRYONIC_RSTS ext[2]
#define COOKIES_SENT   ext[3]
#define SYNACK_RETRANS own[0]

#define COUNTS 9
extern struct skstat_schema_counter counts_schema[COUNTS];

/* As the source gives them, of namespace 1; `own`: what the module counts, too. It points into `counts`. */
struct skstat_mib counts_mib(const struct counts *counts, bool own);

/* Of a source that has all there is. */
struct skstat_ledger ledger_new(bool journal);

/* A connection has gained that. */
void book_count(struct skstat_book *book, uint32_t segs_out, uint32_t total_retrans, uint32_t delivered);

/* An event of kind OPENED, FAILED or CLOSED in namespace 1; `what`: its event_kind. */
struct skstat_sample event(enum skstat_kind kind, uint8_t what, uint8_t direction, uint32_t flags);
void book_tell(struct skstat_book *book, struct skstat_sample sample);

/* The kernel's counters are read, those of the module among them. */
void book_see(struct skstat_book *book, const struct skstat_ledger *ledger, const struct counts *counts);

#endif
