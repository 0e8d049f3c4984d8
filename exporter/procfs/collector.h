/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A collector: some files of /proc, and the families that their texts make. Each is a file of its own here, and a row
 * in collector_rows.h. Its functions are pure but for `look`: collectors.c reads for them, a poll at a time, into
 * memory of `size` bytes that was zeroed.
 *
 * What is not there has no series. A text that cannot be understood is one that is not there: it leaves nothing in
 * `found`.
 */
#ifndef SKSTAT_PROCFS_COLLECTOR_H
#define SKSTAT_PROCFS_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "collector_rows.h"
#include "model/family.h"
#include "model/model.h"
#include "tree.h"

#define SKSTAT_PROCFS_FILES 4 /* of one collector, at most */

/* How every help text about a network namespace ends. */
#define SKSTAT_OWN_NETNS ", in the exporter's own network namespace"

struct skstat_procfs_collector {
	const char *name; /* its metrics start with skstat_NAME_ */
	struct {
		const char *path; /* below /proc */
		bool optional;	  /* kernels and namespaces may well do without it */
	} file[SKSTAT_PROCFS_FILES];
	size_t size;

	/* Takes a file's text. 0; -EBADMSG: it cannot be understood; -EMSGSIZE: there is no room for all it says. */
	int (*parse)(void *found, size_t file, const char *text);

	/* Looks in /sys for what goes with it; may be NULL. 0, or a negative errno: nothing of that is there. */
	int (*look)(void *found, const struct skstat_tree *tree);

	/* Adds what was found. The set holds no pointer into it afterwards. */
	void (*families)(const void *found, struct skstat_families *set);

	/* Every family that it can make. A name with <...> in it stands for as many as the kernel has. */
	const struct skstat_family_doc *doc;
	size_t docs;
};

#define SKSTAT_PROCFS_EXTERN(NAME, name, help) extern const struct skstat_procfs_collector skstat_procfs_##name;
SKSTAT_PROCFS_COLLECTORS(SKSTAT_PROCFS_EXTERN)
#undef SKSTAT_PROCFS_EXTERN

/* By enum skstat_procfs_id. */
extern const struct skstat_procfs_collector *const skstat_procfs_table[__SKSTAT_PROCFS_MAX];

/* A new family of the set, as it is documented. */
struct skstat_family *skstat_procfs_family(struct skstat_families *set, const struct skstat_family_doc *doc);

/* A family of one series without labels. */
void skstat_procfs_value(struct skstat_families *set, const struct skstat_family_doc *doc, double value);

#endif
