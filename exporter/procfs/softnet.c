// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/softnet_stat: a line of hexadecimal numbers for each CPU that is online, without names. Kernels have added
 * columns at the end, and write 0 into those that they have given up.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector.h"
#include "source/word.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define COLUMNS_LEAST 9	/* of kernels long ago */
#define COLUMNS_MAX 15	/* that have a meaning here; those behind them are passed over */
#define COLUMN_CPU 12
#define CPUS 2048

/* F(column, name, type, help) */
#define FIGURES(F)                                                                                              \
	F(0, processed, COUNTER, "Packets received that the CPU processed")                                     \
	F(1, dropped, COUNTER, "Packets dropped because the CPU's backlog was full")                            \
	F(2, times_squeezed, COUNTER, "Times that the CPU stopped with packets left, for its time was up")      \
	F(9, received_rps, COUNTER, "Times that another CPU woke this one for packets (RPS)")                   \
	F(10, flow_limit_count, COUNTER, "Packets dropped because one flow filled the backlog")                 \
	F(11, backlog_len, GAUGE, "Packets in the CPU's backlog now")                                           \
	F(13, input_queue_len, GAUGE, "Of these, the ones that wait for the CPU to take them")                  \
	F(14, process_queue_len, GAUGE, "Of these, the ones that the CPU has taken")

static const size_t columns_shown[] = {
#define COLUMN(column, name, type, help) column,
	FIGURES(COLUMN)
#undef COLUMN
};

static const struct skstat_family_doc docs[] = {
#define DOC(column, name, type, help) { "skstat_softnet_" #name, "", help, "cpu", SKSTAT_METRIC_##type, NULL },
	FIGURES(DOC)
#undef DOC
};

struct cpu {
	uint64_t value[COLUMNS_MAX];
};

struct softnet {
	size_t cpus, columns; /* as many of each line */
	struct cpu cpu[CPUS];
};

/* Returns how many columns the line has, or -EBADMSG. */
static int cpu_parse(struct cpu *cpu, const char *line)
{
	struct skstat_word word;
	uint64_t value;
	int columns = 0;

	while ((word = skstat_word_next(&line)).at) {
		if (skstat_word_number(&word, 16, &value))
			return -EBADMSG;
		if (columns < COLUMNS_MAX)
			cpu->value[columns++] = value;
	}
	return columns;
}

/* Lines come by rising numbers: so no CPU comes twice. */
static int line_parse(struct softnet *softnet, const char *line)
{
	struct cpu *cpu = &softnet->cpu[softnet->cpus];
	int columns = cpu_parse(cpu, line);

	if (columns < COLUMNS_LEAST || (softnet->cpus && softnet->columns != (size_t)columns))
		return -EBADMSG;
	softnet->columns = (size_t)columns;
	/* Before there was a column for it, in 5.10, CPUs that are offline could not be told. */
	if (softnet->columns <= COLUMN_CPU)
		cpu->value[COLUMN_CPU] = softnet->cpus;
	if (softnet->cpus && cpu->value[COLUMN_CPU] <= cpu[-1].value[COLUMN_CPU])
		return -EBADMSG;
	softnet->cpus++;
	return 0;
}

static int parse(void *found, size_t file, const char *text)
{
	struct softnet *softnet = found;
	int err = 0;

	(void)file;
	for (const char *line = text; !err && line && *line; line = skstat_line_next(line))
		err = softnet->cpus == CPUS ? -EMSGSIZE : line_parse(softnet, line);
	if (!err && !softnet->cpus)
		err = -EBADMSG;
	if (err)
		softnet->cpus = 0;
	return err;
}

static void families(const void *found, struct skstat_families *set)
{
	const struct softnet *softnet = found;
	char number[24];

	for (size_t i = 0; i < LENGTH(docs); i++) {
		struct skstat_family *family;

		if (!softnet->cpus || columns_shown[i] >= softnet->columns)
			continue;
		family = skstat_procfs_family(set, &docs[i]);
		for (const struct cpu *cpu = softnet->cpu; cpu < softnet->cpu + softnet->cpus; cpu++) {
			struct skstat_label label = { "cpu", number };

			snprintf(number, sizeof(number), "%" PRIu64, cpu->value[COLUMN_CPU]);
			label.value = skstat_families_text(set, number);
			skstat_series_add(set, family, &label, 1)->value = (double)cpu->value[columns_shown[i]];
		}
	}
}

const struct skstat_procfs_collector skstat_procfs_softnet = {
	.name = "softnet",
	.file = { { .path = "net/softnet_stat" } },
	.size = sizeof(struct softnet),
	.parse = parse,
	.families = families,
	.doc = docs,
	.docs = LENGTH(docs),
};
