// SPDX-License-Identifier: GPL-2.0
#include "ledger_families.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define COUNTERS "netns,counter=delivered|retransmitted|sent"

static const char *const counters[] = {
	[SKSTAT_LEDGER_DELIVERED] = "delivered",
	[SKSTAT_LEDGER_RETRANSMITTED] = "retransmitted",
	[SKSTAT_LEDGER_SENT] = "sent",
};

static const char *const reasons[] = {
	[SKSTAT_LEDGER_SYNACK] = "synack",
	[SKSTAT_LEDGER_RESET] = "reset",
	[SKSTAT_LEDGER_TIME_WAIT] = "time_wait",
};

enum { KERNEL, ATTRIBUTED, UNATTRIBUTED, RESIDUAL, COVERAGE };

static const struct skstat_family_doc families[] = {
	[KERNEL] = {
		"skstat_ledger_kernel_segments", "segments",
		"Segments that the kernel has counted: TcpExt TCPDelivered, Tcp RetransSegs, and Tcp OutSegs, which has no "
		"retransmits in it but those of SYN-ACKs",
		COUNTERS, SKSTAT_METRIC_COUNTER, NULL,
	},
	[ATTRIBUTED] = {
		"skstat_ledger_attributed_segments", "segments", "Of these, the ones that were found on connections",
		COUNTERS, SKSTAT_METRIC_COUNTER, NULL,
	},
	[UNATTRIBUTED] = {
		"skstat_ledger_unattributed_segments", "segments",
		"Of these, the ones that are known to be of no connection: SYN-ACKs, RSTs to segments of none, ACKs to the "
		"FIN of a peer after TIME-WAIT began",
		COUNTERS ",reason=synack|reset|time_wait", SKSTAT_METRIC_COUNTER, NULL,
	},
	[RESIDUAL] = {
		"skstat_ledger_residual_segments", "segments",
		"Of these, the ones of which nothing is known; below zero: more were found than the kernel counted",
		COUNTERS, SKSTAT_METRIC_GAUGE, NULL,
	},
	[COVERAGE] = {
		"skstat_coverage_ratio", "ratio",
		"Part of what the kernel has counted since the exporter began that is attributed, or known to be of no "
		"connection",
		COUNTERS, SKSTAT_METRIC_GAUGE, NULL,
	},
};

/* One family under way. */
struct making {
	struct skstat_families *set;
	struct skstat_family *family;
	int which;
};

static void value_add(const struct making *m, const struct skstat_label *label, size_t labels, double value)
{
	skstat_series_add(m->set, m->family, label, labels)->value = value;
}

/* The series of one line. */
static void line_add(const struct making *m, const char *netns, size_t counter, const struct skstat_ledger_line *line)
{
	struct skstat_label label[] = { { "netns", netns }, { "counter", counters[counter] }, { "reason", "" } };
	size_t labels = LENGTH(label) - 1;

	if (!line->known)
		return;
	switch (m->which) {
	case KERNEL:
		value_add(m, label, labels, (double)line->kernel);
		break;
	case ATTRIBUTED:
		value_add(m, label, labels, (double)line->attributed);
		break;
	case UNATTRIBUTED:
		for (size_t i = 0; i < SKSTAT_LEDGER_REASONS; i++) {
			label[labels].value = reasons[i];
			if (line->has[i])
				value_add(m, label, LENGTH(label), (double)line->unattributed[i]);
		}
		break;
	case RESIDUAL:
		value_add(m, label, labels, (double)skstat_ledger_residual(line));
		break;
	case COVERAGE:
		if (line->kernel)
			value_add(m, label, labels, skstat_ledger_coverage(line));
		break;
	}
}

static void counter_add(const struct making *m, const struct skstat_namespaces *namespaces, size_t counter)
{
	struct skstat_ledger_line other = namespaces->gone[counter];
	const struct skstat_namespace *ns;

	for (ns = namespaces->by_inode; ns; ns = ns->hh.next)
		if (ns->folded)
			skstat_ledger_line_add(&other, &ns->book.line[counter]);
		else if (ns->book.line[counter].known)
			line_add(m, skstat_families_text(m->set, ns->label), counter, &ns->book.line[counter]);
	line_add(m, SKSTAT_NETNS_OTHER, counter, &other);
}

void skstat_ledger_families(const struct skstat_namespaces *namespaces, struct skstat_families *set)
{
	for (size_t which = 0; which < LENGTH(families); which++) {
		const struct skstat_family_doc *doc = &families[which];
		struct making m = { .set = set, .which = (int)which };

		m.family = skstat_family_add(set, doc->type, doc->name, doc->unit, doc->help);
		for (size_t counter = 0; counter < SKSTAT_LEDGER_COUNTERS; counter++)
			counter_add(&m, namespaces, counter);
	}
}

void skstat_ledger_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	for (size_t which = 0; which < LENGTH(families); which++)
		fn(&families[which], arg);
}
