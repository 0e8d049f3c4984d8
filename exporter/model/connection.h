/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection in the model: from one record to the next, what it has counted goes to its group.
 */
#ifndef SKSTAT_MODEL_CONNECTION_H
#define SKSTAT_MODEL_CONNECTION_H

#include "inside.h"

/* The first record under its cookie: a newcomer. 0 or -ENOMEM: then nothing has changed. */
int skstat_connection_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4);

/* A later one: of the same connection, or of another one on the same socket, which may have been a listener before. */
void skstat_connection_update(struct skstat_model *model, struct skstat_entry *entry,
			      const struct skstat_sample *sample, bool ipv4);

/* Gives the newcomers their groups, at the end of a poll. */
void skstat_connection_settle(struct skstat_model *model);

#endif
