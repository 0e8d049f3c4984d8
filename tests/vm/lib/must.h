/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls that a test cannot go on without. What fails here is the test's surroundings, not what it tests: the program
 * says "Bail out!" as TAP has it and ends, in the test's process and in those that it forked alike.
 */
#ifndef SKSTAT_TEST_MUST_H
#define SKSTAT_TEST_MUST_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value of a system call, or the end of the program if it is negative. */
#define must(call)                                                                                          \
	({                                                                                                  \
		long must_value = (long)(call);                                                             \
		if (must_value < 0)                                                                         \
			must_bail(__FILE__, __LINE__, #call, strerror(errno));                              \
		must_value;                                                                                 \
	})

/* Memory that must be there: must_have(malloc(...)). */
#define must_have(call)                                                                                     \
	({                                                                                                  \
		__auto_type must_pointer = (call);                                                          \
		if (!must_pointer)                                                                          \
			must_bail(__FILE__, __LINE__, #call, strerror(errno));                              \
		must_pointer;                                                                               \
	})

/* A condition of the surroundings that must hold. */
#define must_be(condition)                                                                                  \
	do {                                                                                                \
		if (!(condition))                                                                           \
			must_bail(__FILE__, __LINE__, #condition, "does not hold");                         \
	} while (0)

static inline void __attribute__((noreturn)) must_bail(const char *file, int line, const char *what, const char *why)
{
	printf("Bail out! %s:%d: %s: %s\n", file, line, what, why);
	fflush(NULL);
	_exit(99);
}

#endif
