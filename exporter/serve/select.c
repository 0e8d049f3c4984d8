// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/module_families.h"
#include "model/self_families.h"
#include "procfs/collector.h"
#include "procfs/collectors.h"
#include "select.h"

#define NAME_BYTES 256
#define WORD "%.60s" /* what a request says, in a sentence */

int skstat_selection_add(struct skstat_selection *selection, const char *name, const char *value,
			 struct skstat_error *error)
{
	bool collect = strcmp(name, "collect[]") == 0;
	size_t *count = collect ? &selection->collects : &selection->views;

	if (!collect && strcmp(name, "view") != 0)
		return 0;
	if (!value || !*value)
		return skstat_error_set(error, -EINVAL, "%s has no value", name);
	if (*count == SKSTAT_SELECT_MAX)
		return skstat_error_set(error, -EINVAL, "%s comes more than %d times", name, SKSTAT_SELECT_MAX);
	if (collect)
		selection->collect[(*count)++] = value;
	else
		selection->view[(*count)++] = value;
	return 0;
}

/* --- what is known */

static const char *label_value(const struct skstat_series *series, const char *name)
{
	for (size_t i = 0; i < series->labels; i++)
		if (strcmp(series->label[i].name, name) == 0)
			return series->label[i].value;
	return NULL;
}

/* The collector of that name, or NULL. */
static const char *collector_find(const char *name)
{
	for (size_t i = 0; i < __SKSTAT_PROCFS_MAX; i++)
		if (strcmp(skstat_procfs_table[i]->name, name) == 0)
			return skstat_procfs_table[i]->name;
	return NULL;
}

/* Whether an element of collect[] is, or means, the family of that name and type. */
static bool means(const char *collect, const char *family, enum skstat_metric_type type)
{
	char name[NAME_BYTES];

	if (collector_find(collect)) {
		snprintf(name, sizeof(name), "skstat_%s_", collect);
		return strncmp(family, name, strlen(name)) == 0;
	}
	if (fnmatch(collect, family, 0) == 0)
		return true;
	snprintf(name, sizeof(name), "%s_total", family);
	return type == SKSTAT_METRIC_COUNTER && fnmatch(collect, name, 0) == 0;
}

/* One look through the documents. */
struct looking {
	const char *collect;
	bool found;
};

static void look(const struct skstat_family_doc *doc, void *arg)
{
	struct looking *looking = arg;

	looking->found |= means(looking->collect, doc->name, doc->type);
}

/* Of those that are not in the set now, some may be another time: such a request is no mistake. */
static bool is_documented(const char *collect)
{
	struct looking looking = { collect, false };

	skstat_model_document(look, &looking);
	skstat_self_document(look, &looking);
	skstat_module_document(look, &looking);
	skstat_procfs_document(look, &looking);
	return looking.found;
}

static bool is_collected(const struct skstat_families *set, const char *collector)
{
	const struct skstat_family *success = skstat_family_find(set, "skstat_collector_success");

	for (size_t i = 0; success && i < success->count; i++) {
		const char *value = label_value(&success->series[i], "collector");

		if (value && strcmp(value, collector) == 0)
			return true;
	}
	return false;
}

static int collect_check(const struct skstat_families *set, const char *collect, struct skstat_error *error)
{
	const char *collector = collector_find(collect);
	char names[NAME_BYTES];
	size_t length = 0;

	if (collector && !is_collected(set, collector))
		return skstat_error_set(error, -EINVAL,
					"collect[]: the collector %s is off: write collectors: {%s: true}, or start "
					"with --collector.%s", collector, collector, collector);
	if (collector)
		return 0;
	for (size_t i = 0; i < set->count; i++)
		if (means(collect, set->family[i].name, set->family[i].type))
			return 0;
	if (is_documented(collect))
		return 0;
	for (size_t i = 0; i < __SKSTAT_PROCFS_MAX && length < sizeof(names); i++)
		length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s", i ? ", " : "",
					   skstat_procfs_table[i]->name);
	return skstat_error_set(error, -EINVAL,
				"collect[]: \"" WORD "\" is none of the collectors %s, and no metric: skstat_tcp_*, "
				"...", collect, names);
}

/* Each view that there are series of, once; as far as there is room. */
static void views_write(const struct skstat_families *set, char *text, size_t room)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t f = 0; f < set->count; f++) {
		for (size_t s = 0; s < set->family[f].count; s++) {
			const char *view = label_value(&set->family[f].series[s], "view");
			size_t more = view ? strlen(view) : 0;
			const char *before = view ? strstr(text, view) : NULL;

			while (before && !((before == text || before[-1] == ' ') &&
					   (!before[more] || before[more] == ',')))
				before = strstr(before + 1, view);
			if (more && !before && length + more + 3 < room)
				length += (size_t)snprintf(text + length, room - length, "%s%s", length ? ", " : "",
							   view);
		}
	}
}

static int view_check(const struct skstat_families *set, const char *wanted, struct skstat_error *error)
{
	char views[120];

	for (size_t f = 0; f < set->count; f++) {
		for (size_t s = 0; s < set->family[f].count; s++) {
			const char *view = label_value(&set->family[f].series[s], "view");

			if (view && strcmp(view, wanted) == 0)
				return 0;
		}
	}
	views_write(set, views, sizeof(views));
	return skstat_error_set(error, -EINVAL, "view: there is no \"" WORD "\": there is %s", wanted,
				views[0] ? views : "none");
}

static int check(const struct skstat_families *set, const struct skstat_selection *selection,
		 struct skstat_error *error)
{
	int err = 0;

	for (size_t i = 0; i < selection->collects && !err; i++)
		err = collect_check(set, selection->collect[i], error);
	for (size_t i = 0; i < selection->views && !err; i++)
		err = view_check(set, selection->view[i], error);
	return err;
}

/* --- what is chosen */

static bool family_is_chosen(const struct skstat_selection *selection, const struct skstat_family *family)
{
	for (size_t i = 0; i < selection->collects; i++)
		if (means(selection->collect[i], family->name, family->type))
			return true;
	return !selection->collects;
}

static bool series_is_chosen(const struct skstat_selection *selection, const struct skstat_series *series)
{
	const char *view = selection->views ? label_value(series, "view") : NULL;

	for (size_t i = 0; view && i < selection->views; i++)
		if (strcmp(selection->view[i], view) == 0)
			return true;
	/* What is of no view comes along only if it was named. */
	return !selection->views || (!view && selection->collects);
}

/* The series of `from` that are chosen, in `room`. Returns how many. */
static size_t series_choose(const struct skstat_selection *selection, const struct skstat_family *from,
			    struct skstat_series *room)
{
	size_t count = 0;

	for (size_t i = 0; i < from->count; i++)
		if (series_is_chosen(selection, &from->series[i]))
			room[count++] = from->series[i];
	return count;
}

struct skstat_families *skstat_select_choose(const struct skstat_families *set,
					     const struct skstat_selection *selection)
{
	struct skstat_families *selected = calloc(1, sizeof(*selected));
	struct skstat_family *family = calloc(set->count + 1, sizeof(*family));
	struct skstat_series *series;
	size_t room = 1, used = 0;

	for (size_t i = 0; i < set->count; i++)
		room += set->family[i].count;
	/* All in one piece, which begins with the first of them. */
	series = calloc(room, sizeof(*series));
	if (!selected || !family || !series) {
		free(selected);
		free(family);
		free(series);
		return NULL;
	}
	*selected = *set;
	selected->arena = NULL;
	selected->family = family;
	selected->count = 0;
	family->series = series;
	for (size_t i = 0; i < set->count; i++) {
		struct skstat_family *to = &family[selected->count];

		if (!family_is_chosen(selection, &set->family[i]))
			continue;
		*to = set->family[i];
		to->series = series + used;
		to->count = series_choose(selection, &set->family[i], to->series);
		used += to->count;
		selected->count++;
	}
	return selected;
}

struct skstat_families *skstat_select_make(const struct skstat_families *set, const struct skstat_selection *selection,
					   struct skstat_error *error)
{
	struct skstat_families *selected;

	if (check(set, selection, error))
		return NULL;
	selected = skstat_select_choose(set, selection);
	if (!selected)
		skstat_error_set(error, -ENOMEM, "There is no memory left for the metrics");
	return selected;
}

void skstat_select_free(struct skstat_families *selected)
{
	if (!selected)
		return;
	/* Also of none: the piece hangs on the first place. */
	free(selected->family[0].series);
	free(selected->family);
	free(selected);
}
