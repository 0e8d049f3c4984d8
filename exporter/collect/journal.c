// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "journal.h"
#include "snapshot/snapshot.h"
#include "source/error.h"

/* A reading under way. */
struct reading {
	struct skstat_journal *journal;
	const struct skstat_source *source;
	uint64_t instance;
	uint64_t refused; /* by the model, or before they came to it */
};

static uint64_t wanted(const struct skstat_config *config)
{
	uint64_t probes = SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(SYNACK);

	if (!config->journal)
		return 0;
	if (config->journal_first_byte)
		probes |= SKSTAT_PROBE_BIT(FIRST_BYTE);
	if (config->journal_reader)
		probes |= SKSTAT_PROBE_BIT(READER);
	if (config->journal_accept)
		probes |= SKSTAT_PROBE_BIT(ACCEPT);
	return probes;
}

void skstat_journal_init(struct skstat_journal *journal, const struct skstat_config *config,
			 struct skstat_model *model, struct skstat_self *self)
{
	*journal = (struct skstat_journal){
		.model = model,
		.self = self,
		.probes = wanted(config),
		.holding = { .kind = &skstat_trouble_hold },
		.reading = { .kind = &skstat_trouble_journal },
	};
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
	char text[128] = "";
	size_t length = 0;

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]) && length < sizeof(text); i++)
		if (missing & probes[i].bit)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", length ? ", " : "",
						   probes[i].name);
	if (length)
		skstat_log(SKSTAT_LOG_INFO, "the journal goes without what is not there: %s", text);
}

static void held(struct skstat_journal *journal, uint64_t probes)
{
	if (probes != journal->held)
		tell_missing(journal->probes & ~probes);
	journal->held = probes;
	if (!journal->since_ns)
		journal->since_ns = skstat_now_ns();
	skstat_trouble_note(&journal->holding, NULL);
}

static void not_held(struct skstat_journal *journal, int err, const char *text)
{
	journal->held = 0;
	if (err != -EOPNOTSUPP && err != -EPERM && err != -EACCES)
		journal->instance = 0;
	skstat_trouble_note(&journal->holding, text);
}

void skstat_journal_hold(struct skstat_journal *journal, struct skstat_source *source)
{
	struct skstat_error error = { 0 };
	uint64_t probes = 0;
	int err;

	if (!journal->probes || journal->instance == skstat_source_info(source)->instance)
		return;
	err = skstat_source_hold(source, journal->probes, &probes, &error);
	/* Asked for after it, for that may have met another instance. */
	journal->instance = skstat_source_info(source)->instance;
	if (!err && !(probes & SKSTAT_PROBE_BIT(LIFE)))
		err = skstat_error_set(&error, -EOPNOTSUPP, "this kernel does not have the probe it is made of");
	if (err)
		not_held(journal, err, error.text);
	else
		held(journal, probes);
	skstat_self_set(journal->self, journal_held, journal->held != 0);
}

void skstat_journal_forget(struct skstat_journal *journal)
{
	journal->instance = journal->held = 0;
	skstat_self_set(journal->self, journal_held, 0);
}

bool skstat_journal_is_held(const struct skstat_journal *journal)
{
	return journal->held != 0;
}

static int event_take(const struct skstat_sample *sample, void *arg)
{
	struct reading *reading = arg;

	if (skstat_source_info(reading->source)->instance != reading->instance ||
	    skstat_model_event(sample, reading->journal->model))
		reading->refused++;
	return 0;
}

static void count(struct skstat_journal *journal, const struct skstat_journal_totals *totals, uint64_t refused)
{
	struct skstat_self *self = journal->self;

	skstat_self_add(self, journal_events, totals->events);
	skstat_self_add(self, journal_unknown, totals->skipped);
	skstat_self_add(self, journal_lost, totals->lost + refused);
	skstat_self_add(self, journal_ns, totals->ns);
	if (totals->lost || refused || totals->fresh)
		skstat_model_lost(journal->model, totals->lost + refused, totals->fresh);
}

int skstat_journal_read(struct skstat_journal *journal, struct skstat_source *source, uint64_t instance,
			uint64_t *events)
{
	struct reading reading = { .journal = journal, .source = source, .instance = instance };
	struct skstat_journal_totals totals = { 0 };
	struct skstat_error error = { 0 };
	int err;

	if (events)
		*events = 0;
	if (!skstat_journal_is_held(journal))
		return 0;
	err = skstat_source_journal(source, event_take, &reading, &totals, &error);
	if (err >= 0 && !totals.complete)
		err = skstat_error_set(&error, -EBADMSG, "the journal ended without its totals");
	count(journal, &totals, reading.refused);
	if (err) {
		skstat_self_add(journal->self, journal_failures, 1);
	} else {
		skstat_self_add(journal->self, journal_reads, 1);
		skstat_model_heard(journal->model);
	}
	skstat_trouble_note(&journal->reading, err ? error.text : NULL);
	if (events)
		*events = totals.events + totals.lost + totals.skipped;
	return err;
}
