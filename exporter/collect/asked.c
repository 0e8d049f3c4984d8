// SPDX-License-Identifier: GPL-2.0
/* What somebody else wants of the collector: to read the configuration again, or to end. */
#include <signal.h>

#include "inside.h"
#include "log/log.h"
#include "reload.h"

static int reload(struct skstat_collector *collector, char *text, size_t size)
{
	const struct skstat_reload reload = {
		.running = collector->config,
		.model = collector->model,
		.poller = collector->poller,
		.procfs = &collector->procfs,
		.naming = &collector->naming,
		.self = collector->self,
	};
	int err;

	/* Its end is told too when it came to nothing: all goes on as before. */
	skstat_notify_reloading(collector->notify, skstat_now_ns());
	err = skstat_reload(&reload, text, size);
	skstat_notify_ready(collector->notify);
	return err;
}

/* Who asked gets the answer when all is as it says. */
void skstat_collector_asked(struct skstat_collector *collector)
{
	char text[512];
	int err;

	if (!skstat_lifecycle_take(collector->lifecycle))
		return;
	err = reload(collector, text, sizeof(text));
	skstat_lifecycle_answer(collector->lifecycle, err, text);
}

void skstat_collector_signal(struct skstat_collector *collector)
{
	int signal = skstat_waiter_signal(&collector->waiter);

	if (!signal)
		return;
	if (signal == SIGHUP) {
		char text[512];

		skstat_outlets_reopen(collector->outlets);
		if (collector->config->config_file[0]) {
			(void)reload(collector, text, sizeof(text));
		} else {
			/* Who sent it may be waiting to be told. */
			skstat_notify_reloading(collector->notify, skstat_now_ns());
			skstat_log(SKSTAT_LOG_INFO, collector->outlets ?
				   "SIGHUP: streams are opened anew; there is no file to read again" :
				   "SIGHUP is passed over: there is no file to read again");
			skstat_notify_ready(collector->notify);
		}
		return;
	}
	skstat_log(SKSTAT_LOG_INFO, "ending, by %s", signal == SIGINT ? "SIGINT" : "SIGTERM");
	collector->ended = true;
}
