/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines on standard error, in logfmt or JSON. From any thread, none of which ever waits for who reads them: what a pipe
 * or a terminal has no room for is dropped and counted. Of one kind there are 20 at once at most, and one more every
 * 3 s (limit.h), but for those of level debug.
 */
#ifndef SKSTAT_LOG_H
#define SKSTAT_LOG_H

#include "self/self.h"

enum skstat_log_level { SKSTAT_LOG_DEBUG, SKSTAT_LOG_INFO, SKSTAT_LOG_WARN, SKSTAT_LOG_ERROR };
enum skstat_log_format { SKSTAT_LOG_LOGFMT, SKSTAT_LOG_JSON };

/*
 * Before there are threads. Lines below `level` are dropped; `self` (may be NULL) counts those that are not. What was
 * left out before is forgotten.
 */
void skstat_log_init(enum skstat_log_level level, enum skstat_log_format format, struct skstat_self *self);

/*
 * One sentence, without full stop or newline. Lines of one place in the source are of one kind; where it is one of many
 * that say different things, skstat_log_kind() takes an address that stands for the kind.
 */
#define skstat_log(level, ...)                                                                                         \
	do {                                                                                                           \
		static const char skstat_log_here;                                                                     \
		skstat_log_kind(&skstat_log_here, level, __VA_ARGS__);                                                 \
	} while (0)
void __attribute__((format(printf, 3, 4)))
skstat_log_kind(const void *kind, enum skstat_log_level level, const char *format, ...);

/* Now and then: says of which lines there were more than were let through, once there is room for them again. */
void skstat_log_settle(void);

#endif
