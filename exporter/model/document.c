// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "families.h"
#include "ledger_families.h"
#include "mib.h"
#include "model.h"
#include "plan.h"
#include "source/event_name.h"

/* One call to skstat_model_document(). */
struct telling {
	void (*fn)(const struct skstat_family_doc *doc, void *arg);
	void *arg;
};

static void derived_tell(const struct telling *t, int which, const char *labels)
{
	const struct skstat_derived *derived = &skstat_derived[which];
	const struct skstat_family_doc doc = {
		.name = derived->name,
		.unit = derived->unit,
		.help = derived->help,
		.labels = labels,
		.type = derived->type,
	};

	t->fn(&doc, t->arg);
}

/* With its values: "view,...,kind=handshake|fast_open". */
static void kinds_tell(const struct telling *t, int which, const char *label, const char *(*name_of)(uint32_t kind),
		       uint32_t kinds)
{
	char labels[256];
	int length = snprintf(labels, sizeof(labels), "%s,%s=", SKSTAT_VIEW_LABELS, label);

	for (uint32_t kind = 1; kind < kinds && (size_t)length < sizeof(labels); kind++)
		length += snprintf(labels + length, sizeof(labels) - (size_t)length, "%s%s", kind > 1 ? "|" : "",
				   name_of(kind));
	derived_tell(t, which, labels);
}

static void columns_tell(const struct telling *t, const struct skstat_column *column, size_t count,
			 enum skstat_kind kind, enum skstat_metric_type type)
{
	for (; count; count--, column++) {
		const struct skstat_family_doc doc = {
			.name = column->name,
			.unit = column->unit,
			.help = column->help,
			.labels = SKSTAT_VIEW_LABELS,
			.type = type,
			.field = column->field,
		};

		if (column->kind == kind)
			t->fn(&doc, t->arg);
	}
}

static void mib_tell(const struct telling *t)
{
	for (size_t row = 0; row < SKSTAT_MIB_COUNT; row++) {
		const struct skstat_family_doc doc = {
			.name = skstat_mib_rows[row].name,
			.unit = "",
			.help = skstat_mib_rows[row].help,
			.labels = "netns",
			.type = skstat_mib_rows[row].type,
		};

		t->fn(&doc, t->arg);
	}
}

/* In the order of skstat_model_families(). */
void skstat_model_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	const struct telling telling = { fn, arg };
	struct skstat_plan plan;

	skstat_plan_init(&plan);
	derived_tell(&telling, SKSTAT_DERIVED_SOCKETS, "netns,state");
	derived_tell(&telling, SKSTAT_DERIVED_CONNECTIONS, SKSTAT_VIEW_LABELS);
	columns_tell(&telling, plan.counter, SKSTAT_COUNTERS, SKSTAT_KIND_FULL, SKSTAT_METRIC_COUNTER);
	derived_tell(&telling, SKSTAT_DERIVED_CWND_LIMITED, SKSTAT_VIEW_LABELS);
	derived_tell(&telling, SKSTAT_DERIVED_APPLICATION_LIMITED, SKSTAT_VIEW_LABELS);
	columns_tell(&telling, plan.gauge, SKSTAT_GAUGES, SKSTAT_KIND_FULL, SKSTAT_METRIC_GAUGE);
	columns_tell(&telling, plan.histogram, SKSTAT_HISTOGRAMS, SKSTAT_KIND_FULL, SKSTAT_METRIC_HISTOGRAM);
	kinds_tell(&telling, SKSTAT_DERIVED_OPENED, "kind", skstat_open_name, __SKSTAT_OPEN_MAX);
	kinds_tell(&telling, SKSTAT_DERIVED_FAILED, "result", skstat_fail_name, __SKSTAT_FAIL_MAX);
	kinds_tell(&telling, SKSTAT_DERIVED_CLOSED, "kind", skstat_close_name, __SKSTAT_CLOSE_MAX);
	columns_tell(&telling, plan.life, SKSTAT_LIVES, SKSTAT_KIND_FULL, SKSTAT_METRIC_HISTOGRAM);
	derived_tell(&telling, SKSTAT_DERIVED_LISTENERS, SKSTAT_VIEW_LABELS);
	columns_tell(&telling, plan.gauge, SKSTAT_GAUGES, SKSTAT_KIND_LISTEN, SKSTAT_METRIC_GAUGE);
	columns_tell(&telling, plan.counter, SKSTAT_COUNTERS, SKSTAT_KIND_LISTEN, SKSTAT_METRIC_COUNTER);
	skstat_top_document(fn, arg);
	skstat_view_document(fn, arg);
	skstat_ledger_document(fn, arg);
	mib_tell(&telling);
	skstat_cell_document(fn, arg);
	skstat_hist_document(fn, arg);
}
