// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "../vm/lib/must.h"
#include "../vm/lib/ns.h"
#include "../vm/lib/pair.h"
#include "bench.h"
#include "mark.h"
#include "source/channel.h"

/* Of a listener: with more, connect() would have to look for a free port for long. */
#define PAIRS_OF_A_PORT 5000

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

/* Pairs first .. last - 1, in the namespace that we are in. */
static void pairs_make(struct bench *bench, size_t first, size_t last)
{
	int listener = -1;

	for (size_t i = first; i < last; i++) {
		struct pair pair;

		if ((i - first) % PAIRS_OF_A_PORT == 0) {
			if (listener >= 0)
				close(listener);
			listener = pair_listen(PAIR_V4, 128);
		}
		pair = pair_open(listener, PAIR_V4);
		/* Both ways twice: the handshake's end and the first round trip are behind them. */
		pair_talk(pair, 100 + i % 50, 300 + i % 70);
		pair_talk(pair, 100, 300);
		bench->fd[2 * i] = pair.client;
		bench->fd[2 * i + 1] = pair.server;
	}
	if (listener >= 0)
		close(listener);
}

void bench_populate(struct bench *bench)
{
	struct ns home = ns_current();

	pair_many_files();
	bench->pairs = bench->sockets / 2;
	bench->fd = must_have(calloc(2 * bench->pairs, sizeof(*bench->fd)));
	for (size_t i = 0; i < bench->namespaces; i++) {
		struct ns ns = bench->namespaces > 1 ? ns_create() : home;

		ns_enter(&ns);
		pairs_make(bench, i * bench->pairs / bench->namespaces,
			   (i + 1) * bench->pairs / bench->namespaces);
		if (bench->namespaces > 1) {
			ns_enter(&home);
			ns_close(&ns); /* its sockets keep it */
		}
	}
	ns_close(&home);
}

void bench_talk(const struct bench *bench, size_t pairs)
{
	for (size_t i = 0; i < pairs; i++)
		pair_talk((struct pair){ bench->fd[2 * i], bench->fd[2 * i + 1] }, 1, 1);
}
