/* SPDX-License-Identifier: GPL-2.0 */
/* Lines on standard error, in logfmt or JSON. From any thread. */
#ifndef SKSTAT_LOG_H
#define SKSTAT_LOG_H

#include "self/self.h"

enum skstat_log_level { SKSTAT_LOG_DEBUG, SKSTAT_LOG_INFO, SKSTAT_LOG_WARN, SKSTAT_LOG_ERROR };
enum skstat_log_format { SKSTAT_LOG_LOGFMT, SKSTAT_LOG_JSON };

/* Before there are threads. Lines below `level` are dropped; `self` (may be NULL) counts those that are not. */
void skstat_log_init(enum skstat_log_level level, enum skstat_log_format format, struct skstat_self *self);

/* One sentence, without full stop or newline. */
void __attribute__((format(printf, 2, 3))) skstat_log(enum skstat_log_level level, const char *format, ...);

#endif
