/* SPDX-License-Identifier: GPL-2.0 */
/* How newcomers (newcomer.h) and connections that events announced come to their groups. */
#ifndef SKSTAT_MODEL_NEWCOMERS_H
#define SKSTAT_MODEL_NEWCOMERS_H

#include "inside.h"

/* The first record under its cookie. 0 or -ENOMEM: then nothing has changed. */
int skstat_newcomer_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4, bool whole);

/* Gives the newcomers their groups, at the end of a poll. */
void skstat_newcomers_settle(struct skstat_model *model);

/* Its place among the newcomers, or NULL: it is settled. */
struct skstat_newcomer *skstat_newcomer_of(const struct skstat_model *model, const struct skstat_entry *entry);

/* One alone, because it closes, or is another one from now on. */
void skstat_newcomer_settle(struct skstat_model *model, struct skstat_newcomer *newcomer);

/*
 * A connection that an event announced before any walk brought it, and whose process was not known: into its groups,
 * with what there is to know now, by a record or its close; NULL: no more than the event told. Flag OPENING.
 */
void skstat_opening_settle(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample);

/* One of these, or one that has its group: into a group, before it is set aside or goes. */
void skstat_entry_settle(struct skstat_model *model, struct skstat_entry *entry);

#endif
