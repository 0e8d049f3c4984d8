// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "counters.h"
#include "source/error.h"

/* A reading under way. */
struct reading {
	struct skstat_model *model;
	const struct skstat_source *source;
	uint64_t instance;
	bool stranger; /* another instance's came */
	int err;       /* the model's */
};

/* What is read, and by which functions of the model and the source. */
struct skstat_counters_kind {
	uint64_t (*held)(const struct skstat_probes *probes);
	void (*begin)(struct skstat_model *model, uint64_t held);
	int (*read)(struct skstat_source *source, struct reading *reading, struct skstat_counter_totals *totals,
		    struct skstat_error *error);
	void (*end)(struct skstat_model *model, bool whole);
	void (*show)(struct skstat_self *self, uint64_t ns, bool done, bool failed);
	const struct skstat_trouble_kind *trouble;
	const char *no_memory, *refused;
};

/* Whether this one is the model's; if not, nor is what follows. */
static bool is_wanted(struct reading *reading)
{
	if (skstat_source_info(reading->source)->instance != reading->instance)
		reading->stranger = true;
	return !reading->stranger && !reading->err;
}

/* These never stop a reading: that would cost a socket, and the rest is little. */
static int cell_take(const struct skstat_cell *cell, void *arg)
{
	struct reading *reading = arg;

	if (is_wanted(reading))
		reading->err = skstat_model_counters_cell(cell, reading->model);
	return 0;
}

static int cell_name_take(const struct skstat_counter_name *name, void *arg)
{
	struct reading *reading = arg;

	if (is_wanted(reading))
		reading->err = skstat_model_counters_name(name, reading->model);
	return 0;
}

static int counters_read(struct skstat_source *source, struct reading *reading, struct skstat_counter_totals *totals,
			 struct skstat_error *error)
{
	const struct skstat_counter_reader reader = { cell_take, cell_name_take, reading };

	return skstat_source_counter(source, &reader, totals, error);
}

static void counters_show(struct skstat_self *self, uint64_t ns, bool done, bool failed)
{
	skstat_self_add(self, counter_ns, ns);
	skstat_self_add(self, counter_reads, done);
	skstat_self_add(self, counter_failures, failed);
}

const struct skstat_counters_kind skstat_counters_counted = {
	.held = skstat_probes_counting,
	.begin = skstat_model_counters_begin,
	.read = counters_read,
	.end = skstat_model_counters_end,
	.show = counters_show,
	.trouble = &skstat_trouble_counters,
	.no_memory = "no memory for what the probes have counted",
	.refused = "the probes count, but it cannot be read",
};

static int hist_take(const struct skstat_hist *hist, void *arg)
{
	struct reading *reading = arg;

	if (is_wanted(reading))
		reading->err = skstat_model_histograms_cell(hist, reading->model);
	return 0;
}

static int hist_name_take(const struct skstat_counter_name *name, void *arg)
{
	struct reading *reading = arg;

	if (is_wanted(reading))
		reading->err = skstat_model_histograms_name(name, reading->model);
	return 0;
}

static int histograms_read(struct skstat_source *source, struct reading *reading,
			   struct skstat_counter_totals *totals, struct skstat_error *error)
{
	const struct skstat_hist_reader reader = { hist_take, hist_name_take, reading };

	return skstat_source_hist(source, &reader, totals, error);
}

static void histograms_show(struct skstat_self *self, uint64_t ns, bool done, bool failed)
{
	skstat_self_add(self, histogram_ns, ns);
	skstat_self_add(self, histogram_reads, done);
	skstat_self_add(self, histogram_failures, failed);
}

const struct skstat_counters_kind skstat_counters_measured = {
	.held = skstat_probes_measuring,
	.begin = skstat_model_histograms_begin,
	.read = histograms_read,
	.end = skstat_model_histograms_end,
	.show = histograms_show,
	.trouble = &skstat_trouble_histograms,
	.no_memory = "no memory for what the probes have measured",
	.refused = "the probes measure, but it cannot be read",
};

void skstat_counters_init(struct skstat_counters *counters, const struct skstat_counters_kind *kind,
			  struct skstat_model *model, struct skstat_self *self, const struct skstat_probes *probes)
{
	*counters = (struct skstat_counters){
		.kind = kind,
		.model = model,
		.self = self,
		.probes = probes,
		.reading = { .kind = kind->trouble },
	};
}

/* From the source to the model. 0 or a negative errno. */
static int read_all(struct skstat_counters *counters, struct skstat_source *source, uint64_t instance,
		    struct skstat_error *error)
{
	const struct skstat_counters_kind *kind = counters->kind;
	struct reading reading = { .model = counters->model, .source = source, .instance = instance };
	int err;

	kind->begin(counters->model, kind->held(counters->probes));
	err = kind->read(source, &reading, &counters->totals, error);
	if (!err && (reading.stranger || counters->totals.instance != instance))
		err = skstat_error_set(error, -ESTALE, "the module was loaded anew during the poll");
	if (!err && reading.err)
		err = skstat_error_set(error, reading.err, "%s", kind->no_memory);
	kind->end(counters->model, !err);
	return err;
}

int skstat_counters_read(struct skstat_counters *counters, struct skstat_source *source, uint64_t instance)
{
	const struct skstat_counters_kind *kind = counters->kind;
	struct skstat_error error = { 0 };
	int err;

	counters->known = false;
	if (!kind->held(counters->probes) || counters->refused == instance)
		return 0;
	err = read_all(counters, source, instance, &error);
	kind->show(counters->self, counters->totals.ns, !err, err && err != -EOPNOTSUPP);
	if (err == -EOPNOTSUPP) {
		counters->refused = instance;
		skstat_log(SKSTAT_LOG_WARN, "%s: %s", kind->refused, error.text);
		return 0;
	}
	counters->known = !err;
	skstat_trouble_note(&counters->reading, err ? error.text : NULL);
	return err;
}
