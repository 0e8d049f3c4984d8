// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/pressure: "some avg10=0.00 avg60=0.05 avg300=0.06 total=352256819", and `full` in the line below. Only the
 * totals are taken, in microseconds: averages are for rate() to make.
 */
#include <errno.h>
#include <string.h>

#include "collector.h"
#include "source/word.h"

enum { CPU, MEMORY, IO, IRQ, __RESOURCES };
enum { SOME, FULL, __KINDS };

static const struct skstat_family_doc docs[__KINDS] = {
	[SOME] = { "skstat_pressure_waiting_seconds", "seconds",
		   "Time that some task of the machine waited for the resource (some)", "resource=cpu|memory|io|irq",
		   SKSTAT_METRIC_COUNTER, NULL },
	[FULL] = { "skstat_pressure_stalled_seconds", "seconds",
		   "Time that nothing ran on the machine because tasks waited for the resource (full)",
		   "resource=memory|io|irq", SKSTAT_METRIC_COUNTER, NULL },
};

static const char *const resources[__RESOURCES] = { "cpu", "memory", "io", "irq" };
static const char *const words[__KINDS] = { "some", "full" };

struct reading {
	bool has[__KINDS];
	uint64_t total[__KINDS];
};

struct pressure {
	struct reading of[__RESOURCES];
};

/* The total of a line, behind its first word. */
static int total_parse(const char *line, uint64_t *total)
{
	static const char before[] = "total=";
	struct skstat_word word;

	while ((word = skstat_word_next(&line)).at) {
		if (word.length < strlen(before) || memcmp(word.at, before, strlen(before)) != 0)
			continue;
		word.at += strlen(before);
		word.length -= strlen(before);
		return skstat_word_number(&word, 10, total);
	}
	return -EBADMSG;
}

static int parse(void *found, size_t file, const char *text)
{
	struct pressure *pressure = found;
	struct reading reading = { 0 };

	for (const char *line = text; line && *line; line = skstat_line_next(line)) {
		const char *rest = line;
		struct skstat_word word = skstat_word_next(&rest);

		for (size_t kind = 0; kind < __KINDS; kind++) {
			if (!skstat_word_is(&word, words[kind]))
				continue;
			if (total_parse(rest, &reading.total[kind]))
				return -EBADMSG;
			reading.has[kind] = true;
		}
	}
	if (!reading.has[SOME] && !reading.has[FULL])
		return -EBADMSG;
	/* While a task runs, not all wait for the CPU: the kernel writes that line for old readers, and always 0. */
	if (file == CPU)
		reading.has[FULL] = false;
	pressure->of[file] = reading;
	return 0;
}

static void families(const void *found, struct skstat_families *set)
{
	const struct pressure *pressure = found;

	for (size_t kind = 0; kind < __KINDS; kind++) {
		struct skstat_family *family = skstat_procfs_family(set, &docs[kind]);

		for (size_t i = 0; i < __RESOURCES; i++) {
			const struct skstat_label label = { "resource", resources[i] };

			if (pressure->of[i].has[kind])
				skstat_series_add(set, family, &label, 1)->value =
					(double)pressure->of[i].total[kind] / 1e6;
		}
	}
}

const struct skstat_procfs_collector skstat_procfs_pressure = {
	.name = "pressure",
	/* Of interrupts only where the kernel takes their time (CONFIG_IRQ_TIME_ACCOUNTING), since 6.1. */
	.file = { { .path = "pressure/cpu" }, { .path = "pressure/memory" }, { .path = "pressure/io" },
		  { .path = "pressure/irq", .optional = true } },
	.size = sizeof(struct pressure),
	.parse = parse,
	.families = families,
	.doc = docs,
	.docs = __KINDS,
};
