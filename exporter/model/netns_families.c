// SPDX-License-Identifier: GPL-2.0
/* The families by namespace: sockets by state, and the kernel's own counters. */
#include "families.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

void skstat_sockets_families(const struct skstat_making *m)
{
	const struct skstat_namespaces *namespaces = &m->model->namespaces;
	const struct skstat_derived *derived = &skstat_derived[SKSTAT_DERIVED_SOCKETS];
	struct skstat_family *family =
		skstat_family_add(m->set, derived->type, derived->name, derived->unit, derived->help);

	for (size_t i = 0; i < namespaces->states; i++) {
		const struct skstat_field *field = namespaces->state[i];
		struct skstat_label label[] = { { "netns", SKSTAT_NETNS_OTHER }, { "state", field->name } };
		const struct skstat_namespace *ns;
		uint64_t other = 0;

		if (!namespaces->available[i])
			continue;
		for (ns = namespaces->by_inode; ns; ns = ns->hh.next) {
			if (!ns->walked)
				continue;
			if (ns->folded) {
				other += ns->sockets[i];
				continue;
			}
			label[0].value = skstat_families_text(m->set, ns->label);
			skstat_series_add(m->set, family, label, LENGTH(label))->value = ns->sockets[i];
		}
		label[0].value = SKSTAT_NETNS_OTHER;
		if (namespaces->other_used)
			skstat_series_add(m->set, family, label, LENGTH(label))->value = (double)other;
	}
}

static void mib_value_add(const struct skstat_making *m, struct skstat_family *family, const char *label,
			  uint64_t value)
{
	struct skstat_label netns = { "netns", label };

	skstat_series_add(m->set, family, &netns, 1)->value = (double)value;
}

/* The counters of `other` are kept; a gauge there is the sum of what the folded ones have now. */
void skstat_mib_families(const struct skstat_making *m)
{
	const struct skstat_namespaces *namespaces = &m->model->namespaces;

	for (size_t row = 0; row < SKSTAT_MIB_COUNT; row++) {
		const struct skstat_mib_row *mib = &skstat_mib_rows[row];
		uint64_t other = namespaces->other.value[row];
		const struct skstat_namespace *ns;
		struct skstat_family *family;

		if (m->model->mib.at[row] < 0)
			continue;
		if (mib->type == SKSTAT_METRIC_GAUGE)
			other = 0;
		family = skstat_family_add(m->set, mib->type, mib->name, "", mib->help);
		for (ns = namespaces->by_inode; ns; ns = ns->hh.next) {
			if (!ns->mib.has[row])
				continue;
			if (!ns->folded)
				mib_value_add(m, family, skstat_families_text(m->set, ns->label), ns->mib.value[row]);
			else if (mib->type == SKSTAT_METRIC_GAUGE)
				other += ns->mib.value[row];
		}
		if (namespaces->other.has[row])
			mib_value_add(m, family, SKSTAT_NETNS_OTHER, other);
	}
}
