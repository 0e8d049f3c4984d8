/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that have talked and are about to end, and what their ends have in common.
 */
#ifndef SKSTAT_TEST_LIFE_END_H
#define SKSTAT_TEST_LIFE_END_H

#include "life.h"

/* A listener at the server's side, and a connection to it that has talked and is quiet. */
struct scene {
	struct end listener;
	struct ends ends;
};

#define SCENE_FROM_CLIENT 1234
#define SCENE_FROM_SERVER 56789

struct scene scene_make(enum pair_family family, uint16_t port);

/* Closes what is open still. The ends' events are to be taken before, the listener's is taken here. */
void scene_free(struct scene *scene);

/* An ABORT: its RST is the socket's own segment, and the last one. */
void scene_is_abort(const struct skstat_sample *closed);

/* A RESET_RECEIVED by a socket whose descriptor is open. */
void scene_is_reset(const struct skstat_sample *closed, const struct end *end);

/*
 * Ends it in order, the client first, and takes both CLOSED, whose counters are held against the sockets' own. The
 * server's is returned.
 */
const struct skstat_sample *life_finish(struct ends *ends);

#endif
