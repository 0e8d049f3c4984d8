// SPDX-License-Identifier: GPL-2.0
/* /proc/loadavg: "2.10 1.51 1.18 3/97 21686". The last one is a process id, and no figure. */
#include <errno.h>
#include <string.h>

#include "collector.h"
#include "source/word.h"

enum { LOAD1, LOAD5, LOAD15, RUNNABLE, ENTITIES, __FIGURES };

static const struct skstat_family_doc docs[__FIGURES] = {
	[LOAD1] = { "skstat_loadavg_load1", "", "Load average of the machine over a minute", "",
		    SKSTAT_METRIC_GAUGE, NULL },
	[LOAD5] = { "skstat_loadavg_load5", "", "Load average of the machine over 5 minutes", "",
		    SKSTAT_METRIC_GAUGE, NULL },
	[LOAD15] = { "skstat_loadavg_load15", "", "Load average of the machine over 15 minutes", "",
		     SKSTAT_METRIC_GAUGE, NULL },
	[RUNNABLE] = { "skstat_loadavg_runnable_entities", "", "Threads of the machine that run or could", "",
		       SKSTAT_METRIC_GAUGE, NULL },
	[ENTITIES] = { "skstat_loadavg_entities", "", "Threads of the machine", "", SKSTAT_METRIC_GAUGE, NULL },
};

struct loadavg {
	bool known;
	double value[__FIGURES];
};

/* Two numbers with `between` between them. */
static int pair_parse(const struct skstat_word *word, char between, uint64_t pair[2], size_t *digits)
{
	const char *point = word->at ? memchr(word->at, between, word->length) : NULL;
	struct skstat_word first, second;

	if (!point)
		return -EBADMSG;
	first = (struct skstat_word){ word->at, (size_t)(point - word->at) };
	second = (struct skstat_word){ point + 1, word->length - first.length - 1 };
	*digits = second.length;
	return skstat_word_number(&first, 10, &pair[0]) || skstat_word_number(&second, 10, &pair[1]) ? -EBADMSG : 0;
}

static int parse(void *found, size_t file, const char *text)
{
	struct loadavg *loadavg = found, read = { .known = true };
	struct skstat_word word;
	uint64_t pair[2];
	size_t digits;

	(void)file;
	for (size_t i = LOAD1; i <= LOAD15; i++) {
		word = skstat_word_next(&text);
		/* The kernel writes hundredths. */
		if (pair_parse(&word, '.', pair, &digits) || digits != 2)
			return -EBADMSG;
		read.value[i] = ((double)pair[0] * 100 + (double)pair[1]) / 100;
	}
	word = skstat_word_next(&text);
	if (pair_parse(&word, '/', pair, &digits))
		return -EBADMSG;
	read.value[RUNNABLE] = (double)pair[0];
	read.value[ENTITIES] = (double)pair[1];
	*loadavg = read;
	return 0;
}

static void families(const void *found, struct skstat_families *set)
{
	const struct loadavg *loadavg = found;

	for (size_t i = 0; loadavg->known && i < __FIGURES; i++)
		skstat_procfs_value(set, &docs[i], loadavg->value[i]);
}

const struct skstat_procfs_collector skstat_procfs_loadavg = {
	.name = "loadavg",
	.file = { { .path = "loadavg" } },
	.size = sizeof(struct loadavg),
	.parse = parse,
	.families = families,
	.doc = docs,
	.docs = __FIGURES,
};
