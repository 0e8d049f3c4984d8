/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Metric families as data: what the model makes of a poll, and what every renderer reads. Pure. A set owns all that is
 * reached from it (an arena: freed whole), is built by one thread and afterwards read by any number.
 *
 * Values are in base units. Names are whole but for a counter's `_total`, which the formats write or not.
 */
#ifndef SKSTAT_MODEL_FAMILY_H
#define SKSTAT_MODEL_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum skstat_metric_type {
	SKSTAT_METRIC_COUNTER,
	SKSTAT_METRIC_GAUGE,
	SKSTAT_METRIC_HISTOGRAM,
};

struct skstat_label {
	const char *name;
	const char *value; /* any bytes: renderers escape */
};

/*
 * The same distribution in finer buckets, of Prometheus' native histograms: count[i] fell in
 * (2^((first+i-1)/8), 2^((first+i)/8)], for schema 3. What is at or below the first of these edges is in `low`, which
 * is the zero bucket with that edge as its threshold; what is above the last one in `high`.
 */
struct skstat_native {
	int schema;
	double threshold;
	uint64_t low, high;
	int first;
	size_t buckets;
	const uint64_t *count;
};

/* One of those that are in a bucket, as an exemplar: the last one. */
struct skstat_exemplar {
	uint64_t cookie; /* of the connection; 0: there is none */
	double value;
	uint64_t time_ns; /* CLOCK_MONOTONIC: `wall_ns` of the set makes it the time of day */
};

/*
 * Cumulative over time, not over buckets: count[i] fell in (edge[i-1], edge[i]]; count[edges] is above the last edge.
 */
struct skstat_distribution {
	const double *edge; /* rising */
	size_t edges;
	const uint64_t *count; /* edges + 1 of them; NULL: nothing was counted */
	double sum;
	const struct skstat_native *native; /* NULL: there are none */
	const struct skstat_exemplar *exemplar; /* edges + 1 of them; NULL: there are none */
};

/* Labels that several series of a set begin with: what a format makes of them, it makes once. */
struct skstat_labels {
	const struct skstat_label *label;
	size_t count;
	size_t number; /* among the lists of the set, from 0 */
};

struct skstat_series {
	const struct skstat_label *label; /* in the order in which they are written */
	size_t labels;
	const struct skstat_labels *shared; /* the list of which the first ones are; NULL: none */
	union {
		double value;
		struct skstat_distribution distribution; /* of a histogram */
	};
};

struct skstat_family {
	const char *name; /* "skstat_tcp_sent_bytes" */
	const char *unit; /* its suffix: "bytes", "seconds", ...; "" */
	const char *help; /* one sentence */
	enum skstat_metric_type type;
	bool constant; /* true, however old the snapshot is: a stale gauge is withheld, a constant one not */
	struct skstat_series *series;
	size_t count, room;
};

struct skstat_families {
	struct skstat_family *family;
	size_t count, room;
	size_t lists; /* of labels that are shared */
	int64_t wall_ns; /* CLOCK_REALTIME less CLOCK_MONOTONIC */
	bool failed; /* memory ran out: the set is not whole and must not be shown */
	struct skstat_arena *arena;
};

/*
 * What builds a set never has to check for NULL: when memory runs out, `failed` is set, and from then on what is
 * returned is a place of the set's own that may be written to and is not shown.
 */

/* NULL: no memory. */
struct skstat_families *skstat_families_new(void);

/* Memory, in bytes. */
size_t skstat_families_bytes(const struct skstat_families *set);

/* NULL is fine. */
void skstat_families_free(struct skstat_families *set);

/*
 * Memory that lives as long as the set, zeroed, of max_align_t's alignment. `size` is at most SKSTAT_FAMILIES_PIECE:
 * so much the set keeps in reserve to be written to when memory has run out.
 */
#define SKSTAT_FAMILIES_PIECE 4096
void *skstat_families_alloc(struct skstat_families *set, size_t size);

/* A copy of `size` bytes, as above. */
void *skstat_families_copy(struct skstat_families *set, const void *data, size_t size);

/* A copy that lives as long as the set; "" when memory runs out. */
const char *skstat_families_text(struct skstat_families *set, const char *text);

/*
 * A new family at the end. `name`, `unit` and `help` must outlive the set (literals, or skstat_families_text()). The
 * pointer is good until the next family is added.
 */
struct skstat_family *skstat_family_add(struct skstat_families *set, enum skstat_metric_type type, const char *name,
					const char *unit, const char *help);

/*
 * A series at the family's end with `labels` label pairs, which are copied; their strings must outlive the set. The
 * pointer is good until the next series is added to this family.
 */
struct skstat_series *skstat_series_add(struct skstat_families *set, struct skstat_family *family,
					const struct skstat_label *label, size_t labels);

/* A list of labels, copied, for series that begin with them; their strings must outlive the set. Never NULL. */
const struct skstat_labels *skstat_labels_add(struct skstat_families *set, const struct skstat_label *label,
					      size_t labels);

/*
 * As skstat_series_add(), with the labels of the list and, if it is not NULL, `last`, whose strings are constants: the
 * same one is at the same address in every set.
 */
struct skstat_series *skstat_series_add_shared(struct skstat_families *set, struct skstat_family *family,
					       const struct skstat_labels *shared, const struct skstat_label *last);

/* Room for so many series at once: for who knows how many there will be. */
void skstat_family_reserve(struct skstat_families *set, struct skstat_family *family, size_t count);

/* The family of that name, or NULL. Linear. */
const struct skstat_family *skstat_family_find(const struct skstat_families *set, const char *name);

#endif
