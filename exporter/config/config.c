// SPDX-License-Identifier: GPL-2.0
/* From defaults, the file and the command line, in this order, to what the exporter is to do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "line.h"
#include "load.h"
#include "option.h"
#include "stream.h"

#define STATSD_LEAST_NS 10000000 /* of --statsd.interval */

/* Each of the views that statsd is to get must be one. */
static int statsd_check(const struct skstat_config *config, struct skstat_error *error)
{
	for (size_t i = 0; i < config->statsd_views; i++) {
		bool found = strcmp(config->statsd_view[i], skstat_view_default.name) == 0;

		for (size_t v = 0; v < config->views && !found; v++)
			found = strcmp(config->statsd_view[i], config->view[v].name) == 0;
		if (!found)
			return skstat_error_set(error, -EINVAL,
						"--statsd.view: there is no view \"%.60s\": write default, or the name "
						"of one in the configuration file", config->statsd_view[i]);
	}
	return 0;
}

/* What no option can say for itself. */
static int check(const struct skstat_config *config, struct skstat_error *error)
{
	if (!config->ipv4 && !config->ipv6)
		return skstat_error_set(error, -EINVAL, "--no-ipv4 and --no-ipv6: together they leave nothing to read: "
							"write one at most");
	if (config->poll_full_interval_ns < config->poll_interval_ns)
		return skstat_error_set(error, -EINVAL, "--poll.full-interval: %gs is below --poll.interval, %gs: "
							"write that or more",
					(double)config->poll_full_interval_ns / 1e9,
					(double)config->poll_interval_ns / 1e9);
	if (skstat_streams_check(config, error))
		return error->err;
	return statsd_check(config, error);
}

void skstat_config_init(struct skstat_config *config)
{
	struct skstat_error error;

	memset(config, 0, sizeof(*config));
	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++)
		(void)setting->take(setting, setting->value, config, &error);
}

/* These defaults hang on what is given: they are worked out afterwards. */
static void open_leave(struct skstat_config *config)
{
	config->listens = 0;
	config->hosts = 0;
	config->poll_full_interval_ns = 0;
}

static void open_fill(struct skstat_config *config, const struct skstat_config *defaults)
{
	if (!config->listens) {
		memcpy(config->listen, defaults->listen, sizeof(config->listen));
		config->listens = defaults->listens;
	}
	if (!config->hosts) {
		memcpy(config->host, defaults->host, sizeof(config->host));
		config->hosts = defaults->hosts;
	}
	if (!config->poll_full_interval_ns)
		config->poll_full_interval_ns = config->poll_interval_ns > defaults->poll_full_interval_ns ?
							config->poll_interval_ns :
							defaults->poll_full_interval_ns;
	if (config->statsd_ratio) {
		config->statsd_interval_ns = config->poll_interval_ns / 1000 * config->statsd_ratio / 1000;
		if (config->statsd_interval_ns < STATSD_LEAST_NS)
			config->statsd_interval_ns = STATSD_LEAST_NS;
	}
	if (!config->poll_timeout_ns)
		config->poll_timeout_ns = config->poll_interval_ns > 1000000000 ? config->poll_interval_ns : 1000000000;
}

/* The file on top of the defaults, and the command line once more on top of that. */
static int take_file(struct skstat_config *config, const struct skstat_config *defaults, struct skstat_given *given,
		     struct skstat_error *error)
{
	const char *file = config->config_file;
	int argc = config->argc, err;
	char **argv = config->argv;

	*config = *defaults;
	open_leave(config);
	config->argc = argc;
	config->argv = argv;
	memset(given, 0, sizeof(*given));
	err = skstat_config_load(config, file, error);
	return err ? err : skstat_line_take(config, argc, argv, given, error);
}

/* Whether the command line has the option that is there in the config. */
static bool is_given(const struct skstat_given *given, size_t place)
{
	size_t row = 0;

	while (skstat_setting_table[row].place != place)
		row++;
	return given->row[row];
}

#define GIVEN(given, member) is_given(given, offsetof(struct skstat_config, member))

/* The file's own view `default`: the command line goes above it. */
static void default_change(struct skstat_view_config *view, const struct skstat_config *config,
			   const struct skstat_given *given)
{
	const uint32_t comm = SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM);

	if (GIVEN(given, view_limit))
		view->limit = config->view_limit;
	if (GIVEN(given, view_ttl_ns))
		view->ttl_ns = config->view_ttl_ns;
	if (GIVEN(given, view_comm))
		view->labels = config->view_comm ? view->labels | comm : view->labels & ~comm;
	if (GIVEN(given, view_all_histograms))
		view->all_histograms = config->view_all_histograms;
}

/* A view `default` as options have it. */
static struct skstat_view_config default_view(const struct skstat_config *config)
{
	struct skstat_view_config view = skstat_view_default;

	view.limit = config->view_limit;
	view.ttl_ns = config->view_ttl_ns;
	view.all_histograms = config->view_all_histograms;
	if (config->view_comm)
		view.labels |= SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM);
	return view;
}

/* Rules and dashboards choose view="default": there always is one. */
static int default_see_to(struct skstat_config *config, const struct skstat_given *given, struct skstat_error *error)
{
	struct skstat_view_config *view;

	for (size_t i = 0; i < config->views; i++) {
		if (strcmp(config->view[i].name, skstat_view_default.name) == 0) {
			default_change(&config->view[i], config, given);
			return 0;
		}
	}
	if (!config->views)
		return 0;
	view = skstat_pool_alloc(&config->pool, config->views + 1, sizeof(*view));
	if (!view)
		return skstat_error_set(error, -ENOMEM, "there is no memory for the views");
	view[0] = default_view(config);
	memcpy(&view[1], config->view, config->views * sizeof(*view));
	config->view = view;
	config->views++;
	return 0;
}

int skstat_config_parse(struct skstat_config *config, int argc, char **argv, struct skstat_error *error)
{
	const struct skstat_config defaults = *config;
	struct skstat_given given = { 0 };
	int err;

	config->argc = argc;
	config->argv = argv;
	open_leave(config);
	err = skstat_line_take(config, argc, argv, &given, error);
	/* Who asks for help gets it, whatever the file is like. */
	if (!err && config->config_file[0] && !config->help && !config->version)
		err = take_file(config, &defaults, &given, error);
	if (!err)
		err = default_see_to(config, &given, error);
	if (err)
		return err;
	open_fill(config, &defaults);
	if (skstat_streams_add(config, error))
		return error->err;
	return check(config, error);
}

void skstat_config_free(struct skstat_config *config)
{
	skstat_pool_free(&config->pool);
}

int skstat_config_again(const struct skstat_config *config, struct skstat_config *fresh, struct skstat_error *error)
{
	skstat_config_init(fresh);
	return skstat_config_parse(fresh, config->argc, config->argv, error);
}

const struct skstat_view_config *skstat_config_views(const struct skstat_config *config,
						     struct skstat_view_config *room, size_t *count)
{
	if (config->views) {
		*count = config->views;
		return config->view;
	}
	*room = default_view(config);
	*count = 1;
	return room;
}

bool skstat_config_wants_comm(const struct skstat_config *config)
{
	struct skstat_view_config room;
	size_t count;
	const struct skstat_view_config *view = skstat_config_views(config, &room, &count);

	for (size_t i = 0; i < count; i++)
		if (view[i].labels & SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM) || view[i].match.comm.count)
			return true;
	return false;
}

size_t skstat_config_restarts(const struct skstat_config *running, const struct skstat_config *fresh, char *text,
			      size_t size)
{
	size_t count = 0, length = 0;

	text[0] = '\0';
	for (const struct skstat_setting *row = skstat_setting_table; row->name; row++) {
		if (row->live || row->line_only || skstat_setting_same(row, running, fresh))
			continue;
		count++;
		if (length < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "", row->name);
	}
	if (!skstat_streams_same(running, fresh)) {
		count++;
		if (length < size)
			snprintf(text + length, size - length, "%sstreams", length ? ", " : "");
	}
	return count;
}
