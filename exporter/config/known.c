// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "known.h"
#include "model/model.h"

#define PREFIX "skstat_tcp_"
#define NAME_BYTES 160

struct making {
	struct skstat_known *known;
	struct skstat_pool *pool; /* NULL: they are only counted */
	bool failed;
};

static bool is_of_views(const struct skstat_family_doc *doc)
{
	return strncmp(doc->labels, "view", 4) == 0 && (!doc->labels[4] || doc->labels[4] == ',');
}

static const char *keep(struct making *making, const char *text)
{
	const char *kept = skstat_pool_text(making->pool, text);

	making->failed |= !kept;
	return kept ? kept : "";
}

/* "rtt" of "skstat_tcp_rtt_seconds". */
static void short_name(const struct skstat_family_doc *doc, char name[NAME_BYTES])
{
	size_t length, unit = strlen(doc->unit);

	snprintf(name, NAME_BYTES, "%s", doc->name + (strncmp(doc->name, PREFIX, strlen(PREFIX)) ? 0 : strlen(PREFIX)));
	length = strlen(name);
	if (unit && length > unit + 1 && strcmp(name + length - unit, doc->unit) == 0)
		name[length - unit - 1] = '\0';
}

static void take(const struct skstat_family_doc *doc, void *arg)
{
	struct making *making = arg;
	struct skstat_known *known = making->known;
	char name[NAME_BYTES];

	if (!is_of_views(doc))
		return;
	if (making->pool)
		known->family[known->families] = (struct skstat_known_family){ keep(making, doc->name), doc->type };
	known->families++;
	if (doc->type != SKSTAT_METRIC_HISTOGRAM)
		return;
	short_name(doc, name);
	if (making->pool)
		known->histogram[known->histograms] =
			(struct skstat_known_histogram){ keep(making, name), keep(making, doc->unit) };
	known->histograms++;
}

int skstat_known_make(struct skstat_known *known, struct skstat_pool *pool)
{
	struct making making = { .known = known };

	memset(known, 0, sizeof(*known));
	skstat_model_document(take, &making);
	known->family = skstat_pool_alloc(pool, known->families, sizeof(*known->family));
	known->histogram = skstat_pool_alloc(pool, known->histograms, sizeof(*known->histogram));
	if (!known->family || !known->histogram)
		return -ENOMEM;
	known->families = known->histograms = 0;
	making.pool = pool;
	skstat_model_document(take, &making);
	return making.failed ? -ENOMEM : 0;
}

bool skstat_known_matches(const struct skstat_known *known, const char *pattern)
{
	for (size_t i = 0; i < known->families; i++) {
		const struct skstat_known_family *family = &known->family[i];
		char total[NAME_BYTES];

		snprintf(total, sizeof(total), "%s%s", family->name,
			 family->type == SKSTAT_METRIC_COUNTER ? "_total" : "");
		if (fnmatch(pattern, family->name, 0) == 0 || fnmatch(pattern, total, 0) == 0)
			return true;
	}
	return false;
}

size_t skstat_known_find(const struct skstat_known *known, const char *histogram)
{
	size_t i = 0;

	while (i < known->histograms && strcmp(known->histogram[i].name, histogram) != 0)
		i++;
	return i;
}
