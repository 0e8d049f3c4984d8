// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>

#include "limit.h"

static struct skstat_log_kind *kind_of(struct skstat_log_limit *limit, const void *key)
{
	for (unsigned int i = 0; i < limit->kinds; i++)
		if (limit->kind[i].key == key)
			return &limit->kind[i];
	if (limit->kinds == SKSTAT_LOG_KINDS)
		return &limit->kind[SKSTAT_LOG_KINDS - 1];
	limit->kind[limit->kinds].key = key;
	return &limit->kind[limit->kinds++];
}

static bool may_go(struct skstat_log_kind *kind, uint64_t now_ns)
{
	if (kind->free_ns < now_ns)
		kind->free_ns = now_ns;
	if (kind->free_ns - now_ns > (SKSTAT_LOG_BURST - 1) * SKSTAT_LOG_EVERY_NS)
		return false;
	kind->free_ns += SKSTAT_LOG_EVERY_NS;
	return true;
}

bool skstat_log_limit_take(struct skstat_log_limit *limit, const void *key, uint64_t now_ns, int level,
			   const char *text, uint64_t *left_out)
{
	struct skstat_log_kind *kind = kind_of(limit, key);

	*left_out = kind->left_out;
	if (may_go(kind, now_ns)) {
		kind->left_out = 0;
		return true;
	}
	kind->left_out++;
	kind->level = level;
	snprintf(kind->late, sizeof(kind->late), "%s", text);
	return false;
}

const struct skstat_log_kind *skstat_log_limit_late(struct skstat_log_limit *limit, uint64_t now_ns,
						    uint64_t *left_out)
{
	for (unsigned int i = 0; i < limit->kinds; i++) {
		struct skstat_log_kind *kind = &limit->kind[i];

		if (!kind->left_out || !may_go(kind, now_ns))
			continue;
		*left_out = kind->left_out - 1;
		kind->left_out = 0;
		return kind;
	}
	return NULL;
}
