/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration is read again, and what of it may change in a running exporter does: views, names of labels,
 * probes, collectors. All of it or nothing. In the collector's thread, between two polls.
 */
#ifndef SKSTAT_COLLECT_RELOAD_H
#define SKSTAT_COLLECT_RELOAD_H

#include <stddef.h>

#include "config/config.h"
#include "model/model.h"
#include "naming.h"
#include "poller.h"
#include "procfs/collectors.h"
#include "self/self.h"

/* What changes. Not owned, but for *procfs, which may become another. */
struct skstat_reload {
	const struct skstat_config *running; /* as the exporter was started: what takes a restart is held against it */
	struct skstat_model *model;
	struct skstat_poller *poller;
	struct skstat_procfs **procfs;
	struct skstat_naming *naming;
	struct skstat_self *self;
};

/*
 * 0, or a negative errno and all is as it was. `text` gets one sentence either way, for the log, which has it already,
 * and for whoever asked.
 */
int skstat_reload(const struct skstat_reload *reload, char *text, size_t size);

/* Shows in `self` what a config says: at the start, and whenever one was taken. */
void skstat_reload_show(const struct skstat_config *config, struct skstat_self *self);

#endif
