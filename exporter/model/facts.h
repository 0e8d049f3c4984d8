/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a record or an event says of a socket by which it can be grouped. Raw: names are found when it goes to its
 * groups (subject.h), for some are not known before the end of a poll.
 */
#ifndef SKSTAT_MODEL_FACTS_H
#define SKSTAT_MODEL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <skstat/record.h>

struct skstat_model;
struct skstat_sample;

struct skstat_facts {
	uint64_t netns;
	uint64_t cgroup;
	struct skstat_addr remote; /* mapped */
	struct skstat_name congestion;
	uint32_t known;		   /* SKSTAT_LABEL_BIT(): of cgroup, uid, mark and interface those that it tells */
	uint32_t ifindex, mark, uid;
	uint16_t sport, dport;
	uint8_t state;
	bool ipv4;
};

/*
 * Ends, family and state always; of the rest what some view needs, and the source has. What an OPENED is about has
 * opened: it is in ESTABLISHED.
 */
void skstat_facts_take(const struct skstat_model *model, const struct skstat_sample *sample, bool ipv4,
		       struct skstat_facts *facts);

#endif
