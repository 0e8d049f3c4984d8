// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <string.h>

#include "snapshot_json.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define EXACT 9007199254740992.0 /* up to here a double has every integer */

static json_t *number(double value)
{
	return fabs(value) <= EXACT && value == floor(value) ? json_integer((json_int_t)value) : json_real(value);
}

/* Of any bytes: what is no UTF-8 has a name of its own. */
static json_t *text(const char *value)
{
	json_t *json = json_string(value);

	return json ? json : json_string("(not UTF-8)");
}

static const char *label_of(const struct skstat_series *series, const char *name)
{
	for (size_t i = 0; i < series->labels; i++)
		if (strcmp(series->label[i].name, name) == 0)
			return series->label[i].value;
	return NULL;
}

/* Takes the value, NULL included, which it refuses. A key of any bytes, too. */
static int put(json_t *object, const char *key, json_t *value)
{
	json_t *safe = text(key);
	int failed = json_object_set_new(object, safe ? json_string_value(safe) : NULL, value);

	json_decref(safe);
	return failed;
}

/* The object under that key, which is made where there is none; NULL: no memory. */
static json_t *child(json_t *object, const char *key)
{
	json_t *found = json_object_get(object, key);

	if (!found && put(object, key, json_object()) == 0)
		found = json_object_get(object, key);
	return found;
}

static json_t *whole(json_t *object, int failed)
{
	if (!failed && object)
		return object;
	json_decref(object);
	return NULL;
}

/* --- the ledger */

static json_t *namespace_find(json_t *list, const char *netns)
{
	json_t *name = text(netns), *found = NULL;
	size_t i;

	for (i = 0; name && i < json_array_size(list) && !found; i++)
		if (json_equal(json_object_get(json_array_get(list, i), "netns"), name))
			found = json_array_get(list, i);
	if (name && !found && json_array_append_new(list, json_object()) == 0) {
		found = json_array_get(list, json_array_size(list) - 1);
		if (json_object_set(found, "netns", name))
			found = NULL;
	}
	json_decref(name);
	return found;
}

static int ledger_put(json_t *list, const char *key, const struct skstat_series *series)
{
	const char *netns = label_of(series, "netns"), *counter = label_of(series, "counter");
	const char *reason = label_of(series, "reason");
	json_t *line;

	if (!netns || !counter)
		return 0;
	line = namespace_find(list, netns);
	line = line ? child(line, counter) : NULL;
	if (!line)
		return -1;
	if (!reason)
		return put(line, key, number(series->value));
	line = child(line, key);
	return line ? put(line, reason, number(series->value)) : -1;
}

json_t *skstat_ledger_json(const struct skstat_families *set)
{
	static const struct {
		const char *key, *family;
	} parts[] = {
		{ "kernel", "skstat_ledger_kernel_segments" },
		{ "attributed", "skstat_ledger_attributed_segments" },
		{ "unattributed", "skstat_ledger_unattributed_segments" },
		{ "residual", "skstat_ledger_residual_segments" },
		{ "coverage", "skstat_coverage_ratio" },
	};
	json_t *object = json_object(), *list = json_array();
	int failed = json_object_set_new(object, "namespaces", list);

	for (size_t i = 0; i < LENGTH(parts); i++) {
		const struct skstat_family *family = skstat_family_find(set, parts[i].family);

		for (size_t s = 0; !failed && family && s < family->count; s++)
			failed = ledger_put(list, parts[i].key, &family->series[s]);
	}
	return whole(object, failed);
}

/* --- the status */

static int source_put(json_t *object, const struct skstat_family *family)
{
	json_t *source = child(object, "source");
	int failed = !source;

	for (size_t i = 0; !failed && i < family->series->labels; i++)
		failed = put(source, family->series->label[i].name, text(family->series->label[i].value));
	return failed;
}

/* Of a family whose series have one label at most. */
static int figure_put(json_t *object, const char *key, const struct skstat_family *family)
{
	int failed = 0;

	for (size_t i = 0; !failed && i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];
		json_t *place = series->labels ? child(object, key) : object;

		failed = !place || put(place, series->labels ? series->label[0].value : key, number(series->value));
	}
	return failed;
}

json_t *skstat_status_json(const struct skstat_families *set)
{
	static const struct {
		const char *key, *family;
	} figures[] = {
		{ "connections", "skstat_model_connections" },
		{ "polls", "skstat_polls" },
		{ "poll_failures", "skstat_poll_failures" },
		{ "polls_late", "skstat_polls_late" },
		{ "poll_interval_stretched", "skstat_poll_interval_stretched" },
		{ "poll_cpu_seconds", "skstat_poll_cpu_seconds" },
		{ "gaps", "skstat_gaps" },
		{ "journal_held", "skstat_journal_held" },
		{ "journal_events", "skstat_journal_events" },
		{ "journal_lost_events", "skstat_journal_lost_events" },
		{ "view_groups", "skstat_view_groups" },
		{ "view_series", "skstat_view_series" },
		{ "view_folded", "skstat_view_folded" },
		{ "collector_success", "skstat_collector_success" },
		{ "config_last_reload_successful", "skstat_config_last_reload_successful" },
		{ "stage_seconds", "skstat_stage_seconds" },
		{ "cpu_seconds", "process_cpu_seconds" },
		{ "memory_held_bytes", "skstat_memory_held_bytes" },
		{ "memory_folding", "skstat_memory_folding" },
		{ "log_messages", "skstat_log_messages" },
		{ "log_lost_messages", "skstat_log_lost_messages" },
		{ "resident_bytes", "process_resident_memory_bytes" },
	};
	const struct skstat_family *source = skstat_family_find(set, "skstat_source_info");
	json_t *object = json_object();
	int failed = source && source->count ? source_put(object, source) : 0;

	for (size_t i = 0; !failed && i < LENGTH(figures); i++) {
		const struct skstat_family *family = skstat_family_find(set, figures[i].family);

		failed = family ? figure_put(object, figures[i].key, family) : 0;
	}
	return whole(object, failed);
}
