// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "fakes.h"

char said[8192];
struct step now;
int sources_open;
uint64_t instance, last_timeout, hold_timeout, last_probes;
bool deltas = true, bell_stuck;
struct skstat_query last_query;

static const struct step *script;
static size_t steps, at;
static uint64_t token;
static int bell = -1;

struct skstat_source {
	struct skstat_source_info info;
	struct skstat_source_cost cost;
	uint64_t held;
};

static struct skstat_schema schema;

void say(const char *format, ...)
{
	size_t length = strlen(said);
	va_list args;

	va_start(args, format);
	vsnprintf(said + length, sizeof(said) - length, format, args);
	va_end(args);
}

void run_script(const struct step *step, size_t count)
{
	script = step;
	steps = count;
	at = 0;
	now = (struct step){ 0 };
	instance = 1;
	token = 100;
	bell_stuck = false;
	said[0] = '\0';
}

/* The step that the next dump uses up; past the script's end all goes well. */
static struct step coming(void)
{
	return at < steps ? script[at] : (struct step){ 0 };
}

static void next_step(void)
{
	now = coming();
	at++;
}

struct skstat_source *source_new(const char *name)
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
	if (coming().open_err) {
		next_step();
		skstat_error_set(error, now.open_err, "%s", now.text ? now.text : "not there");
		return NULL;
	}
	return source_new(kind == SKSTAT_SOURCE_NETLINK ? "netlink" : "inet_diag");
}

void skstat_source_close(struct skstat_source *source)
{
	if (!source)
		return;
	say("close ");
	if (!--sources_open && bell >= 0) {
		close(bell);
		bell = -1;
	}
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
	(void)source;
	last_timeout = ns;
}

static int failure(const struct step *step, int err, struct skstat_error *error)
{
	return skstat_error_set(error, err, "%s", step->text ? step->text : "it failed");
}

static void become(struct skstat_source *source, uint64_t other)
{
	if (other)
		source->info.instance = instance = other;
}

bool in_runs;

/* So many records. Of runs, an empty one comes first: it is no record. Nonzero: stopped. */
static int give(const struct skstat_taker *taker, int records)
{
	static const struct skstat_sample sample = {
		.kind = SKSTAT_KIND_FULL,
		.groups = 1u << SKSTAT_GROUP_IDENTITY,
		.size = { [SKSTAT_GROUP_IDENTITY] = sizeof(struct skstat_identity) },
	};
	struct skstat_run_reader run = { 0 };

	if (!in_runs) {
		for (int i = 0; i < records; i++)
			if (taker->fn(&sample, taker->arg))
				return 1;
		return 0;
	}
	if (taker->run(&run, taker->arg))
		return 1;
	run.count = (uint32_t)records;
	return taker->run(&run, taker->arg);
}

int skstat_source_take(struct skstat_source *source, const struct skstat_query *query,
		       const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error)
{
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
	become(source, now.instance);
	*totals = (struct skstat_totals){ .ns = 7, .emitted = 2, .filtered = 3, .idle = 4, .gone = 5, .restarts = 6 };
	if (give(taker, now.err ? now.after : now.empty ? 0 : 2))
		return 1;
	source->cost.errors += now.err != 0;
	if (now.err)
		return failure(&now, now.err, error);
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
	become(source, now.mib_instance);
	if (now.mib_err)
		return failure(&now, now.mib_err, error);
	return fn(&mib, arg) ? 1 : 0;
}

int skstat_source_hold(struct skstat_source *source, uint64_t probes, uint64_t *held, struct skstat_error *error)
{
	const struct step step = coming();

	say("hold ");
	last_probes = probes;
	hold_timeout = last_timeout;
	if (step.hold_err)
		return failure(&step, step.hold_err, error);
	source->held = *held = probes & ~step.unavailable;
	if (bell < 0)
		bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (bell < 0)
		abort();
	return 0;
}

int skstat_source_journal(struct skstat_source *source, skstat_sample_fn fn, void *arg,
			  struct skstat_journal_totals *totals, struct skstat_error *error)
{
	static const struct skstat_sample event = {
		.kind = SKSTAT_KIND_OPENED,
		.groups = 1u << SKSTAT_GROUP_IDENTITY | 1u << SKSTAT_GROUP_EVENT,
		.size = { [SKSTAT_GROUP_IDENTITY] = sizeof(struct skstat_identity),
			  [SKSTAT_GROUP_EVENT] = sizeof(struct skstat_event) },
	};

	say("journal ");
	source->cost.requests++;
	source->cost.wait_ns += 1000;
	become(source, now.journal_instance);
	*totals = (struct skstat_journal_totals){
		.lost = now.lost, .skipped = now.unknown, .ns = 9, .fresh = now.fresh,
	};
	for (int i = 0; i < now.events; i++) {
		totals->events++;
		if (fn(&event, arg))
			abort(); /* a reader may not stop in the middle of a message */
	}
	/* They were read, and do not come again. */
	now.events = 0;
	now.lost = now.unknown = 0;
	if (now.journal_err)
		return failure(&now, now.journal_err, error);
	totals->complete = !now.cut;
	return 0;
}

/* A name and two cells. */
int skstat_source_counter(struct skstat_source *source, const struct skstat_counter_reader *reader,
			  struct skstat_counter_totals *totals, struct skstat_error *error)
{
	static const struct skstat_counter_name name = { .column = SKSTAT_COLUMN_REASON, .id = 1, .name = "X" };
	static const struct skstat_cell cell = { .table = SKSTAT_TABLE_DROP, .count = 1 };

	say("counters ");
	source->cost.requests++;
	become(source, now.counter_instance);
	*totals = (struct skstat_counter_totals){ .places = 4096, .used = 2, .memory = 8192, .ns = 11 };
	if (reader->name(&name, reader->arg) || reader->cell(&cell, reader->arg))
		abort(); /* a reader may not stop in the middle of a message */
	if (now.counter_err)
		return failure(&now, now.counter_err, error);
	if (reader->cell(&cell, reader->arg))
		abort();
	totals->instance = now.counter_totals_instance ? now.counter_totals_instance : instance;
	totals->complete = true;
	return 0;
}

/* A name and two histograms. */
int skstat_source_hist(struct skstat_source *source, const struct skstat_hist_reader *reader,
		       struct skstat_counter_totals *totals, struct skstat_error *error)
{
	static const struct skstat_counter_name name = { .column = SKSTAT_COLUMN_QDISC, .id = 2, .name = "X" };
	static const struct skstat_hist hist = { .cell = { .histogram = SKSTAT_HISTOGRAM_STATE } };

	say("histograms ");
	source->cost.requests++;
	become(source, now.hist_instance);
	*totals = (struct skstat_counter_totals){ .places = 128, .used = 2, .memory = 8192, .ns = 13 };
	if (reader->name(&name, reader->arg) || reader->hist(&hist, reader->arg))
		abort(); /* a reader may not stop in the middle of a message */
	if (now.read_hist_err)
		return failure(&now, now.read_hist_err, error);
	if (reader->hist(&hist, reader->arg))
		abort();
	totals->instance = instance;
	totals->complete = true;
	return 0;
}

int skstat_source_bell(const struct skstat_source *source)
{
	return source->held ? bell : -1;
}

uint64_t skstat_source_bell_take(struct skstat_source *source)
{
	uint64_t bells;

	(void)source;
	say("bell ");
	if (bell_stuck || read(bell, &bells, sizeof(bells)) != sizeof(bells))
		return 0;
	return bells;
}

void bell_ring(void)
{
	const uint64_t one = 1;

	if (write(bell, &one, sizeof(one)) != sizeof(one))
		abort();
}

void bell_replace(void)
{
	int old = bell;

	close(old);
	bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (bell != old)
		abort();
}

int skstat_source_module_info(struct skstat_source *source, struct skstat_info *info, struct skstat_error *error)
{
	become(source, now.info_instance);
	*info = (struct skstat_info){ .memory = 4096, .instance = instance, .journal_written = now.written };
	if (!now.info)
		return skstat_error_set(error, -EOPNOTSUPP, "no module");
	return 0;
}
