// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "statsd_xtcp.h"

enum kind {
	NOW,	/* a gauge of the value */
	POLL,	/* a gauge of what it has grown in each poll since the set before */
	GROWTH, /* a counter */
};

struct row {
	const char *name;	 /* xtcp's */
	const char *family;	 /* ours; of a histogram its sum */
	const char *label, *value; /* of the series that are added up; NULL: all */
	enum kind kind;
	double scale;
};

#define POLLS "skstat_polls"
#define KIB (1.0 / 1024)
#define PAGES (1.0 / 4096)

static const struct row rows[] = {
	{ "xtcp_v4_poller_loops", POLLS, NULL, NULL, NOW, 1 },
	{ "xtcp_v6_poller_loops", POLLS, NULL, NULL, NOW, 1 },
	{ "xtcp_v4_poll_duration", "skstat_poll_duration_seconds", NULL, NULL, POLL, 1 },
	{ "xtcp_v6_poll_duration", "skstat_poll_duration_seconds", NULL, NULL, POLL, 1 },
	{ "xtcp_v4_done_duration", "skstat_stage_seconds", "stage", "receive", POLL, 1 },
	{ "xtcp_v6_done_duration", "skstat_stage_seconds", "stage", "receive", POLL, 1 },
	{ "xtcp_v4_poller_long", "skstat_polls_late", NULL, NULL, GROWTH, 1 },
	{ "xtcp_v6_poller_long", "skstat_polls_late", NULL, NULL, GROWTH, 1 },
	{ "xtcp_v4_netlinker_0_packets", "skstat_netlink_datagrams", NULL, NULL, POLL, 1 },
	{ "xtcp_v4_netlinker_0_msgs", "skstat_netlink_messages", NULL, NULL, POLL, 1 },
	{ "xtcp_v4_netlinker_0_in", "skstat_netlink_received_bytes", NULL, NULL, POLL, 1 },
	{ "xtcp_v4_netlinker_0_read", "skstat_netlink_received_bytes", NULL, NULL, POLL, 1 },
	{ "xtcp_v4_netlinker_0_errors", "skstat_netlink_errors", NULL, NULL, POLL, 1 },
	{ "xtcp_v4_netlinker_0_nasty", "skstat_records_unknown", NULL, NULL, POLL, 1 },
	{ "xtcp_v4_inetdiager_total_msgs", "skstat_records", "kind", "full_ipv4", NOW, 1 },
	{ "xtcp_v6_inetdiager_total_msgs", "skstat_records", "kind", "full_ipv6", NOW, 1 },
	{ "xtcp_heapAlloc", "skstat_model_memory_bytes", NULL, NULL, NOW, 1 },
	{ "xtcp_rss", "process_resident_memory_bytes", NULL, NULL, NOW, KIB },
	{ "xtcp_sz", "process_virtual_memory_bytes", NULL, NULL, NOW, PAGES },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROWS <= SKSTAT_XTCP_MAX, "there is a place for what each row had");

static bool is_of(const struct row *row, const struct skstat_series *series)
{
	if (!row->label)
		return true;
	for (size_t i = 0; i < series->labels; i++)
		if (strcmp(series->label[i].name, row->label) == 0)
			return strcmp(series->label[i].value, row->value) == 0;
	return false;
}

/* False: the set has no such series. */
static bool sum(const struct row *row, const struct skstat_families *set, double *total)
{
	const struct skstat_family *family = skstat_family_find(set, row->family);
	bool found = false;

	*total = 0;
	for (size_t i = 0; family && i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];

		if (!is_of(row, series))
			continue;
		*total += row->scale * (family->type == SKSTAT_METRIC_HISTOGRAM ? series->distribution.sum :
										   series->value);
		found = true;
	}
	return found;
}

struct skstat_families *skstat_xtcp_make(struct skstat_xtcp *xtcp, const struct skstat_families *set)
{
	const struct row polls = { .family = POLLS, .scale = 1 };
	struct skstat_families *made = skstat_families_new();
	double count, grown;

	if (!made)
		return NULL;
	(void)sum(&polls, set, &count);
	grown = count - xtcp->polls;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		double value, before = xtcp->last[i];

		if (!sum(row, set, &value))
			continue;
		xtcp->last[i] = value;
		if (row->kind == POLL && !(grown > 0))
			continue;
		if (row->kind == POLL)
			value = (value - before) / grown;
		skstat_series_add(made,
				  skstat_family_add(made, row->kind == GROWTH ? SKSTAT_METRIC_COUNTER :
										SKSTAT_METRIC_GAUGE,
						    row->name, "", ""),
				  NULL, 0)->value = value;
	}
	xtcp->polls = count;
	return made;
}
