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

void skstat_counters_init(struct skstat_counters *counters, struct skstat_model *model, struct skstat_self *self,
			  const struct skstat_probes *probes)
{
	*counters = (struct skstat_counters){
		.model = model,
		.self = self,
		.probes = probes,
		.reading = { .kind = &skstat_trouble_counters },
	};
}

/* Whether this one is the model's; if not, nor is what follows. */
static bool is_wanted(struct reading *reading)
{
	if (skstat_source_info(reading->source)->instance != reading->instance)
		reading->stranger = true;
	return !reading->stranger && !reading->err;
}

/* Never stopped: that would cost a socket, and the rest is little. */
static int cell_take(const struct skstat_cell *cell, void *arg)
{
	struct reading *reading = arg;

	if (is_wanted(reading))
		reading->err = skstat_model_counters_cell(cell, reading->model);
	return 0;
}

static int name_take(const struct skstat_counter_name *name, void *arg)
{
	struct reading *reading = arg;

	if (is_wanted(reading))
		reading->err = skstat_model_counters_name(name, reading->model);
	return 0;
}

/* From the source to the model. 0 or a negative errno. */
static int read_all(struct skstat_counters *counters, struct skstat_source *source, uint64_t instance,
		    struct skstat_error *error)
{
	struct reading reading = { .model = counters->model, .source = source, .instance = instance };
	const struct skstat_counter_reader reader = { cell_take, name_take, &reading };
	int err;

	skstat_model_counters_begin(counters->model, skstat_probes_counting(counters->probes));
	err = skstat_source_counter(source, &reader, &counters->totals, error);
	if (!err && (reading.stranger || counters->totals.instance != instance))
		err = skstat_error_set(error, -ESTALE, "the module was loaded anew during the poll");
	if (!err && reading.err)
		err = skstat_error_set(error, reading.err, "no memory for what the probes have counted");
	skstat_model_counters_end(counters->model, !err);
	return err;
}

int skstat_counters_read(struct skstat_counters *counters, struct skstat_source *source, uint64_t instance)
{
	struct skstat_error error = { 0 };
	int err;

	counters->known = false;
	if (!skstat_probes_counting(counters->probes) || counters->refused == instance)
		return 0;
	err = read_all(counters, source, instance, &error);
	skstat_self_add(counters->self, counter_ns, counters->totals.ns);
	if (err == -EOPNOTSUPP) {
		counters->refused = instance;
		skstat_log(SKSTAT_LOG_WARN, "the probes count, but it cannot be read: %s", error.text);
		return 0;
	}
	if (err)
		skstat_self_add(counters->self, counter_failures, 1);
	else
		skstat_self_add(counters->self, counter_reads, 1);
	counters->known = !err;
	skstat_trouble_note(&counters->reading, err ? error.text : NULL);
	return err;
}
