// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "fakes.h"

struct skstat_poll last_poll;
struct skstat_model_config last_config;
struct skstat_view_config last_view;

static uint64_t walked_poll; /* the last one that was over, by its time */

struct skstat_model {
	int samples;
	bool ready, walked;
};

struct skstat_model *skstat_model_new(const struct skstat_model_config *config, struct skstat_self *self)
{
	(void)self;
	if (config) {
		last_config = *config;
		last_view = *config->view;
	}
	return calloc(1, sizeof(struct skstat_model));
}

void skstat_model_free(struct skstat_model *model)
{
	free(model);
}

uint32_t skstat_model_groups(const struct skstat_model *model)
{
	(void)model;
	return 0x15;
}

void skstat_model_begin(struct skstat_model *model, const struct skstat_poll *poll)
{
	model->samples = 0;
	last_poll = *poll;
	say("begin:%s:%" PRIu64 " ", poll->full ? "full" : "delta", poll->instance);
	if (poll->hz != 250 || !poll->exactly_once || !poll->schema || !poll->now_ns || !poll->port_max)
		say("WRONG ");
	if (poll->journal && (!poll->journal_ns || poll->journal_ns > skstat_now_ns()))
		say("WRONG ");
}

int skstat_model_sample(const struct skstat_sample *sample, void *arg)
{
	struct skstat_model *model = arg;

	(void)sample;
	if (now.inode) {
		const char *name = last_config.process_name(now.inode, last_config.process_arg);

		say("%s ", name ? name : "unknown");
	}
	return ++model->samples == 2 ? now.model_err : 0;
}

int skstat_model_run(struct skstat_run_reader *run, void *arg)
{
	static const struct skstat_sample sample;
	int err = 0;

	/* Nobody is to begin for nothing. */
	if (!run->count)
		say("WRONG ");
	for (; run->count && !err; run->count--)
		err = skstat_model_sample(&sample, arg);
	return err;
}

void skstat_model_walked(struct skstat_model *model, uint64_t now_ns)
{
	(void)model;
	/* Behind the last sample, and before anything else. */
	if (now_ns > skstat_now_ns() || now_ns < last_poll.now_ns || walked_poll == last_poll.now_ns)
		say("WRONG ");
	walked_poll = last_poll.now_ns;
}

void skstat_model_heard(struct skstat_model *model)
{
	(void)model;
	say("heard ");
}

int skstat_model_event(const struct skstat_sample *sample, void *arg)
{
	int err = now.event_err;

	(void)arg;
	say(sample->kind == SKSTAT_KIND_OPENED ? "event " : "WRONG ");
	now.event_err = 0;
	return err;
}

void skstat_model_lost(struct skstat_model *model, uint64_t events, bool fresh)
{
	(void)model;
	say("lost:%" PRIu64 "%s ", events, fresh ? ",fresh" : "");
}

void skstat_model_end(struct skstat_model *model, const struct skstat_totals *totals)
{
	if (walked_poll != last_poll.now_ns)
		say("WRONG ");
	say("%s:%d ", !totals->complete ? "cut" : totals->partial ? "partial" : "end", model->samples);
	model->ready = model->ready || (totals->complete && !totals->partial);
}

int skstat_model_mib(const struct skstat_mib *mib, void *model)
{
	(void)mib;
	(void)model;
	say("mib ");
	return now.mib_model_err;
}

void skstat_model_counters_begin(struct skstat_model *model, uint64_t held)
{
	(void)model;
	say("count:%" PRIx64 " ", held);
}

int skstat_model_counters_cell(const struct skstat_cell *cell, void *model)
{
	(void)model;
	say(cell->table == SKSTAT_TABLE_DROP ? "cell " : "WRONG ");
	return now.cell_err;
}

int skstat_model_counters_name(const struct skstat_counter_name *name, void *model)
{
	(void)model;
	say(name->id == 1 ? "name " : "WRONG ");
	return 0;
}

void skstat_model_counters_end(struct skstat_model *model, bool whole)
{
	(void)model;
	say(whole ? "counted " : "uncounted ");
}

void skstat_model_histograms_begin(struct skstat_model *model, uint64_t held)
{
	(void)model;
	say("measure:%" PRIx64 " ", held);
}

int skstat_model_histograms_cell(const struct skstat_hist *hist, void *model)
{
	(void)model;
	say(hist->cell.histogram == SKSTAT_HISTOGRAM_STATE ? "hist " : "WRONG ");
	return now.hist_err;
}

int skstat_model_histograms_name(const struct skstat_counter_name *name, void *model)
{
	(void)model;
	say(name->id == 2 ? "name " : "WRONG ");
	return 0;
}

void skstat_model_histograms_end(struct skstat_model *model, bool whole)
{
	(void)model;
	say(whole ? "measured " : "unmeasured ");
}

void skstat_model_beside(struct skstat_model *model, uint64_t bytes)
{
	(void)model;
	if (!bytes)
		say("WRONG ");
}

bool skstat_model_ready(const struct skstat_model *model)
{
	return model->ready;
}

void skstat_model_families(struct skstat_model *model, struct skstat_families *set)
{
	(void)model;
	set->failed = now.families_fail;
}

int views_err;

int skstat_model_views(struct skstat_model *model, const struct skstat_view_config *view, size_t count)
{
	(void)model;
	say("views:%zu:%s:%u ", count, view[0].name, view[0].limit);
	return views_err;
}

int skstat_model_labels(struct skstat_model *model, const char *const name[__SKSTAT_LABEL_MAX])
{
	(void)model;
	say("port:%s ", name[SKSTAT_LABEL_PORT] ? name[SKSTAT_LABEL_PORT] : "port");
	return 0;
}

void skstat_model_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	(void)fn;
	(void)arg;
}
