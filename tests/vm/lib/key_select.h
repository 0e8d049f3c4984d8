/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys of counters and histograms, chosen by words: column=value, of columns as tables.h names them; one that is not
 * named may be anything. A value is a number, `other`, or a name, of which several may be given: a|b. No value: the
 * column is 0, none. A function's name is good for the parts that the compiler made of it (x.cold, x.isra.0), and what
 * is said of a stack, for each function in it that begins so. device=road@3 is that of namespace 3. Where the kernel
 * has no reasons (before 5.17; for RSTs before 6.10) every reason is none.
 */
#ifndef SKSTAT_TEST_KEY_SELECT_H
#define SKSTAT_TEST_KEY_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/tables.h>

#include "source/netlink.h"

/* What numbers in keys are called, of the last reading. */
struct key_names {
	struct skstat_counter_name *name;
	size_t count, room;
};

/* For a reader: keeps a name. Returns 0. */
int key_name_take(const struct skstat_counter_name *name, struct key_names *names);
void key_names_free(struct key_names *names);

/* Whether all words of `selector` hold. `columns` and `key` have SKSTAT_KEY_COLUMNS. */
bool key_is_meant(const struct key_names *names, const enum skstat_key_column *columns, const uint32_t *key,
		  const char *selector);

/* Prints " column=value" of each column, for people. */
void key_show(const struct key_names *names, const enum skstat_key_column *columns, const uint32_t *key);

#endif
