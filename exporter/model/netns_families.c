// SPDX-License-Identifier: GPL-2.0
/* The families by namespace: sockets by state, and the kernel's own counters. */
#include "families.h"

void skstat_sockets_families(const struct skstat_making *m)
{
	const struct skstat_namespaces *namespaces = &m->model->namespaces;
	const struct skstat_derived *derived = &skstat_derived[SKSTAT_DERIVED_SOCKETS];
	struct skstat_family *family =
		skstat_family_add(m->set, derived->type, derived->name, derived->unit, derived->help);

	for (size_t i = 0; i < namespaces->states; i++) {
		const struct skstat_field *field = namespaces->state[i];
		const struct skstat_label state = { "state", field->name };
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
			skstat_series_add_shared(m->set, family, ns->labels, &state)->value = ns->sockets[i];
		}
		if (namespaces->other_used)
			skstat_series_add_shared(m->set, family, namespaces->other_labels, &state)->value =
				(double)other;
	}
}

static void mib_value_add(const struct skstat_making *m, struct skstat_family *family,
			  const struct skstat_labels *labels, uint64_t value)
{
	skstat_series_add_shared(m->set, family, labels, NULL)->value = (double)value;
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
				mib_value_add(m, family, ns->labels, ns->mib.value[row]);
			else if (mib->type == SKSTAT_METRIC_GAUGE)
				other += ns->mib.value[row];
		}
		if (namespaces->other.has[row])
			mib_value_add(m, family, namespaces->other_labels, other);
	}
}
