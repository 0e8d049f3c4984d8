// SPDX-License-Identifier: GPL-2.0
/*
 * Connection tracking: nf_conntrack_count and _max, and the counters that each CPU has a line of in
 * /proc/net/stat/nf_conntrack, under a line of names. All in hexadecimal.
 */
#include <errno.h>
#include <string.h>

#include "collector.h"
#include "source/word.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define COLUMNS_MAX 32

enum { COUNT, MAX, STAT };

/*
 * Of the columns those that kernels count in. `entries` is not the CPU's, and `searched`, `new`, `ignore`, `delete` and
 * `delete_list` are written as 0 for old readers.
 */
#define COUNTERS(C)                                                                     \
	C(clashres, "Clashes of two new entries that could be resolved")                \
	C(found, "Lookups that found an entry")                                         \
	C(invalid, "Packets that cannot be tracked")                                    \
	C(chainlength, "Entries that were refused because a hash chain was too long")   \
	C(insert, "Entries inserted")                                                   \
	C(insert_failed, "Entries that could not be inserted, for there was one already")\
	C(drop, "Packets dropped because there was no memory, or no room, for their entry")\
	C(early_drop, "Entries dropped to make room for new ones")                      \
	C(icmp_error, "Packets that an error kept from being tracked")                  \
	C(expect_new, "Entries that had been expected")                                 \
	C(expect_create, "Expectations added")                                          \
	C(expect_delete, "Expectations removed")                                        \
	C(search_restart, "Lookups begun anew because the table was being resized")

enum {
#define ID(name, help) COUNTER_##name,
	COUNTERS(ID)
#undef ID
	__COUNTERS,
};

enum { DOC_ENTRIES = __COUNTERS, DOC_LIMIT, __DOCS };

static const char *const names[] = {
#define NAME(name, help) #name,
	COUNTERS(NAME)
#undef NAME
};

static const struct skstat_family_doc docs[__DOCS] = {
#define DOC(name, help) \
	{ "skstat_conntrack_" #name, "", help SKSTAT_OWN_NETNS, "", SKSTAT_METRIC_COUNTER, NULL },
	COUNTERS(DOC)
#undef DOC
	[DOC_ENTRIES] = { "skstat_conntrack_entries", "", "Connections tracked" SKSTAT_OWN_NETNS, "",
			  SKSTAT_METRIC_GAUGE, NULL },
	[DOC_LIMIT] = { "skstat_conntrack_entries_limit", "",
			"How many connections may be tracked" SKSTAT_OWN_NETNS, "", SKSTAT_METRIC_GAUGE, NULL },
};

struct conntrack {
	bool has[__DOCS];
	uint64_t value[__DOCS]; /* over all CPUs */
};

/* Which counter each column is, -1: none. Returns how many columns there are. */
static int columns_parse(const char *line, int counter[COLUMNS_MAX])
{
	struct skstat_word word;
	bool seen[__COUNTERS] = { false };
	int columns = 0;

	while ((word = skstat_word_next(&line)).at) {
		if (columns == COLUMNS_MAX)
			return -EMSGSIZE;
		counter[columns] = -1;
		for (int i = 0; i < __COUNTERS; i++)
			if (skstat_word_is(&word, names[i]))
				counter[columns] = i;
		if (counter[columns] >= 0 && seen[counter[columns]])
			return -EBADMSG;
		if (counter[columns] >= 0)
			seen[counter[columns]] = true;
		columns++;
	}
	return columns;
}

/* Adds a CPU's line. */
static int cpu_parse(struct conntrack *sum, const char *line, const int counter[COLUMNS_MAX], int columns)
{
	for (int i = 0; i < columns; i++) {
		struct skstat_word word = skstat_word_next(&line);
		uint64_t value;

		if (skstat_word_number(&word, 16, &value))
			return -EBADMSG;
		if (counter[i] < 0)
			continue;
		sum->has[counter[i]] = true;
		if (__builtin_add_overflow(sum->value[counter[i]], value, &sum->value[counter[i]]))
			return -EBADMSG;
	}
	return skstat_word_next(&line).at ? -EBADMSG : 0;
}

static int stat_parse(struct conntrack *conntrack, const char *text)
{
	struct conntrack sum = *conntrack;
	int counter[COLUMNS_MAX], columns = columns_parse(text, counter), cpus = 0;

	if (columns < 0)
		return columns;
	for (const char *line = skstat_line_next(text); line && *line; line = skstat_line_next(line), cpus++)
		if (cpu_parse(&sum, line, counter, columns))
			return -EBADMSG;
	if (!columns || !cpus)
		return -EBADMSG;
	*conntrack = sum;
	return 0;
}

static int parse(void *found, size_t file, const char *text)
{
	struct conntrack *conntrack = found;
	size_t doc = file == COUNT ? DOC_ENTRIES : DOC_LIMIT;
	uint64_t number;

	if (file == STAT)
		return stat_parse(conntrack, text);
	if (skstat_numbers_parse(text, &number, 1))
		return -EBADMSG;
	conntrack->has[doc] = true;
	conntrack->value[doc] = number;
	return 0;
}

static void families(const void *found, struct skstat_families *set)
{
	const struct conntrack *conntrack = found;

	for (size_t i = 0; i < __DOCS; i++)
		if (conntrack->has[i])
			skstat_procfs_value(set, &docs[i], (double)conntrack->value[i]);
}

_Static_assert(LENGTH(names) == __COUNTERS, "a name for each counter");

const struct skstat_procfs_collector skstat_procfs_conntrack = {
	.name = "conntrack",
	/* The last one is for kernels with CONFIG_NF_CONNTRACK_PROCFS. */
	.file = { [COUNT] = { .path = "sys/net/netfilter/nf_conntrack_count" },
		  [MAX] = { .path = "sys/net/netfilter/nf_conntrack_max" },
		  [STAT] = { .path = "net/stat/nf_conntrack", .optional = true } },
	.size = sizeof(struct conntrack),
	.parse = parse,
	.families = families,
	.doc = docs,
	.docs = __DOCS,
};
