/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKSTAT_SOURCE_FILE_H
#define SKSTAT_SOURCE_FILE_H

/* The whole text of a file of /proc, whose length cannot be known before. NULL and errno. Freed with free(). */
char *skstat_file_read(const char *path);

#endif
