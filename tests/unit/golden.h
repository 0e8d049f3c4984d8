/* SPDX-License-Identifier: GPL-2.0 */
/* Golden files: what was made is held against what was made, and looked at, before. */
#ifndef SKSTAT_TESTS_GOLDEN_H
#define SKSTAT_TESTS_GOLDEN_H

#include "render/buffer.h"

/* Fails the test unless the file has these bytes. With SKSTAT_GOLDEN_UPDATE in the environment it gets them first. */
void golden_check(const char *path, const struct skstat_buffer *made);

#endif
