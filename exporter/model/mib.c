// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "mib.h"

const struct skstat_mib_row skstat_mib_rows[SKSTAT_MIB_COUNT] = {
#define ROW(TABLE, KERNEL, NAME, TYPE, HELP)                                                         \
	{                                                                                            \
		.table = SKSTAT_MIB_##TABLE, .kernel = KERNEL, .name = "skstat_mib_" NAME,           \
		.type = SKSTAT_METRIC_##TYPE, .help = HELP,                                          \
	},
	SKSTAT_MIB_ROWS(ROW)
#undef ROW
};

int32_t skstat_mib_find(const struct skstat_schema *schema, uint32_t table, const char *name)
{
	for (size_t i = 0; schema && i < schema->counters; i++) {
		const struct skstat_schema_counter *counter = &schema->counter[i];

		if (counter->table == table && counter->index <= INT32_MAX && strcmp(counter->name, name) == 0)
			return (int32_t)counter->index;
	}
	return -1;
}

void skstat_mib_index_init(struct skstat_mib_index *index, const struct skstat_schema *schema)
{
	for (size_t row = 0; row < SKSTAT_MIB_COUNT; row++)
		index->at[row] = skstat_mib_find(schema, skstat_mib_rows[row].table, skstat_mib_rows[row].kernel);
}

void skstat_mib_take(struct skstat_mib_values *values, const struct skstat_mib *mib,
		     const struct skstat_mib_index *index, struct skstat_mib_values *sum)
{
	for (size_t row = 0; row < SKSTAT_MIB_COUNT; row++) {
		uint32_t table = skstat_mib_rows[row].table;
		int32_t at = index->at[row];
		bool has = at >= 0 && (size_t)at < mib->count[table];
		uint64_t value;

		if (has) {
			value = skstat_mib_value(mib, table, (size_t)at);
			if (sum) {
				if (value > values->value[row])
					sum->value[row] += value - values->value[row];
				sum->has[row] = true;
			}
			values->value[row] = value;
		}
		values->has[row] = has;
	}
}
