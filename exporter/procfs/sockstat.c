// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/sockstat and sockstat6: "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 159", a line for each protocol; and what
 * TCP may use. All are gauges. What is in pages there is in bytes here.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collector.h"
#include "source/word.h"

enum { SOCKSTAT, SOCKSTAT6, TCP_MEM, TCP_MAX_ORPHANS };

#define MACHINE ", on the whole machine"

/*
 * F(protocol, key, suffix, unit, pages, help)
 *
 *   protocol, key  as the kernel spells them
 *   suffix, unit   of the metric
 *   pages          1: it is in pages
 */
#define FIGURES(F)                                                                                                     \
	F(sockets, used, "", "", 0, "Sockets of every kind" SKSTAT_OWN_NETNS)                                          \
	F(TCP, inuse, "", "", 0, "TCP sockets that are hashed, listeners among them" SKSTAT_OWN_NETNS)                 \
	F(TCP, orphan, "", "", 0, "TCP sockets that no process has any more" MACHINE)                                  \
	F(TCP, tw, "", "", 0, "TCP sockets in TIME-WAIT" SKSTAT_OWN_NETNS)                                             \
	F(TCP, alloc, "", "", 0, "TCP sockets allocated, in whatever state, IPv6 among them" MACHINE)                  \
	F(TCP, mem, "_bytes", "bytes", 1, "Memory of TCP buffers" MACHINE)                                             \
	F(UDP, inuse, "", "", 0, "UDP sockets" SKSTAT_OWN_NETNS)                                                       \
	F(UDP, mem, "_bytes", "bytes", 1, "Memory of UDP buffers" MACHINE)                                             \
	F(UDPLITE, inuse, "", "", 0, "UDP-Lite sockets" SKSTAT_OWN_NETNS)                                              \
	F(RAW, inuse, "", "", 0, "Raw sockets" SKSTAT_OWN_NETNS)                                                       \
	F(FRAG, inuse, "", "", 0, "IPv4 packets being reassembled" SKSTAT_OWN_NETNS)                                   \
	F(FRAG, memory, "_bytes", "bytes", 0, "Memory of their fragments" SKSTAT_OWN_NETNS)                            \
	F(TCP6, inuse, "", "", 0, "TCP sockets of IPv6 that are hashed" SKSTAT_OWN_NETNS)                              \
	F(UDP6, inuse, "", "", 0, "UDP sockets of IPv6" SKSTAT_OWN_NETNS)                                              \
	F(UDPLITE6, inuse, "", "", 0, "UDP-Lite sockets of IPv6" SKSTAT_OWN_NETNS)                                     \
	F(RAW6, inuse, "", "", 0, "Raw sockets of IPv6" SKSTAT_OWN_NETNS)                                              \
	F(FRAG6, inuse, "", "", 0, "IPv6 packets being reassembled" SKSTAT_OWN_NETNS)                                  \
	F(FRAG6, memory, "_bytes", "bytes", 0, "Memory of fragments of IPv6" SKSTAT_OWN_NETNS)

enum {
#define ID(protocol, key, suffix, unit, pages, help) FIGURE_##protocol##_##key,
	FIGURES(ID)
#undef ID
	__FIGURES,
};

enum { DOC_MEM_LIMIT = __FIGURES, DOC_ORPHAN_LIMIT, __DOCS };

static const struct {
	const char *protocol, *key;
	bool pages;
} figures[__FIGURES] = {
#define FIGURE(protocol, key, suffix, unit, pages, help) { #protocol, #key, pages },
	FIGURES(FIGURE)
#undef FIGURE
};

static const struct skstat_family_doc docs[__DOCS] = {
#define DOC(protocol, key, suffix, unit, pages, help) \
	{ "skstat_sockstat_" #protocol "_" #key suffix, unit, help, "", SKSTAT_METRIC_GAUGE, NULL },
	FIGURES(DOC)
#undef DOC
	[DOC_MEM_LIMIT] = { "skstat_sockstat_TCP_mem_limit_bytes", "bytes",
			    "What the memory of TCP buffers is held against (tcp_mem): below low it is not minded, "
			    "above pressure it is scarce, above high none is given",
			    "threshold=low|pressure|high", SKSTAT_METRIC_GAUGE, NULL },
	[DOC_ORPHAN_LIMIT] = { "skstat_sockstat_TCP_orphan_limit", "",
			       "How many TCP sockets that no process has there may be (tcp_max_orphans)", "",
			       SKSTAT_METRIC_GAUGE, NULL },
};

#define THRESHOLDS 3

struct sockstat {
	bool has[__FIGURES], has_mem, has_orphans;
	uint64_t value[__FIGURES], mem[THRESHOLDS], orphans;
};

static void figure_take(struct sockstat *sockstat, const char *protocol, const struct skstat_word *key, uint64_t value)
{
	for (size_t i = 0; i < __FIGURES; i++) {
		if (strcmp(figures[i].protocol, protocol) != 0 || !skstat_word_is(key, figures[i].key))
			continue;
		sockstat->has[i] = true;
		sockstat->value[i] = value;
	}
}

/* "TCP: inuse 1 ...". What is not in the table is passed over: nobody knows whether it goes down, too. */
static int line_parse(struct sockstat *sockstat, const char *line)
{
	struct skstat_word title = skstat_word_next(&line), key, number;
	char protocol[16];
	uint64_t value;

	if (!title.at || title.at[title.length - 1] != ':')
		return -EBADMSG;
	title.length--;
	if (skstat_word_copy(&title, protocol, sizeof(protocol)))
		return -EBADMSG;
	while ((key = skstat_word_next(&line)).at) {
		number = skstat_word_next(&line);
		/* Sums over CPUs that are read one by one may be below zero, for a moment. */
		if (number.at && *number.at == '-') {
			number.at++;
			number.length--;
			if (skstat_word_number(&number, 10, &value))
				return -EBADMSG;
			value = 0;
		} else if (skstat_word_number(&number, 10, &value)) {
			return -EBADMSG;
		}
		figure_take(sockstat, protocol, &key, value);
	}
	return 0;
}

static int lines_parse(struct sockstat *sockstat, const char *text)
{
	struct sockstat read = *sockstat;
	size_t lines = 0;

	for (const char *line = text; line && *line; line = skstat_line_next(line), lines++)
		if (line_parse(&read, line))
			return -EBADMSG;
	if (!lines)
		return -EBADMSG;
	*sockstat = read;
	return 0;
}

static int parse(void *found, size_t file, const char *text)
{
	struct sockstat *sockstat = found;
	uint64_t number[THRESHOLDS];

	if (file == SOCKSTAT || file == SOCKSTAT6)
		return lines_parse(sockstat, text);
	if (skstat_numbers_parse(text, number, file == TCP_MEM ? THRESHOLDS : 1))
		return -EBADMSG;
	if (file == TCP_MEM) {
		memcpy(sockstat->mem, number, sizeof(number));
		sockstat->has_mem = true;
	} else {
		sockstat->orphans = number[0];
		sockstat->has_orphans = true;
	}
	return 0;
}

static void families(const void *found, struct skstat_families *set)
{
	static const char *const thresholds[THRESHOLDS] = { "low", "pressure", "high" };
	const struct sockstat *sockstat = found;
	double page = (double)sysconf(_SC_PAGESIZE);
	struct skstat_family *family;

	for (size_t i = 0; i < __FIGURES; i++)
		if (sockstat->has[i])
			skstat_procfs_value(set, &docs[i], (double)sockstat->value[i] * (figures[i].pages ? page : 1));
	if (sockstat->has_mem) {
		family = skstat_procfs_family(set, &docs[DOC_MEM_LIMIT]);
		for (size_t i = 0; i < THRESHOLDS; i++) {
			const struct skstat_label label = { "threshold", thresholds[i] };

			skstat_series_add(set, family, &label, 1)->value = (double)sockstat->mem[i] * page;
		}
	}
	if (sockstat->has_orphans)
		skstat_procfs_value(set, &docs[DOC_ORPHAN_LIMIT], (double)sockstat->orphans);
}

const struct skstat_procfs_collector skstat_procfs_sockstat = {
	.name = "sockstat",
	/* The limits are the machine's, and seen in its first network namespace alone. */
	.file = { [SOCKSTAT] = { .path = "net/sockstat" },
		  [SOCKSTAT6] = { .path = "net/sockstat6", .optional = true },
		  [TCP_MEM] = { .path = "sys/net/ipv4/tcp_mem", .optional = true },
		  [TCP_MAX_ORPHANS] = { .path = "sys/net/ipv4/tcp_max_orphans", .optional = true } },
	.size = sizeof(struct sockstat),
	.parse = parse,
	.families = families,
	.doc = docs,
	.docs = __DOCS,
};
