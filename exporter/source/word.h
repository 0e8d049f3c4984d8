/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The texts of /proc, line by line and word by word. A text ends with a 0. Nothing is copied: a word points into the
 * text. Pure.
 */
#ifndef SKSTAT_SOURCE_WORD_H
#define SKSTAT_SOURCE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `at` NULL: there is none left. */
struct skstat_word {
	const char *at;
	size_t length;
};

/* The line behind this one; NULL after the last one. */
const char *skstat_line_next(const char *line);

/* The next word of the line, of which `line` moves behind it. Words are parted by blanks and tabs. */
struct skstat_word skstat_word_next(const char **line);

bool skstat_word_is(const struct skstat_word *word, const char *text);

/*
 * Copies a word of letters, digits and '_' that leaves room for the 0 behind it: what may be a part of a metric's name.
 * 0 or -EBADMSG.
 */
int skstat_word_copy(const struct skstat_word *word, char *text, size_t size);

/* A whole number of that base, 10 or 16, without sign or prefix, up to 2^64-1. 0 or -EBADMSG. */
int skstat_word_number(const struct skstat_word *word, int base, uint64_t *number);

/* A text that is nothing but `count` such numbers of base 10 in a line: most files of /proc/sys. 0 or -EBADMSG. */
int skstat_numbers_parse(const char *text, uint64_t *number, size_t count);

#endif
