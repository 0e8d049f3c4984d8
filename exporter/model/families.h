/* SPDX-License-Identifier: GPL-2.0 */
/* The families that no row of fields.h makes by itself, by which skstat_model_families() and _document() agree. */
#ifndef SKSTAT_MODEL_FAMILIES_H
#define SKSTAT_MODEL_FAMILIES_H

#include "derived.h"
#include "family.h"
#include "inside.h"

#define SKSTAT_VIEW_LABELS "view,direction,port,family"

/* Edges in the set's own words. */
struct skstat_edges_made {
	const struct skstat_measure *measure;
	const double *edge;
};

/* One call to skstat_model_families(). */
struct skstat_making {
	struct skstat_model *model;
	struct skstat_families *set;
	size_t groups; /* of all views, `other` among them */
	/* In the set's own words: of the views, and of labels. */
	const char *name[SKSTAT_VIEWS_MAX], *label_name[__SKSTAT_LABEL_MAX];
	struct skstat_edges_made *edges; /* the last ones: groups of one view have the same */
};

/* A group's series; `last`, if not NULL, is one more label. */
struct skstat_series *skstat_group_series(const struct skstat_making *m, struct skstat_family *family,
					  const struct skstat_view_group *group, const struct skstat_label *last);

/* A group's histogram, whose last ones by bucket are `example`, or NULL. */
void skstat_group_histogram(const struct skstat_making *m, struct skstat_family *family,
			    const struct skstat_view_group *group, const struct skstat_column *column,
			    const struct skstat_histogram *histogram, const struct skstat_example *example);

/*
 * The group after this one, of the views that show what has that number (shape.h); NULL begins. `other` is the last of
 * a view, once it has been used.
 */
struct skstat_view_group *skstat_group_next(const struct skstat_making *m, size_t shown,
					    const struct skstat_view_group *group);

/* Whether some view does. */
bool skstat_views_show(const struct skstat_making *m, size_t shown);

/* What the views are: view_families.c. The first gives each group its labels. */
void skstat_views_label(struct skstat_making *m);
void skstat_view_families(const struct skstat_making *m);
void skstat_view_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

/* Those that stand out: top_families.c. */
void skstat_top_families(const struct skstat_making *m);
void skstat_top_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

/* What events make: life_families.c. */
void skstat_life_families(const struct skstat_making *m);

/* By namespace: netns_families.c. */
void skstat_sockets_families(const struct skstat_making *m);
void skstat_mib_families(const struct skstat_making *m);

/* What the probes have counted, and measured: cell_families.c, hist_families.c. */
void skstat_cell_families(const struct skstat_making *m);
void skstat_cell_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);
void skstat_hist_families(const struct skstat_making *m);
void skstat_hist_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

/* What both have in common: cell_room.c. A series with the labels of one of the table's. */
struct skstat_series *skstat_cell_series_show(const struct skstat_making *m, struct skstat_family *family,
					      const struct skstat_cell_table *table,
					      const struct skstat_cell_series *series);

/* Whether a table has been held. */
bool skstat_cell_is_shown(const struct skstat_cells *cells, uint32_t id);

/* How much of its room each table that has been held has used: gauges and counters of one label. */
struct skstat_cell_room {
	const char *label;
	struct skstat_family_doc series, folded;
};
void skstat_cell_room_families(const struct skstat_making *m, const struct skstat_cells *cells,
			       const struct skstat_cell_room *room);
void skstat_cell_room_document(const struct skstat_cell_shape *shape, const struct skstat_cell_room *room,
			       void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
