/* SPDX-License-Identifier: GPL-2.0 */
/* A file that ends the exporter, for who can write files on a machine but not stop services. */
#ifndef SKSTAT_COLLECT_KILLSWITCH_H
#define SKSTAT_COLLECT_KILLSWITCH_H

#include <stdbool.h>

/*
 * Whether the file is there and its first word is not "0". A file that is there and cannot be read counts as set: who
 * made it meant something. "" or NULL: no switch.
 */
bool skstat_killswitch_set(const char *path);

#endif
