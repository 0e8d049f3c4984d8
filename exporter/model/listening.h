/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A listening socket in the model: its queues are gauges of its group, what it drops is counted there. Where it
 * listens, for those who look for the listener of a connection, is listener.h's.
 */
#ifndef SKSTAT_MODEL_LISTENING_H
#define SKSTAT_MODEL_LISTENING_H

#include "inside.h"

/* The first record under its cookie. 0 or -ENOMEM: then nothing has changed. */
int skstat_listening_add(struct skstat_model *model, const struct skstat_sample *sample, bool ipv4);

/* A later one, of a socket that may have been connected before, or have listened elsewhere. 0 or -ENOMEM likewise. */
int skstat_listening_update(struct skstat_model *model, struct skstat_entry *entry,
			    const struct skstat_sample *sample, bool ipv4);

#endif
