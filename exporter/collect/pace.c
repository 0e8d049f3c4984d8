// SPDX-License-Identifier: GPL-2.0
#include "pace.h"

#define SECOND_NS UINT64_C(1000000000)

void skstat_pace_init(struct skstat_pace *pace, const struct skstat_pace_config *config)
{
	*pace = (struct skstat_pace){ .config = *config, .interval_ns = config->interval_ns };
}

static uint64_t top_of(const struct skstat_pace_config *config)
{
	return config->interval_ns > SKSTAT_PACE_TOP_NS ? config->interval_ns : SKSTAT_PACE_TOP_NS;
}

static uint64_t within(uint64_t value, uint64_t least, uint64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* The interval with which polls of that cost take the budget and no more; all that 64 bits hold of a longer one. */
static uint64_t interval_for(const struct skstat_pace_config *config, uint64_t cpu_ns)
{
	const unsigned __int128 interval = (unsigned __int128)cpu_ns * SECOND_NS / config->budget_ns;

	return interval > UINT64_MAX / 2 ? UINT64_MAX / 2 : (uint64_t)interval;
}

uint64_t skstat_pace_next(const struct skstat_pace_config *config, uint64_t interval_ns, uint64_t cpu_ns)
{
	const uint64_t need = interval_for(config, cpu_ns);
	/* A little more, or the next window that costs a little more would stretch it again. */
	const uint64_t aim = within(need + need / 16, config->interval_ns, top_of(config));

	if (need > interval_ns)
		return within(aim, interval_ns, 2 * interval_ns);
	if (need + need / 4 < interval_ns)
		return within(aim, interval_ns - interval_ns / 4, interval_ns);
	return interval_ns;
}

/* Time that a window has, if full polls come as they should. */
static uint64_t window_of(const struct skstat_pace *pace)
{
	return within(pace->config.full_interval_ns, pace->interval_ns, SKSTAT_PACE_TOP_NS);
}

/* It has a full poll, or has been open for long; or it has cost twice what a whole one may. */
static bool is_over(const struct skstat_pace *pace, bool full)
{
	const unsigned __int128 most = (unsigned __int128)window_of(pace) * pace->config.budget_ns / SECOND_NS * 2;

	return full || pace->polls * pace->interval_ns >= SKSTAT_PACE_TOP_NS || pace->cpu_ns > most;
}

bool skstat_pace_take(struct skstat_pace *pace, uint64_t cpu_ns, bool full)
{
	const uint64_t before = pace->interval_ns;

	if (!pace->config.budget_ns)
		return false;
	pace->cpu_ns += cpu_ns;
	pace->polls++;
	if (!is_over(pace, full))
		return false;
	cpu_ns = pace->cpu_ns / pace->polls;
	pace->cpu_ns = pace->polls = 0;
	pace->interval_ns = skstat_pace_next(&pace->config, before, cpu_ns);
	pace->short_of = interval_for(&pace->config, cpu_ns) > top_of(&pace->config);
	return pace->interval_ns != before;
}
