/* SPDX-License-Identifier: GPL-2.0 */
/* The text of a configuration file. */
#ifndef SKSTAT_CONFIG_TEXT_H
#define SKSTAT_CONFIG_TEXT_H

#include <stddef.h>

#include "source/error.h"

#define SKSTAT_CONFIG_BYTES (1024 * 1024) /* of a file, at most */

/*
 * All of the file, to be freed; behind it there is a 0, which *length does not count. NULL, and a sentence that begins
 * with the file's name.
 */
char *skstat_config_text_read(const char *file, size_t *length, struct skstat_error *error);

/* 0 of UTF-8 without zero bytes; else -EINVAL and a sentence. There must be a 0 behind it. */
int skstat_config_text_check(const char *file, const char *text, size_t length, struct skstat_error *error);

#endif
