/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes that are held, by a netlink socket of its own: a hold goes with its socket, which therefore must not be the
 * one that a timeout of some request closes; and DOORBELLs come to it unasked.
 *
 * For exporter/source alone; others see source.h.
 */
#ifndef SKSTAT_SOURCE_HOLD_H
#define SKSTAT_SOURCE_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink.h"

/* Zeroed by the owner before it is used first: nothing is held. */
struct skstat_hold {
	struct skstat_netlink *netlink; /* NULL: nothing was held yet, or it was let go */
	uint64_t instance;		/* of the module that holds */
	uint64_t probes;		/* held; SKSTAT_PROBE_BIT() */
	uint64_t timeout_ns;		/* of requests; 0: none */
};

/*
 * Holds `probes` and no others, of the module that is loaded now: hold->instance then says which that is. Probes that
 * cannot be attached, `life` excepted, are left out: hold->probes. 0: all is let go.
 *
 * 0 or a negative errno; then what was held before may be lost, which skstat_hold_is_of() tells.
 */
int skstat_hold_set(struct skstat_hold *hold, uint64_t probes, struct skstat_error *error);

/* Whether something is held, by that instance. */
bool skstat_hold_is_of(const struct skstat_hold *hold, uint64_t instance);

/* The socket where bells come, to poll; -1: nothing is held. It is the hold's. */
int skstat_hold_bell(const struct skstat_hold *hold);

/* Takes in the bells that came, and says how many. */
uint64_t skstat_hold_bell_take(struct skstat_hold *hold);

void skstat_hold_set_timeout(struct skstat_hold *hold, uint64_t ns);

/* Lets go of all; the timeout stays. */
void skstat_hold_release(struct skstat_hold *hold);

#endif
