/* SPDX-License-Identifier: GPL-2.0 */
/* What tests of the collectors of /proc and /sys share: texts in, families out. */
#ifndef SKSTAT_TESTS_COLLECTOR_KIT_H
#define SKSTAT_TESTS_COLLECTOR_KIT_H

#include <stdbool.h>
#include <stddef.h>

#include "procfs/collector.h"
#include "procfs/collectors.h"

/* Room for what a collector finds, zeroed. Freed by the caller. */
void *found_new(const struct skstat_procfs_collector *collector);

/*
 * The families that this text makes as that file of the collector. NULL: it was refused with -EBADMSG, and left nothing
 * behind. Freed by the caller.
 */
struct skstat_families *families_of(const struct skstat_procfs_collector *collector, size_t file, const char *text);

/* Fails the test unless the text is refused. */
void refused(const struct skstat_procfs_collector *collector, size_t file, const char *text);

/* Every beginning of the text, and the text with each byte made another, is either taken or refused, and no worse. */
void mangled(const struct skstat_procfs_collector *collector, size_t file, const char *text);

/* The families of all that is wanted, out of a tree of /proc and /sys; `error` as skstat_procfs_read() has it. */
struct skstat_families *families_below(const char *proc, const char *sys, const bool wanted[__SKSTAT_PROCFS_MAX],
				       struct skstat_error *error);

/* Fails the test unless names, units, help texts and labels are such that Prometheus takes the page. */
void families_check(const struct skstat_families *set);

bool has_value(const struct skstat_families *set, const char *family, const char *label);

/* The series of that family whose first label has that value; NULL: the one without labels. It must be there. */
double value_in(const struct skstat_families *set, const char *family, const char *label);

#endif
