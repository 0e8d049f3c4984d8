/* SPDX-License-Identifier: GPL-2.0 */
/* A view's configuration, copied with all that it points to, and held against another. Pure. */
#ifndef SKSTAT_MODEL_VIEW_COPY_H
#define SKSTAT_MODEL_VIEW_COPY_H

#include "view_config.h"

/* One block, for free(). NULL: no memory. */
struct skstat_view_config *skstat_view_copy(const struct skstat_view_config *view);

/* Whether both ask for the same, list for list in the same order. */
bool skstat_view_equal(const struct skstat_view_config *a, const struct skstat_view_config *b);

#endif
