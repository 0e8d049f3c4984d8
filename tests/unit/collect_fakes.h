/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collector's neighbours, for tests: a source that follows a script, and a model, families and a store that write
 * down what is done to them. Every function of their headers is here, so that none of the real ones is linked.
 */
#ifndef SKSTAT_TESTS_COLLECT_FAKES_H
#define SKSTAT_TESTS_COLLECT_FAKES_H

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/model.h"
#include "model/self_families.h"
#include "render/text_format.h"
#include "snapshot/snapshot.h"
#include "source/procfs.h"
#include "source/source.h"

/* --- what happened, in words */

static char said[8192];

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
	size_t length = strlen(said);
	va_list args;

	va_start(args, format);
	vsnprintf(said + length, sizeof(said) - length, format, args);
	va_end(args);
}

/* --- the source */

/* What one dump does. Zeros: a dump that goes well, with two records, of the instance that is there. */
struct step {
	int err;
	const char *text;	  /* the sentence of `err` */
	int after;		  /* records before `err` */
	bool empty;		  /* no record at all */
	bool partial;
	uint64_t instance;	  /* the module is another one from here on */
	uint64_t totals_instance; /* another one only at the dump's end */
	uint64_t mib_instance;	  /* another one by the time of the counters */
	int mib_err;
	int open_err;		  /* of skstat_source_open(), which uses a step up if it is set */
	int model_err;		  /* of the model at the second record */
	int mib_model_err;
	bool families_fail;	  /* no memory when this poll is to be shown */
	unsigned int sleep_ms;
	int signal;		  /* raised meanwhile */
	void (*act)(void);	  /* done meanwhile */
};

static const struct step *script;
static size_t steps, at;
static struct step now;

struct skstat_source {
	struct skstat_source_info info;
	struct skstat_source_cost cost;
	uint64_t timeout;
};

static struct skstat_schema schema;
static uint64_t instance, token;
static struct skstat_query last_query;
static uint64_t last_timeout;
static int sources_open;
static bool deltas;

static void run_script(const struct step *step, size_t count)
{
	script = step;
	steps = count;
	at = 0;
	now = (struct step){ 0 };
	instance = 1;
	token = 100;
	deltas = true;
	said[0] = '\0';
}

/* The step of this dump; past the script's end all goes well. */
static void next_step(void)
{
	now = at < steps ? script[at] : (struct step){ 0 };
	at++;
}

static struct skstat_source *source_new(const char *name)
{
	struct skstat_source *source = calloc(1, sizeof(*source));

	if (!source)
		abort();
	source->info = (struct skstat_source_info){
		.name = name, .version = "", .instance = instance, .hz = 250, .delta = deltas, .exactly_once = true,
		.schema = &schema,
	};
	sources_open++;
	return source;
}

struct skstat_source *skstat_source_open(enum skstat_source_kind kind, bool load, char *why,
					 struct skstat_error *error)
{
	(void)why;
	say("open:%s%s ", kind == SKSTAT_SOURCE_NETLINK ? "netlink" : kind == SKSTAT_SOURCE_AUTO ? "auto" : "inet_diag",
	    load ? ",load" : "");
	if (at < steps && script[at].open_err) {
		next_step();
		error->err = now.open_err;
		snprintf(error->text, sizeof(error->text), "%s", now.text ? now.text : "not there");
		return NULL;
	}
	return source_new(kind == SKSTAT_SOURCE_NETLINK ? "netlink" : "inet_diag");
}

void skstat_source_close(struct skstat_source *source)
{
	if (!source)
		return;
	say("close ");
	sources_open--;
	free(source);
}

const struct skstat_source_info *skstat_source_info(const struct skstat_source *source)
{
	return &source->info;
}

struct skstat_source_cost skstat_source_cost(const struct skstat_source *source)
{
	return source->cost;
}

void skstat_source_set_timeout(struct skstat_source *source, uint64_t ns)
{
	source->timeout = ns;
	last_timeout = ns;
}

static int failure(int err, struct skstat_error *error)
{
	error->err = err;
	snprintf(error->text, sizeof(error->text), "%s", now.text ? now.text : "it failed");
	return err;
}

int skstat_source_sock(struct skstat_source *source, const struct skstat_query *query, skstat_sample_fn fn, void *arg,
		       struct skstat_totals *totals, struct skstat_error *error)
{
	static const struct skstat_sample sample;
	struct timespec pause;

	next_step();
	last_query = *query;
	if (query->has & SKSTAT_HAS(ACTIVE_SINCE))
		say("delta:%" PRIu64 " ", query->active_since);
	else
		say("full ");
	if (now.act)
		now.act();
	if (now.signal)
		raise(now.signal);
	pause.tv_sec = 0;
	pause.tv_nsec = now.sleep_ms * 1000000l;
	nanosleep(&pause, NULL);
	source->cost.requests++;
	source->cost.wait_ns += 1000;
	if (now.instance)
		source->info.instance = instance = now.instance;
	*totals = (struct skstat_totals){ .ns = 7, .emitted = 2, .filtered = 3, .idle = 4, .gone = 5, .restarts = 6 };
	for (int i = 0; i < (now.err ? now.after : now.empty ? 0 : 2); i++)
		if (fn(&sample, arg))
			return 1;
	source->cost.errors += now.err != 0;
	if (now.err)
		return failure(now.err, error);
	if (now.totals_instance)
		instance = now.totals_instance;
	totals->instance = instance;
	totals->token = ++token;
	totals->partial = now.partial;
	totals->complete = true;
	return 0;
}

int skstat_source_mib(struct skstat_source *source, skstat_source_mib_fn fn, void *arg, struct skstat_error *error)
{
	static const struct skstat_mib mib;

	source->cost.requests++;
	if (now.mib_instance)
		source->info.instance = instance = now.mib_instance;
	if (now.mib_err)
		return failure(now.mib_err, error);
	return fn(&mib, arg) ? 1 : 0;
}

/* --- the model */

struct skstat_model {
	int samples;
};

static bool model_ready;

struct skstat_model *skstat_model_new(const struct skstat_model_config *config, struct skstat_self *self)
{
	(void)config;
	(void)self;
	model_ready = false;
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
	say("begin:%s:%" PRIu64 " ", poll->full ? "full" : "delta", poll->instance);
	if (poll->hz != 250 || !poll->exactly_once || poll->schema != &schema || !poll->now_ns || !poll->port_max)
		say("WRONG ");
}

int skstat_model_sample(const struct skstat_sample *sample, void *arg)
{
	struct skstat_model *model = arg;

	(void)sample;
	return ++model->samples == 2 ? now.model_err : 0;
}

void skstat_model_end(struct skstat_model *model, const struct skstat_totals *totals)
{
	say("%s:%d ", !totals->complete ? "cut" : totals->partial ? "partial" : "end", model->samples);
	model_ready = model_ready || (totals->complete && !totals->partial);
}

int skstat_model_mib(const struct skstat_mib *mib, void *model)
{
	(void)mib;
	(void)model;
	say("mib ");
	return now.mib_model_err;
}

bool skstat_model_ready(const struct skstat_model *model)
{
	(void)model;
	return model_ready;
}

void skstat_model_families(struct skstat_model *model, struct skstat_families *set)
{
	(void)model;
	set->failed = now.families_fail;
}

void skstat_model_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	(void)fn;
	(void)arg;
}

/* --- families: of fixed room */

#define FAKE_ROOM 8192

struct skstat_arena {
	size_t used;
	_Alignas(max_align_t) char bytes[FAKE_ROOM];
};

struct skstat_families *skstat_families_new(void)
{
	struct skstat_families *set = calloc(1, sizeof(*set));

	if (!set)
		abort();
	set->arena = calloc(1, sizeof(*set->arena));
	if (!set->arena)
		abort();
	return set;
}

void skstat_families_free(struct skstat_families *set)
{
	if (set)
		free(set->arena);
	free(set);
}

void *skstat_families_alloc(struct skstat_families *set, size_t size)
{
	void *place = set->arena->bytes + set->arena->used;

	size = (size + 15) & ~(size_t)15;
	if (set->arena->used + size > FAKE_ROOM)
		abort();
	set->arena->used += size;
	return place;
}

const char *skstat_families_text(struct skstat_families *set, const char *text)
{
	(void)set;
	return text;
}

struct skstat_family *skstat_family_add(struct skstat_families *set, enum skstat_metric_type type, const char *name,
					const char *unit, const char *help)
{
	if (!set->family)
		set->family = skstat_families_alloc(set, 4 * sizeof(*set->family));
	set->family[set->count] =
		(struct skstat_family){ .name = name, .unit = unit, .help = help, .type = type };
	return &set->family[set->count++];
}

struct skstat_series *skstat_series_add(struct skstat_families *set, struct skstat_family *family,
					const struct skstat_label *label, size_t labels)
{
	if (!family->series)
		family->series = skstat_families_alloc(set, 4 * sizeof(*family->series));
	family->series[family->count] = (struct skstat_series){ .label = label, .labels = labels };
	return &family->series[family->count++];
}

const struct skstat_family *skstat_family_find(const struct skstat_families *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->family[i].name, name) == 0)
			return &set->family[i];
	return NULL;
}

void skstat_self_families(struct skstat_families *set, const struct skstat_self *self,
			  const struct skstat_source_info *source, const char *why,
			  const struct skstat_process *process)
{
	(void)set;
	(void)self;
	(void)process;
	say("self:%s:%s ", source->name, why);
}

void skstat_self_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	(void)fn;
	(void)arg;
}

/* --- the store: the latest set, never shared */

struct skstat_store {
	struct skstat_snapshot snapshot;
	int published;
};

bool skstat_snapshot_stale(const struct skstat_snapshot *snapshot, uint64_t now_ns)
{
	(void)snapshot;
	(void)now_ns;
	return false;
}

void skstat_snapshot_put(struct skstat_snapshot *snapshot)
{
	snapshot->references--;
}

struct skstat_store *skstat_store_new(void)
{
	return calloc(1, sizeof(struct skstat_store));
}

void skstat_store_free(struct skstat_store *store)
{
	skstat_families_free(store->snapshot.families);
	free(store);
}

int skstat_store_publish(struct skstat_store *store, struct skstat_families *families, uint64_t taken_ns,
			 uint64_t interval_ns, bool ready)
{
	say("publish%s\n", ready ? "" : ":unready");
	skstat_families_free(store->snapshot.families);
	store->snapshot.families = families;
	store->snapshot.taken_ns = taken_ns;
	store->snapshot.interval_ns = interval_ns;
	store->snapshot.ready = ready;
	store->published++;
	return 0;
}

struct skstat_snapshot *skstat_store_take(struct skstat_store *store)
{
	if (!store->published)
		return NULL;
	store->snapshot.references++;
	return &store->snapshot;
}

uint64_t skstat_now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* --- procfs */

struct skstat_netns_names {
	int unused;
};

int skstat_process_read(struct skstat_process *process)
{
	(void)process;
	return -ENOENT;
}

int skstat_port_range_read(uint16_t *min, uint16_t *max)
{
	*min = 32768;
	*max = 60999;
	return 0;
}

struct skstat_netns_names *skstat_netns_names_new(const char *directory)
{
	(void)directory;
	return calloc(1, sizeof(struct skstat_netns_names));
}

void skstat_netns_names_free(struct skstat_netns_names *names)
{
	free(names);
}

void skstat_netns_names_refresh(struct skstat_netns_names *names)
{
	(void)names;
}

const char *skstat_netns_names_find(const struct skstat_netns_names *names, uint32_t inode)
{
	(void)names;
	(void)inode;
	return NULL;
}

/* --- the text format */

static bool text_fails;

void skstat_text_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale)
{
	(void)set;
	if (stale)
		say("STALE ");
	buffer->data = strdup("metrics\n");
	if (!buffer->data)
		abort();
	buffer->length = strlen(buffer->data);
	buffer->failed = text_fails;
}

void skstat_buffer_free(struct skstat_buffer *buffer)
{
	free(buffer->data);
}

#endif
