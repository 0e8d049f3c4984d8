/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events of the journal in the model. They come CPU by CPU, so that a close may be read before its open, and the open
 * of the next connection on a socket before the close of the one before; and they come behind a walk that has seen
 * their effect already, or has not. What holds it together:
 *
 * - The values of an entry are what was counted. A close counts the difference from them to its last figures. Whatever
 *   is taken for whose, the sum of it all is right, as long as each close takes what was counted once.
 * - What was counted of a connection whose socket is another's already is set aside (aside.h) for its close.
 * - A tombstone (tombstone.h) tells an open or a record that comes late from one that is new.
 */
#ifndef SKSTAT_MODEL_EVENT_H
#define SKSTAT_MODEL_EVENT_H

#include "inside.h"

/* Each takes an event of its kind. 0 or -ENOMEM. */
int skstat_opened_take(struct skstat_model *model, const struct skstat_sample *sample);
int skstat_failed_take(struct skstat_model *model, const struct skstat_sample *sample);
int skstat_closed_take(struct skstat_model *model, const struct skstat_sample *sample);
int skstat_listen_started_take(struct skstat_model *model, const struct skstat_sample *sample);
int skstat_listen_stopped_take(struct skstat_model *model, const struct skstat_sample *sample);

/* The groups that an event is counted to by itself, without an entry. Good until the poll ends. */
struct skstat_membership *skstat_event_membership(struct skstat_model *model, const struct skstat_sample *sample);

/* Whether a walk saw the entry as it is after that moment. */
bool skstat_entry_seen_after(const struct skstat_model *model, const struct skstat_entry *entry, uint64_t time_ns);

#endif
