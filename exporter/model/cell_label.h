/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of cells as labels: which a table has, and what their values are called. Pure.
 *
 * A column is one label, but for a device, which is two: its name and its namespace. A value that is none, and so is 0
 * in the key, has no label (the first of the congestion states has the number 0, and is one); what the module folded is
 * `other`; what has no name here is `unknown`.
 */
#ifndef SKSTAT_MODEL_CELL_LABEL_H
#define SKSTAT_MODEL_CELL_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/histograms.h>
#include <skstat/tables.h>

#include "cell_name.h"
#include "namespaces.h"

#define SKSTAT_CELL_LABELS (SKSTAT_KEY_COLUMNS + 1)

/* A row of tables.h or of histograms.h. */
struct skstat_cell_table {
	const char *name;   /* "drop" */
	const char *metric; /* "skstat_dropped_packets"; of a histogram, without its unit */
	const char *help;
	uint64_t probe; /* SKSTAT_PROBE_BIT() of the one that counts into it, or of each that does */
	enum skstat_key_column column[SKSTAT_KEY_COLUMNS];
};

/* By enum skstat_table_id, and by enum skstat_histogram_id; the first of each is empty. */
extern const struct skstat_cell_table skstat_cell_tables[__SKSTAT_TABLE_MAX];
extern const struct skstat_cell_table skstat_hist_tables[__SKSTAT_HISTOGRAM_MAX];

/* The table's labels' names, in order; how many there are. */
size_t skstat_cell_label_names(const struct skstat_cell_table *table, const char *name[SKSTAT_CELL_LABELS]);

/* The same for people, as struct skstat_family_doc wants it: "reason,function,...", "cause=syn|rto|...,state,...". */
void skstat_cell_labels_document(const struct skstat_cell_table *table, char *text, size_t size);

/* A column's name for that value, of those that are few and known; NULL: there is none. */
const char *skstat_cell_value_name(enum skstat_key_column column, uint32_t value);

/* The longest values, their ends included: the name of a namespace is that of a file, and stacks are longer. */
#define SKSTAT_CELL_VALUE_SIZE 256
#define SKSTAT_CELL_STACK_SIZE SKSTAT_COUNTER_NAME_SIZE

/*
 * The values of a cell's labels, one behind the other, each with its end; "": there is no such label. A table has one
 * stack at most.
 */
struct skstat_cell_text {
	size_t length;
	char text[SKSTAT_CELL_LABELS * SKSTAT_CELL_VALUE_SIZE + SKSTAT_CELL_STACK_SIZE];
};

/*
 * The values for that key; the text is as long as it is, and zeros make no difference. False: something in the key has
 * no name yet, and the text is not whole; with `settle`, that is `unknown`, and the answer is true.
 */
bool skstat_cell_text_make(struct skstat_cell_text *text, const struct skstat_cell_table *table,
			   const uint32_t key[SKSTAT_KEY_COLUMNS], const struct skstat_cell_names *names,
			   const struct skstat_namespaces *namespaces, bool settle);

/* That of what is folded: `other` in every label. */
void skstat_cell_text_other(struct skstat_cell_text *text, const struct skstat_cell_table *table);

#endif
