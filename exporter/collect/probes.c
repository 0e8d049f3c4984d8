// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include <skstat/histograms.h>
#include <skstat/tables.h>

#include "probes.h"
#include "snapshot/snapshot.h"
#include "source/error.h"

#define JOURNAL SKSTAT_PROBE_BIT(LIFE)

/*
 * What a hold may take at least: the first one makes the module allocate its rings and its tables, and the kernel patch
 * its code on every CPU. Given up too early, it would be begun anew with each poll, and never be.
 */
#define HOLD_TIMEOUT_NS 10000000000ull

#define TABLE_PROBE(id, NAME, name, PROBE, metric, help, a, b, c, d, e) | SKSTAT_PROBE_BIT(PROBE)
static const uint64_t counting = 0 SKSTAT_TABLES(TABLE_PROBE);
#undef TABLE_PROBE

/* Where there is no tracepoint for calls, another probe measures them. */
#define HISTOGRAM_PROBE(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) | SKSTAT_PROBE_BIT(PROBE)
static const uint64_t measuring = SKSTAT_PROBE_BIT(CALL_RETURN) SKSTAT_HISTOGRAMS(HISTOGRAM_PROBE);
#undef HISTOGRAM_PROBE

static uint64_t wanted(const struct skstat_config *config)
{
	uint64_t probes = 0;

	for (unsigned int id = 0; id < __SKSTAT_PROBE_MAX; id++)
		if (config->probe[id])
			probes |= 1ull << id & (counting | measuring);
	if (!config->journal)
		return probes;
	probes |= JOURNAL | SKSTAT_PROBE_BIT(SYNACK);
	if (config->journal_first_byte)
		probes |= SKSTAT_PROBE_BIT(FIRST_BYTE);
	if (config->journal_reader)
		probes |= SKSTAT_PROBE_BIT(READER);
	if (config->journal_accept)
		probes |= SKSTAT_PROBE_BIT(ACCEPT);
	return probes;
}

void skstat_probes_init(struct skstat_probes *probes, const struct skstat_config *config, struct skstat_self *self)
{
	*probes = (struct skstat_probes){
		.self = self,
		.wanted = wanted(config),
		.timeout_ns = config->poll_timeout_ns,
		.holding = { .kind = config->journal ? &skstat_trouble_hold : &skstat_trouble_probes },
	};
}

void skstat_probes_want(struct skstat_probes *probes, const struct skstat_config *config)
{
	uint64_t before = probes->wanted;

	/* The journal, and what goes with it, is for a start to say. */
	probes->wanted = (wanted(config) & (counting | measuring)) | (before & ~(counting | measuring));
	if (probes->wanted != before)
		probes->instance = 0;
}

/* Which of the probes that are wanted this kernel does not have. */
static void tell_missing(uint64_t missing)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} probes[] = {
#define PROBE(ID, NAME, NAME_TEXT, HELP) { SKSTAT_PROBE_BIT(NAME), #NAME_TEXT },
		SKSTAT_PROBES(PROBE)
#undef PROBE
	};
	char text[256] = "";
	size_t length = 0;

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]) && length < sizeof(text); i++)
		if (missing & probes[i].bit)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", length ? ", " : "",
						   probes[i].name);
	if (length)
		skstat_log(SKSTAT_LOG_INFO, "polls go without the probes that are not there: %s", text);
}

static void have(struct skstat_probes *probes, uint64_t held)
{
	uint64_t missing = probes->wanted & ~held & ~JOURNAL;

	if (missing != probes->missing)
		tell_missing(missing);
	probes->missing = missing;
	probes->held = held;
	if (held & JOURNAL && !probes->journal_ns)
		probes->journal_ns = skstat_now_ns();
	skstat_trouble_note(&probes->holding, probes->wanted & ~held & JOURNAL ?
						      "this kernel does not have the probe it is made of" :
						      NULL);
}

static void have_not(struct skstat_probes *probes, int err, const char *text)
{
	probes->held = 0;
	if (err != -EOPNOTSUPP && err != -EPERM && err != -EACCES)
		probes->instance = 0;
	skstat_trouble_note(&probes->holding, text);
}

void skstat_probes_hold(struct skstat_probes *probes, struct skstat_source *source)
{
	struct skstat_error error = { 0 };
	uint64_t held = 0;
	int err;

	if ((!probes->wanted && !probes->held) || probes->instance == skstat_source_info(source)->instance)
		return;
	skstat_source_set_timeout(source,
				  probes->timeout_ns > HOLD_TIMEOUT_NS ? probes->timeout_ns : HOLD_TIMEOUT_NS);
	err = skstat_source_hold(source, probes->wanted, &held, &error);
	skstat_source_set_timeout(source, probes->timeout_ns);
	/* Asked for after it, for that may have met another instance. */
	probes->instance = skstat_source_info(source)->instance;
	if (err)
		have_not(probes, err, error.text);
	else
		have(probes, held);
	skstat_self_set(probes->self, journal_held, skstat_probes_journal(probes));
}

void skstat_probes_forget(struct skstat_probes *probes)
{
	probes->instance = probes->held = 0;
	skstat_self_set(probes->self, journal_held, 0);
}

bool skstat_probes_journal(const struct skstat_probes *probes)
{
	return probes->held & JOURNAL;
}

uint64_t skstat_probes_counting(const struct skstat_probes *probes)
{
	return probes->held & counting;
}

uint64_t skstat_probes_measuring(const struct skstat_probes *probes)
{
	return probes->held & measuring;
}
