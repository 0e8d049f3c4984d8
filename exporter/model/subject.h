/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A socket on its way to its groups: its facts with their names. What is not known is "". Made once for all views; only
 * what some view needs is looked up.
 */
#ifndef SKSTAT_MODEL_SUBJECT_H
#define SKSTAT_MODEL_SUBJECT_H

#include "facts.h"
#include "view.h"

/* Of a connection or listener, decided once: direction.h. */
struct skstat_service {
	uint8_t direction; /* enum skstat_direction */
	bool ephemeral;	   /* the port means nothing */
	uint16_t port;
};

struct skstat_subject {
	const struct skstat_facts *facts;
	const struct skstat_service *service;
	const char *netns, *cgroup, *interface;
	char comm[sizeof(struct skstat_name) + 1], congestion[sizeof(struct skstat_name) + 1];
	bool unnamed;	    /* its namespace, which a view needs, has no name yet */
	char number[2][32]; /* of the cgroup, of the interface, where there is no name */
};

/* `comm` by skstat_comm_choose(). Good until the next one, as long as `facts` and `service` are. */
void skstat_subject_make(const struct skstat_model *model, const struct skstat_facts *facts,
			 const struct skstat_service *service, const struct skstat_name *comm,
			 struct skstat_subject *subject);

/* Whether it is what the view is of. */
bool skstat_subject_matches(const struct skstat_subject *subject, const struct skstat_view_match *match);

/* The same of a state alone. */
static inline bool skstat_state_matches(uint8_t state, const struct skstat_view_match *match)
{
	return !match->states || match->states & 1u << state;
}

#endif
