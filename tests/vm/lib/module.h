/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading and unloading skstat.ko by the system calls themselves, so that a test sees the errno.
 */
#ifndef SKSTAT_TEST_MODULE_H
#define SKSTAT_TEST_MODULE_H

#include <stdbool.h>

/* Where the module is: the environment's SKSTAT_MODULE, else /lib/skstat/skstat.ko. */
const char *module_path(void);

/* 0 or -errno. Parameters as insmod takes them: "name=value name=value". */
int module_load(const char *path);
int module_load_with(const char *path, const char *parameters);
int module_unload(void);

bool module_loaded(void);

/* The module of module_path() is loaded afterwards: one that is loaded already stays. */
void module_require(void);

/* The module at `path` is the one that is loaded afterwards, freshly. */
void module_replace(const char *path);
void module_replace_with(const char *path, const char *parameters);

#endif
