// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "journal.h"
#include "snapshot/feed.h"
#include "source/error.h"
#include "stream/outlets.h"

/* A reading under way. */
struct reading {
	struct skstat_journal *journal;
	const struct skstat_source *source;
	uint64_t instance;
	uint64_t refused; /* by the model, or before they came to it */
	bool streamed;
};

void skstat_journal_init(struct skstat_journal *journal, struct skstat_model *model, struct skstat_self *self,
			 const struct skstat_probes *probes)
{
	*journal = (struct skstat_journal){
		.model = model,
		.self = self,
		.probes = probes,
		.reading = { .kind = &skstat_trouble_journal },
	};
}

/* The first one says which schema they are of: the module may just have been loaded anew. */
static void event_stream(struct reading *reading, const struct skstat_sample *sample,
			 const struct skstat_source_info *info)
{
	if (!reading->streamed)
		skstat_outlets_begin(reading->journal->outlets, info, SKSTAT_BATCH_JOURNAL);
	reading->streamed = true;
	skstat_outlets_sample(reading->journal->outlets, sample);
}

static int event_take(const struct skstat_sample *sample, void *arg)
{
	struct reading *reading = arg;
	const struct skstat_source_info *info = skstat_source_info(reading->source);

	skstat_feed_event(reading->journal->feed, sample, info->schema, info->hz);
	if (reading->journal->outlets)
		event_stream(reading, sample, info);
	if (info->instance != reading->instance ||
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
	if (!skstat_probes_journal(journal->probes))
		return 0;
	err = skstat_source_journal(source, event_take, &reading, &totals, &error);
	if (err >= 0 && !totals.complete)
		err = skstat_error_set(&error, -EBADMSG, "the journal ended without its totals");
	count(journal, &totals, reading.refused);
	skstat_feed_lost(journal->feed, totals.lost, totals.fresh);
	skstat_feed_flush(journal->feed);
	skstat_outlets_lost(journal->outlets, totals.lost, totals.fresh);
	skstat_outlets_flush(journal->outlets);
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
