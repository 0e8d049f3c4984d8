/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs of the system that a test needs: ip and tc.
 */
#ifndef SKSTAT_TEST_COMMAND_H
#define SKSTAT_TEST_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Runs a program with the arguments in `command`, without a shell: busybox's would take its own tc. False: it failed.
 */
bool command_run(const char *command);

bool __attribute__((format(printf, 1, 2))) command_run_with(const char *format, ...);

/* The same, and gives what it said on stdout; the program ends if it said more than there is room for. */
bool command_read(const char *command, char *said, size_t room);

#endif
