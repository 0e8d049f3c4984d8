/* SPDX-License-Identifier: GPL-2.0 */
/* Names of processes, as labels. Pure. */
#ifndef SKSTAT_SOURCE_COMM_H
#define SKSTAT_SOURCE_COMM_H

#define SKSTAT_COMM_SIZE 16 /* the kernel's TASK_COMM_LEN: 15 bytes, and the end */

/*
 * Anybody can name his process with any bytes, and the kernel cuts names anywhere. What is not UTF-8 and what cannot be
 * printed becomes '?', byte for byte, so that names which are written alike are alike; an empty name becomes "?" too.
 * `comm` need not end by 0; `text` does. They may be the same.
 */
void skstat_comm_text(const char comm[SKSTAT_COMM_SIZE], char text[SKSTAT_COMM_SIZE]);

#endif
