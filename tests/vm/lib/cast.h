/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cast of the suite `fields`: every kind of socket, in every situation that can be brought about.
 */
#ifndef SKSTAT_TEST_CAST_H
#define SKSTAT_TEST_CAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ns.h"
#include "population.h"
#include "source/field.h"

enum { CAST_MAIN, CAST_WIRE, CAST_MARKS, CAST_QUEUEING, CAST_NAMESPACES };

struct cast {
	struct ns ns[CAST_NAMESPACES];
	bool bbr, dctcp, vegas, mptcp, tls, wire, marks, queueing; /* could be had on this kernel */
	uint64_t cgroup;     /* id, or 0 */
	size_t in_cgroup[2]; /* from, to: the members made there */
	uint32_t classid;    /* or 0 */
	uint64_t in_class[3]; /* cookies of those who have it */
	struct population population;
};

extern struct cast cast;

/* Brings it together; takes some seconds. The caller stays in its namespace. */
void cast_make(void);

void cast_free(void);

/* Why a field may be zero in all of it, or NULL: it may not. */
const char *cast_excuse(const struct skstat_field *field);

#endif
