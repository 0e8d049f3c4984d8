// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "../vm/lib/must.h"
#include "../vm/lib/ns.h"
#include "../vm/lib/pair.h"
#include "bench.h"
#include "mark.h"
#include "source/channel.h"

/*
 * Listeners in a namespace: as many for few sockets as for many, so that views of them are the same. With one, there
 * would not be ports enough.
 */
#define PORTS	   8
#define FIRST_PORT 7700

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
	size_t ports = bench->namespaces > 1 ? 1 : PORTS;
	int listener[PORTS];

	for (size_t i = 0; i < ports; i++)
		listener[i] = pair_listen_at(PAIR_V4, FIRST_PORT + i, 128);
	for (size_t i = first; i < last; i++) {
		struct pair pair = pair_open(listener[i % ports], PAIR_V4);

		/* Both ways twice: the handshake's end and the first round trip are behind them. */
		pair_talk(pair, 100 + i % 50, 300 + i % 70);
		pair_talk(pair, 100, 300);
		bench->fd[2 * i] = pair.client;
		bench->fd[2 * i + 1] = pair.server;
	}
	/* They stay: who opened a connection is told by them. A hundred would be sockets to be counted. */
	if (bench->namespaces > 1)
		close(listener[0]);
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

void bench_release(struct bench *bench)
{
	const struct linger now = { .l_onoff = 1 };

	for (size_t i = 0; i < 2 * bench->pairs; i++) {
		must(setsockopt(bench->fd[i], SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
		close(bench->fd[i]);
	}
	free(bench->fd);
}

void bench_talk(const struct bench *bench, size_t pairs)
{
	for (size_t i = 0; i < pairs; i++)
		pair_talk((struct pair){ bench->fd[2 * i], bench->fd[2 * i + 1] }, 1, 1);
}
