/* SPDX-License-Identifier: GPL-2.0 */
/* The families that no row of fields.h makes by itself, by which skstat_model_families() and _document() agree. */
#ifndef SKSTAT_MODEL_FAMILIES_H
#define SKSTAT_MODEL_FAMILIES_H

#include "family.h"

#include "inside.h"

#define SKSTAT_VIEW_LABELS "view,direction,port,family"

/* One call to skstat_model_families(). */
struct skstat_making {
	struct skstat_model *model;
	struct skstat_families *set;
	size_t groups; /* `other` among them */
};

/* A group's series; `last`, if not NULL, is one more label. */
struct skstat_series *skstat_group_series(const struct skstat_making *m, struct skstat_family *family,
					  const struct skstat_view_group *group, const struct skstat_label *last);

/* A group's histogram, whose last ones by bucket are `example`, or NULL. */
void skstat_group_histogram(const struct skstat_making *m, struct skstat_family *family,
			    const struct skstat_view_group *group, const struct skstat_column *column,
			    const struct skstat_measure *measure, const struct skstat_histogram *histogram,
			    const struct skstat_example *example);

/* The group after this one; NULL begins. `other` is the last, once it has been used. */
struct skstat_view_group *skstat_group_next(const struct skstat_making *m, const struct skstat_view_group *group);

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

enum {
	SKSTAT_DERIVED_SOCKETS,
	SKSTAT_DERIVED_CONNECTIONS,
	SKSTAT_DERIVED_CWND_LIMITED,
	SKSTAT_DERIVED_APPLICATION_LIMITED,
	SKSTAT_DERIVED_LISTENERS,
	SKSTAT_DERIVED_OPENED,
	SKSTAT_DERIVED_FAILED,
	SKSTAT_DERIVED_CLOSED,
	SKSTAT_DERIVED_COUNT,
};

struct skstat_derived {
	const char *name, *unit;
	enum skstat_metric_type type;
	const char *help;
};

extern const struct skstat_derived skstat_derived[SKSTAT_DERIVED_COUNT];

#endif
