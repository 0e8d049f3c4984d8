/* SPDX-License-Identifier: GPL-2.0 */
/* Which groups a subject belongs to, view by view. */
#ifndef SKSTAT_MODEL_PLACEMENT_H
#define SKSTAT_MODEL_PLACEMENT_H

#include "inside.h"
#include "subject.h"

/*
 * Its membership. `was`: the one that it has, or NULL. A socket stays where it is, in a view, whatever its record says
 * by now, but for its state, and for the name of a namespace that had none. Never NULL: without memory it is in
 * `other`.
 */
struct skstat_membership *skstat_placement_find(struct skstat_model *model, const struct skstat_subject *subject,
						const struct skstat_membership *was);

#endif
