/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One SOCK dump, collected and indexed. The client library reads; here what it gave is kept, and the promises that hold
 * for every dump are checked.
 */
#ifndef SKSTAT_TEST_DUMP_H
#define SKSTAT_TEST_DUMP_H

#include <stddef.h>
#include <stdint.h>

#include "source/netlink.h"

struct dump {
	struct skstat_sample *sample; /* sockets, in the order they came */
	size_t count, room;
	struct skstat_sample *ns; /* KIND_NETNS */
	size_t ns_count, ns_room;
	struct skstat_totals totals;
	uint32_t *index; /* by cookie: open addressing, place + 1 */
	size_t mask;
};

/* Whether a run's group may end before this field where no socket has anything to say there: docs/PROTOCOL.md. */
bool dump_may_lack(const struct skstat_field *field);

/* A connection to the module; the program ends if there is none. */
struct skstat_netlink *dump_connect(void);

/*
 * Takes a dump that must succeed, and in which must hold: visited = emitted + filtered + idle + gone; emitted is the
 * number of records; the states of all NETNS records add up to visited - gone. A failure of this fails the test.
 */
void dump_take(struct dump *dump, struct skstat_netlink *netlink, const struct skstat_query *query);

/* The same without the asserts, for processes that run no test: what is wrong, or NULL. */
const char *dump_try(struct dump *dump, struct skstat_netlink *netlink, const struct skstat_query *query);

/* The first record of that cookie, or NULL. */
const struct skstat_sample *dump_find(const struct dump *dump, uint64_t cookie);

/* How many records have it. */
size_t dump_times(const struct dump *dump, uint64_t cookie);

/* The NETNS record of the namespace with that inode, or NULL. */
const struct skstat_netns *dump_ns(const struct dump *dump, uint32_t inode);

/* The counter of a state in a NETNS record. */
uint32_t dump_ns_state(const struct skstat_netns *ns, uint8_t state);

void dump_free(struct dump *dump);

#endif
