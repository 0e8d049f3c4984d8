// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log/log.h"
#include "reload.h"
#include "snapshot/snapshot.h"

static int read_again(const struct skstat_reload *reload, struct skstat_config *fresh, struct skstat_error *error)
{
	skstat_config_init(fresh);
	if (!reload->running->config_file[0])
		return skstat_error_set(error, -EINVAL, "there is no file to read again: start with --config.file");
	return skstat_config_again(reload->running, fresh, error);
}

static int no_memory(struct skstat_error *error)
{
	return skstat_error_set(error, -ENOMEM, "there is no memory for it");
}

/* What may fail first; the model last, which takes all of its part or nothing. */
static int apply(const struct skstat_reload *reload, const struct skstat_config *fresh, struct skstat_error *error)
{
	const struct skstat_config *running = reload->running;
	struct skstat_procfs_config config = { .proc = running->path_procfs, .sys = running->path_sysfs };
	struct skstat_view_config room;
	struct skstat_procfs *procfs;
	const struct skstat_view_config *view;
	size_t views;

	if (skstat_config_wants_comm(fresh) && skstat_naming_processes(reload->naming))
		return no_memory(error);
	memcpy(config.wanted, fresh->collector, sizeof(config.wanted));
	procfs = skstat_procfs_new(&config);
	view = skstat_config_views(fresh, &room, &views);
	if (!procfs || skstat_model_views(reload->model, view, views) ||
	    skstat_model_labels(reload->model, fresh->label_name)) {
		skstat_procfs_free(procfs);
		return no_memory(error);
	}
	skstat_procfs_free(*reload->procfs);
	*reload->procfs = procfs;
	skstat_poller_want(reload->poller, fresh);
	return 0;
}

#define SECOND_NS UINT64_C(1000000000) /* which is as long as anybody looks at it */

void skstat_reload_show(const struct skstat_config *config, struct skstat_self *self)
{
	struct skstat_view_config room;
	size_t views;
	const struct skstat_view_config *view = skstat_config_views(config, &room, &views);

	for (size_t i = 0; i < views; i++)
		if (strcmp(view[i].name, skstat_view_default.name) == 0)
			skstat_self_set(self, config_view_limit, view[i].limit);
	skstat_self_set(self, config_reload_ok, 1);
	skstat_self_set(self, config_reload_wall_ns, skstat_wall_ns() / SECOND_NS * SECOND_NS);
}

static void refused(const struct skstat_reload *reload, const struct skstat_error *error, char *text, size_t size)
{
	skstat_self_set(reload->self, config_reload_ok, 0);
	snprintf(text, size, "the configuration stays as it is: %s", error->text);
	skstat_log(SKSTAT_LOG_ERROR, "%s", text);
}

static void taken(const struct skstat_reload *reload, const struct skstat_config *fresh, char *text, size_t size)
{
	char names[200];
	size_t restarts = skstat_config_restarts(reload->running, fresh, names, sizeof(names));

	skstat_reload_show(fresh, reload->self);
	snprintf(text, size, "the configuration was read again%s%s", restarts ? "; what takes a restart: " : "", names);
	skstat_log(restarts ? SKSTAT_LOG_WARN : SKSTAT_LOG_INFO, "%s", text);
	if (skstat_config_wants_comm(fresh) && !skstat_config_wants_comm(reload->running))
		skstat_log(SKSTAT_LOG_WARN, "names of processes were not asked for when the exporter was started, and "
					    "so it gave up what finding those of other users takes: restart it for these");
}

int skstat_reload(const struct skstat_reload *reload, char *text, size_t size)
{
	struct skstat_error error = { 0 };
	struct skstat_config fresh;
	int err = read_again(reload, &fresh, &error);

	if (!err)
		err = apply(reload, &fresh, &error);
	if (err)
		refused(reload, &error, text, size);
	else
		taken(reload, &fresh, text, size);
	/* The model, the probes and the collectors have copies of what they need. */
	skstat_config_free(&fresh);
	return err;
}
