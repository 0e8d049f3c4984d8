// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include <skstat/version.h>

#include "self_families.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LABELS_SIZE 256 /* "code=2xx|4xx|5xx" */

/* One row of SKSTAT_SELF. */
struct row {
	const char *family, *unit, *label, *value, *help;
	size_t member; /* its place in struct skstat_self */
	double steps;
	enum skstat_metric_type type;
	bool constant;
};

/*
 * What a row's unit appends to the family's name, what the unit is called, and how many steps of the member make one.
 * Divided by, not multiplied with a step's length: 3 ms are 0.003 s, then, and not 0.0030000000000000001.
 */
#define SUFFIX_NONE	   ""
#define SUFFIX_BYTES	   "_bytes"
#define SUFFIX_NANOSECONDS "_seconds"
#define SUFFIX_MILLIONTHS  "_ratio"
#define UNIT_NONE	   ""
#define UNIT_BYTES	   "bytes"
#define UNIT_NANOSECONDS   "seconds"
#define UNIT_MILLIONTHS	   "ratio"
#define STEPS_NONE	   1
#define STEPS_BYTES	   1
#define STEPS_NANOSECONDS  1e9
#define STEPS_MILLIONTHS   1e6

static const struct row rows[] = {
#define ROW(MEMBER, FAMILY, KIND, TYPE, LABEL, VALUE, CONSTANT, HELP) \
	{                                                             \
		.family = FAMILY SUFFIX_##KIND,                       \
		.unit = UNIT_##KIND,                                  \
		.label = LABEL,                                       \
		.value = VALUE,                                       \
		.help = HELP,                                         \
		.member = offsetof(struct skstat_self, MEMBER),       \
		.steps = STEPS_##KIND,                                \
		.type = SKSTAT_METRIC_##TYPE,                         \
		.constant = CONSTANT,                                 \
	},
	SKSTAT_SELF(ROW)
#undef ROW
};

static const struct skstat_family_doc build_info = {
	.name = "skstat_build_info",
	.unit = "",
	.help = "The exporter's version; always 1",
	.labels = "version",
	.type = SKSTAT_METRIC_GAUGE,
};

static const struct skstat_family_doc source_info = {
	.name = "skstat_source_info",
	.unit = "",
	.help = "Where the sockets come from, the module's version, and why they do not come from the module; always 1",
	.labels = "source=netlink|inet_diag,version,why",
	.type = SKSTAT_METRIC_GAUGE,
};

enum process_figure {
	PROCESS_CPU,
	PROCESS_START,
	PROCESS_RESIDENT,
	PROCESS_VIRTUAL,
	PROCESS_THREADS,
	PROCESS_OPEN_FDS,
	PROCESS_MAX_FDS,
	__PROCESS_MAX,
};

/* The names are those of Prometheus' client libraries. */
static const struct {
	const char *name, *unit, *help;
	enum skstat_metric_type type;
	bool constant;
} processes[__PROCESS_MAX] = {
	[PROCESS_CPU] = { "process_cpu_seconds", "seconds", "User and system CPU time of the exporter",
			  SKSTAT_METRIC_COUNTER, false },
	[PROCESS_START] = { "process_start_time_seconds", "seconds", "When the exporter was started, in Unix time",
			    SKSTAT_METRIC_GAUGE, true },
	[PROCESS_RESIDENT] = { "process_resident_memory_bytes", "bytes", "Resident memory of the exporter",
			       SKSTAT_METRIC_GAUGE, false },
	[PROCESS_VIRTUAL] = { "process_virtual_memory_bytes", "bytes", "Virtual memory of the exporter",
			      SKSTAT_METRIC_GAUGE, false },
	[PROCESS_THREADS] = { "process_threads", "", "Threads of the exporter", SKSTAT_METRIC_GAUGE, false },
	[PROCESS_OPEN_FDS] = { "process_open_fds", "", "Open file descriptors", SKSTAT_METRIC_GAUGE, false },
	[PROCESS_MAX_FDS] = { "process_max_fds", "", "How many file descriptors may be open", SKSTAT_METRIC_GAUGE,
			      true },
};

/* How many rows from `first` on are of its family. */
static size_t family_rows(size_t first)
{
	size_t count = 1;

	while (first + count < LENGTH(rows) && strcmp(rows[first + count].family, rows[first].family) == 0)
		count++;
	return count;
}

static uint64_t row_value(const struct skstat_self *self, const struct row *row)
{
	const _Atomic uint64_t *member = (const void *)((const char *)self + row->member);

	return atomic_load_explicit(member, memory_order_relaxed);
}

/* What the rows say are constants: each is the one label behind a list of none. */
static void add_rows(struct skstat_families *set, const struct skstat_self *self)
{
	const struct skstat_labels *none = skstat_labels_add(set, NULL, 0);

	for (size_t i = 0, count; i < LENGTH(rows); i += count) {
		struct skstat_family *family =
			skstat_family_add(set, rows[i].type, rows[i].family, rows[i].unit, rows[i].help);

		family->constant = rows[i].constant;
		count = family_rows(i);
		for (const struct row *row = &rows[i]; row < &rows[i + count]; row++) {
			const struct skstat_label label = { row->label, row->value };

			skstat_series_add_shared(set, family, none, row->label[0] ? &label : NULL)->value =
				(double)row_value(self, row) / row->steps;
		}
	}
}

/* A family of one series, of which the labels are all there is to know. */
static void add_info(struct skstat_families *set, const struct skstat_family_doc *doc,
		     const struct skstat_label *label, size_t labels)
{
	struct skstat_family *family = skstat_family_add(set, doc->type, doc->name, doc->unit, doc->help);

	family->constant = true;
	skstat_series_add(set, family, label, labels)->value = 1;
}

static void add_process(struct skstat_families *set, const struct skstat_process *process)
{
	const double value[__PROCESS_MAX] = {
		[PROCESS_CPU] = process->cpu_seconds,
		[PROCESS_START] = process->start_time_seconds,
		[PROCESS_RESIDENT] = (double)process->resident_bytes,
		[PROCESS_VIRTUAL] = (double)process->virtual_bytes,
		[PROCESS_THREADS] = (double)process->threads,
		[PROCESS_OPEN_FDS] = (double)process->open_fds,
		[PROCESS_MAX_FDS] = (double)process->max_fds,
	};

	for (size_t i = 0; i < __PROCESS_MAX; i++) {
		struct skstat_family *family = skstat_family_add(set, processes[i].type, processes[i].name,
								 processes[i].unit, processes[i].help);

		family->constant = processes[i].constant;
		skstat_series_add(set, family, NULL, 0)->value = value[i];
	}
}

void skstat_self_families(struct skstat_families *set, const struct skstat_self *self,
			  const struct skstat_source_info *source, const char *why,
			  const struct skstat_process *process)
{
	const struct skstat_label build = { "version", SKSTAT_VERSION };

	add_info(set, &build_info, &build, 1);
	if (source) {
		const struct skstat_label label[] = {
			{ "source", skstat_families_text(set, source->name) },
			{ "version", skstat_families_text(set, source->version) },
			{ "why", skstat_families_text(set, why) },
		};

		add_info(set, &source_info, label, LENGTH(label));
	}
	add_rows(set, self);
	if (process)
		add_process(set, process);
}

/* "label=value|value|...", or "" of a row without label. */
static void labels_text(const struct row *row, size_t count, char text[LABELS_SIZE])
{
	size_t length = 0;

	text[0] = '\0';
	if (!row->label[0])
		return;
	for (size_t i = 0; i < count && length < LABELS_SIZE; i++)
		length += (size_t)snprintf(text + length, LABELS_SIZE - length, "%s%s%s", i ? "|" : row->label,
					   i ? "" : "=", row[i].value);
}

void skstat_self_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	char labels[LABELS_SIZE];

	fn(&build_info, arg);
	fn(&source_info, arg);
	for (size_t i = 0, count; i < LENGTH(rows); i += count) {
		struct skstat_family_doc doc = {
			.name = rows[i].family,
			.unit = rows[i].unit,
			.help = rows[i].help,
			.labels = labels,
			.type = rows[i].type,
		};

		count = family_rows(i);
		labels_text(&rows[i], count, labels);
		fn(&doc, arg);
	}
	for (size_t i = 0; i < __PROCESS_MAX; i++) {
		const struct skstat_family_doc doc = {
			.name = processes[i].name,
			.unit = processes[i].unit,
			.help = processes[i].help,
			.labels = "",
			.type = processes[i].type,
		};

		fn(&doc, arg);
	}
}
