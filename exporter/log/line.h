/* SPDX-License-Identifier: GPL-2.0 */
/* A line of the log, in logfmt or JSON. Pure. */
#ifndef SKSTAT_LOG_LINE_H
#define SKSTAT_LOG_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "log.h"

/* A line is written by one write(), which pipes keep whole up to 4 KiB. */
#define SKSTAT_LOG_LINE 2048

struct skstat_log_line {
	struct timespec time; /* CLOCK_REALTIME */
	enum skstat_log_level level;
	const char *text;   /* any bytes: what is not UTF-8 is replaced, and what is too long cut */
	uint64_t left_out;  /* lines of its kind before it that were not logged */
	uint64_t unwritten; /* lines before it that nobody took */
};

/* With the newline. Returns its length. */
size_t skstat_log_line_make(const struct skstat_log_line *line, enum skstat_log_format format,
			    char out[SKSTAT_LOG_LINE]);

#endif
