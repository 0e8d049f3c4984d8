// SPDX-License-Identifier: GPL-2.0
#include <time.h>

#include "log/log.h"
#include "pacing.h"

#define SECOND 1e9

/* Of this thread; 0: that is not known, and never has been. */
static uint64_t thread_cpu_ns(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time))
		return 0;
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static bool is_stretched(const struct skstat_pace *pace)
{
	return pace->interval_ns > pace->config.interval_ns;
}

static void show(const struct skstat_pacing *pacing)
{
	skstat_self_set(pacing->self, interval_ns, pacing->pace.interval_ns);
	skstat_self_set(pacing->self, interval_stretched, is_stretched(&pacing->pace));
}

void skstat_pacing_init(struct skstat_pacing *pacing, const struct skstat_config *config, struct skstat_self *self)
{
	const struct skstat_pace_config pace = {
		.interval_ns = config->poll_interval_ns,
		.full_interval_ns = config->poll_full_interval_ns,
		/* Millionths of a hundredth. */
		.budget_ns = (uint64_t)config->cpu_budget * 10,
	};

	*pacing = (struct skstat_pacing){ .self = self };
	skstat_pace_init(&pacing->pace, &pace);
	show(pacing);
}

/* When it begins, when it is over, and when it does not help. */
static void tell(struct skstat_pacing *pacing)
{
	const struct skstat_pace *pace = &pacing->pace;
	const bool stretched = is_stretched(pace);

	if (stretched && !pacing->told)
		skstat_log(SKSTAT_LOG_WARN, "polls take more than --cpu-budget: they come every %.3gs and not every %.3gs",
			   (double)pace->interval_ns / SECOND, (double)pace->config.interval_ns / SECOND);
	else if (!stretched && pacing->told)
		skstat_log(SKSTAT_LOG_INFO, "polls come as often as they should again, within --cpu-budget");
	if (pace->short_of && !pacing->told_short)
		skstat_log(SKSTAT_LOG_WARN, "polls take more than --cpu-budget even if they come every %.3gs, which is as "
					    "seldom as they may", (double)pace->interval_ns / SECOND);
	pacing->told = stretched;
	pacing->told_short = pace->short_of;
}

bool skstat_pacing_take(struct skstat_pacing *pacing, bool full)
{
	const uint64_t now = thread_cpu_ns(), before = pacing->cpu_ns;
	bool changed;

	pacing->cpu_ns = now;
	/* What the first poll takes is for the exporter's start, as it finds everything new. */
	if (!before || now < before)
		return false;
	skstat_self_add(pacing->self, poll_cpu_ns, now - before);
	changed = skstat_pace_take(&pacing->pace, now - before, full);
	show(pacing);
	tell(pacing);
	return changed;
}
