/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration file: views, names, switches and options, as docs/CONFIGURATION.md has them. What is wrong with one
 * is a sentence that begins with "FILE:LINE: " and the key.
 */
#ifndef SKSTAT_CONFIG_LOAD_H
#define SKSTAT_CONFIG_LOAD_H

#include "config.h"

/*
 * Takes a file into a config that is at its defaults, before the command line does: its options, label names, and
 * views, in config->pool, which skstat_config_free() frees in any case. 0; -EINVAL, -ENOMEM or what open() said, and a
 * sentence.
 */
int skstat_config_load(struct skstat_config *config, const char *file, struct skstat_error *error);

/* The same of a text that ends by 0, which is called `file` in sentences. Pure. */
int skstat_config_load_text(struct skstat_config *config, const char *file, const char *text, size_t length,
			    struct skstat_error *error);

#endif
