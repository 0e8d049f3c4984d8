/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which kernel this is: what its tracepoints tell differs.
 */
#ifndef SKSTAT_TEST_KERNEL_H
#define SKSTAT_TEST_KERNEL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "must.h"

/* Whether the kernel is of that version or newer. */
static inline bool kernel_since(unsigned int major, unsigned int minor)
{
	unsigned int is_major, is_minor;
	struct utsname name;

	must(uname(&name));
	must_be(sscanf(name.release, "%u.%u", &is_major, &is_minor) == 2);
	return is_major > major || (is_major == major && is_minor >= minor);
}

#endif
