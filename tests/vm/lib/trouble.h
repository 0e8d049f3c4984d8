/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections in trouble: loss, silence, reordering, marks. Each function adds to a population, in the namespace that
 * the caller is in, and waits until the kernel's own TCP_INFO shows that the trouble is there.
 */
#ifndef SKSTAT_TEST_TROUBLE_H
#define SKSTAT_TEST_TROUBLE_H

#include <stdbool.h>

#include "ns.h"
#include "population.h"

/* Data that is never acknowledged: timeouts, backoff; and one whose peer came back. */
void trouble_silence(struct population *population);

/* A segment that never arrives, with others behind it that do: SACK, recovery, a queue out of order. */
void trouble_hole(struct population *population);

/* Acknowledgements that get lost: the peer reports duplicates. */
void trouble_duplicates(struct population *population);

/* Keepalive and window probes without an answer. */
void trouble_probes(struct population *population);

/*
 * The next ones want tc and its queueing disciplines on lo: false without. Each makes a namespace of its own, which is
 * the caller's to close.
 */

/* Delay, loss, reordering and duplicates on the way; a small send buffer. */
bool trouble_wire(struct population *population, struct ns *ns);

/* Marks (CE) instead of losses: ECN, DCTCP and, where the kernel has it, accurate ECN. */
bool trouble_marks(struct population *population, struct ns *ns);

/* Segments that wait in a queueing discipline. */
bool trouble_queueing(struct population *population, struct ns *ns);

#endif
