/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter's suites stand on: the module, a port range that leaves room for servers, namespaces with a name, a
 * wire between two of them.
 */
#ifndef SKSTAT_TEST_EXPORTER_STAGE_H
#define SKSTAT_TEST_EXPORTER_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ns.h"
#include "pair.h"

/* Ports of the namespaces that a test makes, and from here on of this one: a server's is below. */
#define STAGE_RANGE "32768\t60999"

/* Loads the module, sets the port range, ends exporters that were left; and takes the range back. */
void stage_set(void);
void stage_clear(void);

/* A namespace with that name in /run/netns, lo up. */
struct ns stage_ns_named(const char *name);
void stage_ns_unname(const char *name);

/* Two namespaces, and veth from one to the other; TCP asks for ECN, and hands over one segment at a time. */
struct wire {
	struct ns end[2];
};

/* False, with a note, where the kernel has no veth or no netem. */
bool wire_make(struct wire *wire);

/* What both ends' queueing discipline does from now on: "netem loss 3%". */
bool wire_set(const char *rule);

/* A connection from end 0 to a server on `port` at end 1. The listener is the caller's to close. */
struct pair wire_open(const struct wire *wire, uint16_t port, int *listener);

void wire_free(struct wire *wire);

#endif
