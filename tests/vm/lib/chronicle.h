/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader of the journal that keeps all it was told. A test takes the events that it expects, one by one, and then
 * none must be left: so each was there once, under its own name, and nothing else.
 */
#ifndef SKSTAT_TEST_CHRONICLE_H
#define SKSTAT_TEST_CHRONICLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source.h"
#include "tcpinfo.h"

struct chronicle {
	struct skstat_source *source;
	struct chronicle_event {
		struct skstat_sample sample;
		bool taken;
	} **event; /* in the order in which they were read */
	size_t count, room;
};

/* Holds the probes, from the journal's tail; the program ends if one of them cannot be had. */
void chronicle_open(struct chronicle *chronicle, uint64_t probes);

/* Lets go of them. */
void chronicle_close(struct chronicle *chronicle);

/* Reads what there is; fails the test if something was lost. */
void chronicle_read(struct chronicle *chronicle);

/* Reads, and forgets everything. */
void chronicle_forget(struct chronicle *chronicle);

/* Which event is meant. What is 0 may be anything. */
struct chronicle_wish {
	uint64_t cookie;
	uint64_t netns;
	uint16_t sport, dport;
	enum skstat_kind kind;
};

/*
 * Takes the oldest event, by its own time, that is meant and was not taken yet; waits for one. The test fails if none
 * comes for a minute. The event stays where it is until the journal is forgotten.
 */
const struct skstat_sample *chronicle_take(struct chronicle *chronicle, const struct chronicle_wish *wish);

/* The same, and leaves it to be taken. */
const struct skstat_sample *chronicle_see(struct chronicle *chronicle, const struct chronicle_wish *wish);

/* Events that nobody has taken, of these namespaces (their ids): says which ones and returns how many. */
size_t chronicle_left(struct chronicle *chronicle, const uint64_t *netns, size_t count);

/* One line about an event. */
void chronicle_show(const struct skstat_sample *event);

/* "refused", "fin_local", ...: the event's kind, by the record's. */
const char *chronicle_kind_name(const struct skstat_sample *event);

/* The figures of a CLOSED, in TCP_INFO's terms. Says which ones differ, and returns how many. */
size_t chronicle_differs(const struct skstat_sample *closed, const struct tcpinfo *info);

/* The same of the counters alone, not of what is measured. */
size_t chronicle_counters_differ(const struct skstat_sample *closed, const struct tcpinfo *info);

#endif
