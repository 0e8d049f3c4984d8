// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "plan.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Where the model corrects a figure, the row's sentence is about the raw one. */
static const struct {
	const char *field, *help;
} helps[] = {
	{ "bytes_received", "Payload received in order (RFC 4898 tcpEStatsAppHCThruOctetsReceived)" },
};

static const char *help_of(const struct skstat_field *field)
{
	for (size_t i = 0; i < LENGTH(helps); i++)
		if (strcmp(helps[i].field, field->name) == 0)
			return helps[i].help;
	return field->help;
}

/* The base unit as a name's suffix. What is merely counted has none: the noun says what. */
static const char *suffix_of(enum skstat_unit unit)
{
	return unit == SKSTAT_UNIT_EVENTS || unit == SKSTAT_UNIT_SOCKETS ? "" : skstat_unit_base(unit);
}

static void column_init(struct skstat_plan *plan, struct skstat_column *column, const char *name)
{
	const struct skstat_field *field = skstat_field_by_name(name);

	column->field = field;
	column->unit = suffix_of(field->unit);
	column->help = help_of(field);
	/* Memory is of both kinds; its metrics are about connections. */
	column->kind = field->group == SKSTAT_GROUP_LISTEN ? SKSTAT_KIND_LISTEN : SKSTAT_KIND_FULL;
	snprintf(column->name, sizeof(column->name), "skstat_tcp_%s%s%s", field->noun, column->unit[0] ? "_" : "",
		 column->unit);
	column->wanted = true;
	if (skstat_groups[field->group].kinds & 1u << column->kind)
		plan->groups |= 1u << field->group;
}

static void histogram_init(struct skstat_plan *plan, struct skstat_column *column, const char *name)
{
	column_init(plan, column, name);
	column->span = skstat_span_of(column->field);
	column->wanted = false;
}

/* Made from a counter that connections have anyway. */
static void payload_init(struct skstat_plan *plan, struct skstat_column *column, const char *field, const char *name,
			 const char *help)
{
	histogram_init(plan, column, field);
	/* A queue is another thing than what a connection carries in its whole life. */
	column->span = SKSTAT_SPAN_PAYLOAD;
	column->help = help;
	snprintf(column->name, sizeof(column->name), "%s", name);
}

static void lives_init(struct skstat_plan *plan)
{
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown, histogram_init(plan, &plan->life[SKSTAT_LIFE_##name], #name);)
	SKSTAT_FIELDS_OF_LIVES(ROW)
#undef ROW
	payload_init(plan, &plan->life[SKSTAT_LIFE_SENT], "bytes_sent", "skstat_tcp_connection_sent_bytes",
		     "Payload that a connection had sent when it closed, without retransmits");
	payload_init(plan, &plan->life[SKSTAT_LIFE_RECEIVED], "bytes_received", "skstat_tcp_connection_received_bytes",
		     "Payload that a connection had received when it closed");
}

/* What a listener drops is a connection: a metric of its own, of the same row. */
static void listen_drops_init(struct skstat_plan *plan)
{
	struct skstat_column *column = &plan->counter[SKSTAT_COUNTER_LISTEN_DROPS];

	column_init(plan, column, plan->counter[SKSTAT_COUNTER_drops].field->name);
	column->kind = SKSTAT_KIND_LISTEN;
	column->unit = "";
	column->help = "SYNs and connections that listeners dropped, those for which a queue was full among them";
	snprintf(column->name, sizeof(column->name), "skstat_tcp_listen_drops");
}

void skstat_plan_init(struct skstat_plan *plan)
{
	memset(plan, 0, sizeof(*plan));
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, column_init(plan, &plan->counter[SKSTAT_COUNTER_##name], #name);) \
	SKSTAT_IF_GAUGE(kind, aggregate, shown, column_init(plan, &plan->gauge[SKSTAT_GAUGE_##name], #name);)       \
	SKSTAT_IF_HISTOGRAM(kind, aggregate, shown,                                                                 \
			    histogram_init(plan, &plan->histogram[SKSTAT_HISTOGRAM_##name], #name);)
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
	SKSTAT_FIELDS_OF_LISTENERS(ROW)
#undef ROW
	listen_drops_init(plan);
	lives_init(plan);
}

/* Whether anything has changed. */
static bool columns_fit(struct skstat_plan *plan, struct skstat_column *list, size_t count,
			const struct skstat_schema *schema, uint16_t epoch)
{
	bool changed = false;

	for (size_t i = 0; i < count; i++) {
		const struct skstat_field *field = list[i].field;
		uint16_t *need = &plan->need[list[i].kind][field->group];
		uint16_t end = (uint16_t)(field->offset + field->size);
		bool available = list[i].wanted && schema && schema->available[field - skstat_fields];

		if (available && *need < end)
			*need = end;
		if (available == list[i].available)
			continue;
		list[i].available = available;
		list[i].since = epoch;
		changed = true;
	}
	return changed;
}

#define MASK(column, name)        \
	if ((column)->available) \
		memset(&plan->mask.name, 0xff, sizeof(plan->mask.name));

static void mask_fit(struct skstat_plan *plan)
{
	memset(&plan->mask, 0, sizeof(plan->mask));
#define ROW(id, name, type, kind, unit, noun, aggregate, shown, ...)                                         \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, MASK(&plan->counter[SKSTAT_COUNTER_##name], name)) \
	SKSTAT_IF_GAUGE(kind, aggregate, shown, MASK(&plan->gauge[SKSTAT_GAUGE_##name], name))
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
	SKSTAT_FIELDS_OF_LISTENERS(ROW)
#undef ROW
}

static bool knows(const struct skstat_schema *schema, size_t field)
{
	return schema && schema->available[field];
}

/* They are no part of an entry's values, and change nothing in a difference. */
static void lives_fit(struct skstat_plan *plan, const struct skstat_schema *schema)
{
	for (size_t i = 0; i < SKSTAT_LIVES; i++)
		plan->life[i].available = plan->life[i].wanted &&
					  knows(schema, (size_t)(plan->life[i].field - skstat_fields));
	plan->opens = knows(schema, SKSTAT_AT_connect_latency);
	plan->closes = knows(schema, SKSTAT_AT_event_kind);
	plan->life[SKSTAT_LIFE_SENT].available &= plan->closes && knows(schema, SKSTAT_AT_bytes_retrans);
	plan->life[SKSTAT_LIFE_RECEIVED].available &= plan->closes;
}

static bool has_always(const struct skstat_plan *plan)
{
	bool has = true;

#define ROW(id, name, type, kind, unit, noun, aggregate, shown, have, ...) \
	SKSTAT_IF_COUNTER(kind, aggregate, shown, has &= strcmp(#have, "ALWAYS") || \
						   plan->counter[SKSTAT_COUNTER_##name].available;)
	SKSTAT_FIELDS_OF_CONNECTIONS(ROW)
#undef ROW
	return has;
}

void skstat_plan_fit(struct skstat_plan *plan, const struct skstat_schema *schema, uint32_t hz)
{
	uint16_t epoch = (uint16_t)(plan->epoch + 1);
	bool changed = !plan->epoch;

	plan->hz = hz;
	plan->rqueue = knows(schema, SKSTAT_AT_rqueue);
	plan->wqueue = knows(schema, SKSTAT_AT_wqueue);
	memset(plan->need, 0, sizeof(plan->need));
	memset(plan->fits, 0, sizeof(plan->fits));
	changed |= columns_fit(plan, plan->counter, SKSTAT_COUNTERS, schema, epoch);
	changed |= columns_fit(plan, plan->gauge, SKSTAT_GAUGES, schema, epoch);
	/* No part of an entry's values either: what a view wants of these is not to be seen by others. */
	columns_fit(plan, plan->histogram, SKSTAT_HISTOGRAMS, schema, epoch);
	lives_fit(plan, schema);
	plan->observed = 0;
	for (size_t i = 0; i < SKSTAT_HISTOGRAMS; i++)
		plan->observed |= (uint32_t)plan->histogram[i].available << i;
	if (!changed)
		return;
	plan->epoch = epoch;
	plan->always = has_always(plan);
	mask_fit(plan);
}

bool skstat_plan_check(struct skstat_plan *plan, const struct skstat_sample *sample)
{
	/* The last record of a connection is to have what the others had. */
	bool last = SKSTAT_KINDS_LAST & 1 << sample->kind;
	const uint16_t *need = plan->need[last ? SKSTAT_KIND_FULL : sample->kind];

	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
		if (sample->size[g] < need[g])
			return false;
	memcpy(plan->fits[sample->kind], sample->size, sizeof(sample->size));
	return true;
}
