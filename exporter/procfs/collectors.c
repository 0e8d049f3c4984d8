// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector.h"
#include "collectors.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LABELS_SIZE 256 /* "collector=netstat|snmp|..." */

/* What became of a file. */
enum { READ, ABSENT, FAILED, __RESULTS };

/* One that was asked for. */
struct run {
	const struct skstat_procfs_collector *collector; /* NULL: it was not */
	int fd[SKSTAT_PROCFS_FILES];
	void *found;
	bool read; /* once, at least */
	bool success;
	unsigned int files[__RESULTS];
	uint64_t ns;
};

struct skstat_procfs {
	struct skstat_tree tree;
	struct run run[__SKSTAT_PROCFS_MAX];
};

const struct skstat_procfs_collector *const skstat_procfs_table[__SKSTAT_PROCFS_MAX] = {
#define ROW(NAME, name, help) [SKSTAT_PROCFS_##NAME] = &skstat_procfs_##name,
	SKSTAT_PROCFS_COLLECTORS(ROW)
#undef ROW
};

enum { SUCCESS, DURATION, FILES, __DOCS };

/* All are labelled by collector, whose names self_document() puts before these labels. */
static const struct skstat_family_doc docs[__DOCS] = {
	[SUCCESS] = { "skstat_collector_success", "",
		      "1 if the collector found all that kernels must have, and understood it, the last time",
		      "", SKSTAT_METRIC_GAUGE, NULL },
	[DURATION] = { "skstat_collector_duration_seconds", "seconds", "Time that the collector's last reading took",
		       "", SKSTAT_METRIC_GAUGE, NULL },
	[FILES] = { "skstat_collector_files", "",
		    "Files of the collector by what became of them in its last reading; what is absent or failed has "
		    "no figures on this page",
		    ",result=read|absent|failed", SKSTAT_METRIC_GAUGE, NULL },
};

struct skstat_family *skstat_procfs_family(struct skstat_families *set, const struct skstat_family_doc *doc)
{
	return skstat_family_add(set, doc->type, doc->name, doc->unit, doc->help);
}

void skstat_procfs_value(struct skstat_families *set, const struct skstat_family_doc *doc, double value)
{
	skstat_series_add(set, skstat_procfs_family(set, doc), NULL, 0)->value = value;
}

struct skstat_procfs *skstat_procfs_new(const struct skstat_procfs_config *config)
{
	struct skstat_procfs *procfs = calloc(1, sizeof(*procfs));

	if (!procfs)
		return NULL;
	procfs->tree = (struct skstat_tree){ .proc = config->proc, .sys = config->sys };
	for (size_t i = 0; i < __SKSTAT_PROCFS_MAX; i++) {
		struct run *run = &procfs->run[i];

		for (size_t file = 0; file < SKSTAT_PROCFS_FILES; file++)
			run->fd[file] = -1;
		if (!config->wanted[i])
			continue;
		run->collector = skstat_procfs_table[i];
		run->found = malloc(run->collector->size);
		if (!run->found) {
			skstat_procfs_free(procfs);
			return NULL;
		}
	}
	return procfs;
}

void skstat_procfs_free(struct skstat_procfs *procfs)
{
	if (!procfs)
		return;
	for (struct run *run = procfs->run; run < procfs->run + __SKSTAT_PROCFS_MAX; run++) {
		for (size_t file = 0; file < SKSTAT_PROCFS_FILES; file++)
			if (run->fd[file] >= 0)
				close(run->fd[file]);
		free(run->found);
	}
	skstat_tree_clear(&procfs->tree);
	free(procfs);
}

/* Not there, or the kernel was told to do without (psi=0). */
static bool is_absence(int err)
{
	return err == -ENOENT || err == -ENOTDIR || err == -EOPNOTSUPP;
}

static const char *reason(int err)
{
	return err == -EBADMSG ? "it cannot be understood" : strerror(-err);
}

/* Counts a file. If it is one that must be there, and is not well, the collector is no success. */
static void file_note(struct run *run, const char *root, const char *path, bool optional, int err,
		      struct skstat_error *error)
{
	run->files[!err ? READ : is_absence(err) ? ABSENT : FAILED]++;
	if (!err || (optional && is_absence(err)))
		return;
	run->success = false;
	if (!error->err)
		skstat_error_set(error, err, "collector %s: %s/%s: %s", run->collector->name, root, path, reason(err));
}

static void run_read(struct skstat_procfs *procfs, struct run *run, struct skstat_error *error)
{
	const struct skstat_procfs_collector *collector = run->collector;

	memset(run->found, 0, collector->size);
	memset(run->files, 0, sizeof(run->files));
	run->read = run->success = true;
	for (size_t file = 0; file < SKSTAT_PROCFS_FILES && collector->file[file].path; file++) {
		const char *path = collector->file[file].path, *text;
		int err = skstat_tree_read(&procfs->tree, &run->fd[file], path, &text);

		if (!err)
			err = collector->parse(run->found, file, text);
		file_note(run, procfs->tree.proc, path, collector->file[file].optional, err, error);
	}
	if (collector->look)
		file_note(run, procfs->tree.sys, "class/net", false, collector->look(run->found, &procfs->tree), error);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int skstat_procfs_read(struct skstat_procfs *procfs, struct skstat_error *error)
{
	*error = (struct skstat_error){ 0 };
	for (struct run *run = procfs->run; run < procfs->run + __SKSTAT_PROCFS_MAX; run++) {
		uint64_t start = now_ns();

		if (!run->collector)
			continue;
		run_read(procfs, run, error);
		run->ns = now_ns() - start;
	}
	return error->err;
}

static void files_add(const struct run *run, struct skstat_families *set, struct skstat_family *family)
{
	static const char *const results[__RESULTS] = { "read", "absent", "failed" };

	for (size_t result = 0; result < __RESULTS; result++) {
		const struct skstat_label label[] = { { "collector", run->collector->name },
						      { "result", results[result] } };

		skstat_series_add(set, family, label, LENGTH(label))->value = run->files[result];
	}
}

/* How the last readings went: nothing, where nothing was asked for. */
static void self_families(const struct skstat_procfs *procfs, struct skstat_families *set)
{
	for (size_t doc = 0; doc < __DOCS; doc++) {
		struct skstat_family *family = skstat_procfs_family(set, &docs[doc]);

		for (const struct run *run = procfs->run; run < procfs->run + __SKSTAT_PROCFS_MAX; run++) {
			if (!run->collector || !run->read)
				continue;
			if (doc == FILES) {
				files_add(run, set, family);
			} else {
				const struct skstat_label label = { "collector", run->collector->name };

				skstat_series_add(set, family, &label, 1)->value =
					doc == SUCCESS ? run->success : (double)run->ns / 1e9;
			}
		}
	}
}

void skstat_procfs_families(const struct skstat_procfs *procfs, struct skstat_families *set)
{
	for (const struct run *run = procfs->run; run < procfs->run + __SKSTAT_PROCFS_MAX; run++)
		if (run->collector && run->read)
			run->collector->families(run->found, set);
	self_families(procfs, set);
}

/* With its labels: "collector=netstat|snmp|...". */
static void self_document(const struct skstat_family_doc *doc,
			  void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	struct skstat_family_doc whole = *doc;
	char labels[LABELS_SIZE];
	size_t length = 0;

	for (size_t i = 0; i < __SKSTAT_PROCFS_MAX && length < sizeof(labels); i++)
		length += (size_t)snprintf(labels + length, sizeof(labels) - length, "%s%s", i ? "|" : "collector=",
					   skstat_procfs_table[i]->name);
	if (length < sizeof(labels))
		snprintf(labels + length, sizeof(labels) - length, "%s", doc->labels);
	whole.labels = labels;
	fn(&whole, arg);
}

void skstat_procfs_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	for (size_t i = 0; i < __SKSTAT_PROCFS_MAX; i++)
		for (size_t doc = 0; doc < skstat_procfs_table[i]->docs; doc++)
			fn(&skstat_procfs_table[i]->doc[doc], arg);
	for (size_t doc = 0; doc < __DOCS; doc++)
		self_document(&docs[doc], fn, arg);
}
