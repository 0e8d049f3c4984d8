/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A part of the metrics: those that a request names by collect[]= and view=. What is chosen is a set of its own over
 * the snapshot's series, so that no format knows of it, and who wants all pays nothing. Pure.
 */
#ifndef SKSTAT_SERVE_SELECT_H
#define SKSTAT_SERVE_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/family.h"
#include "source/error.h"

#define SKSTAT_SELECT_MAX 64 /* of each */

/*
 * What a request names; all zeros: nothing, which is everything. `collect` are names of families, with or without
 * `_total`, shell patterns of such, or names of collectors; `view` are names of views. Without `collect`, only what has
 * the label `view` can be of a view; with it, what has none is taken for itself.
 */
struct skstat_selection {
	const char *collect[SKSTAT_SELECT_MAX];
	size_t collects;
	const char *view[SKSTAT_SELECT_MAX];
	size_t views;
};

/*
 * One parameter of a request; others than those two are passed over. Its strings must outlive the selection. 0 or
 * -EINVAL and a sentence.
 */
int skstat_selection_add(struct skstat_selection *selection, const char *name, const char *value,
			 struct skstat_error *error);

static inline bool skstat_selection_is_all(const struct skstat_selection *selection)
{
	return !selection->collects && !selection->views;
}

/*
 * What of `set` is chosen, which must outlive it; for skstat_select_free(). NULL: -EINVAL and a sentence that says what
 * there is, where something of that name is not; or -ENOMEM.
 */
struct skstat_families *skstat_select_make(const struct skstat_families *set, const struct skstat_selection *selection,
					   struct skstat_error *error);

/* The same without looking whether there is what is named. NULL: no memory. */
struct skstat_families *skstat_select_choose(const struct skstat_families *set,
					     const struct skstat_selection *selection);

/* Of what either made. NULL is fine. */
void skstat_select_free(struct skstat_families *selected);

#endif
