// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "bench.h"
#include "mark.h"
#include "source/channel.h"

void bench_say(const struct bench *bench, const char *name, double value, const char *unit)
{
	printf("figure=%s sockets=%zu netns=%zu value=%.2f unit=%s\n", name, bench->sockets, bench->namespaces, value,
	       unit);
}

uint64_t bench_once(bench_fn work, void *arg)
{
	uint64_t began = skstat_channel_clock();

	mark_begin();
	work(arg);
	mark_end();
	return skstat_channel_clock() - began;
}

uint64_t bench_best(unsigned int times, bench_fn work, void *arg)
{
	uint64_t least = UINT64_MAX, value;

	for (unsigned int i = 0; i < times; i++) {
		value = bench_once(work, arg);
		least = value < least ? value : least;
	}
	return least;
}
