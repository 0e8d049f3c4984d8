// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "predict.h"
#include "source/error.h"

static bool has_label(const struct skstat_series *series, const char *name, const char *value)
{
	if (!name)
		return true;
	for (size_t i = 0; i < series->labels; i++)
		if (strcmp(series->label[i].name, name) == 0)
			return strcmp(series->label[i].value, value) == 0;
	return false;
}

/* Lines of the text format: a histogram has one for each edge, one for what is above, its sum and its count. */
static size_t family_series(const struct skstat_family *family, const char *label, const char *value)
{
	size_t count = 0;

	for (size_t i = 0; i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];

		if (has_label(series, label, value))
			count += family->type == SKSTAT_METRIC_HISTOGRAM ? series->distribution.edges + 3 : 1;
	}
	return count;
}

size_t skstat_predict_series(const struct skstat_families *set, const char *label, const char *value)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		count += family_series(&set->family[i], label, value);
	return count;
}

/* As the model counts them, whatever the view shows of each. */
static size_t groups_of(const struct skstat_families *set, const char *view)
{
	const struct skstat_family *groups = skstat_family_find(set, "skstat_view_groups");

	for (size_t i = 0; groups && i < groups->count; i++)
		if (has_label(&groups->series[i], "view", view))
			return (size_t)groups->series[i].value;
	return 0;
}

static void print(const struct skstat_config *config, const struct skstat_families *set, FILE *out)
{
	struct skstat_view_config room;
	size_t views;
	const struct skstat_view_config *view = skstat_config_views(config, &room, &views);

	fprintf(out, "%-32s %8s %8s %10s\n", "view", "groups", "limit", "series");
	for (size_t i = 0; i < views; i++)
		fprintf(out, "%-32s %8zu %8u %10zu\n", view[i].name, groups_of(set, view[i].name), view[i].limit,
			skstat_predict_series(set, "view", view[i].name));
	/* skstat_up is not of the set. */
	fprintf(out, "%-32s %8s %8s %10zu\n", "the whole page", "", "", skstat_predict_series(set, NULL, NULL) + 1);
}

int skstat_predict_print(const struct skstat_config *config, struct skstat_store *store, FILE *out,
			 struct skstat_error *error)
{
	struct skstat_snapshot *snapshot = skstat_store_take(store);

	if (!snapshot)
		return skstat_error_set(error, -ENODATA, "the sockets could not be read: there is nothing to count");
	print(config, snapshot->families, out);
	skstat_snapshot_put(snapshot);
	if (fflush(out) || ferror(out))
		return skstat_error_set(error, -EIO, "the figures cannot be written");
	return 0;
}
