/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection in the model: from one record to the next, what it has counted goes to its group. Walks are here; what
 * events do is in event.h.
 */
#ifndef SKSTAT_MODEL_CONNECTION_H
#define SKSTAT_MODEL_CONNECTION_H

#include "difference.h"
#include "inside.h"

/* The first record under its cookie: a newcomer. 0 or -ENOMEM: then nothing has changed. */
int skstat_connection_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4);

/* A later one: of the same connection, or of another one on the same socket, which may have been a listener before. */
void skstat_connection_update(struct skstat_model *model, struct skstat_entry *entry,
			      const struct skstat_sample *sample, bool ipv4);

/*
 * Every difference that is counted goes through here: what a connection of that namespace moved, to its group. Called
 * for each record and each close.
 */
void skstat_connection_count(struct skstat_model *model, struct skstat_view_group *group, uint64_t netns,
			     const struct skstat_difference *difference);

/* The peer's FIN: noted when it comes, and taken off bytes_received, once. */
void skstat_fin_note(struct skstat_entry *entry, const struct skstat_sample *sample);
void skstat_fin_take(struct skstat_entry *entry, struct skstat_difference *difference);

/* The entry's time without anything to send, up to `now_ns`; `state` is the one that it is in then. */
void skstat_connection_idle(const struct skstat_model *model, struct skstat_entry *entry, uint8_t state, uint64_t busy,
			    uint64_t now_ns);

/* Whether it sent or received anything. */
bool skstat_difference_active(const struct skstat_difference *difference);

/*
 * The socket goes over to another connection, or to a listener, and the CLOSED of this one may not have been read: what
 * was counted is set aside. `until_ns`: it closed before that; 0: not known. Without a journal nothing is kept.
 */
void skstat_connection_set_aside(struct skstat_model *model, const struct skstat_entry *entry, uint64_t until_ns);

#endif
