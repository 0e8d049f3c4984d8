// SPDX-License-Identifier: GPL-2.0
/* What a poll costs the exporter and the kernel together, from the request to the snapshot. */
#include "../vm/lib/module.h"
#include "../vm/lib/must.h"
#include "bench.h"
#include "polling.h"

static uint64_t least_of(struct polling *polling, const struct bench *bench, size_t pairs)
{
	uint64_t least = UINT64_MAX, value;

	for (int i = 0; i < BENCH_TIMES; i++) {
		bench_talk(bench, pairs);
		value = bench_once(polling_poll, polling);
		least = value < least ? value : least;
	}
	return least;
}

void figure_poll(const struct bench *bench)
{
	struct polling *polling;

	module_require();
	polling = polling_new(0);
	polling_poll(polling);
	polling_poll(polling);
	bench_say(bench, "poll_full", (double)least_of(polling, bench, 0) / (double)bench->sockets, BENCH_SOCKET);
	bench_say(bench, "poll_moved", (double)least_of(polling, bench, bench->pairs) / (double)bench->sockets,
		  BENCH_SOCKET);
	must_be(atomic_load(&polling->self.polls_full) == 2 + 2 * BENCH_TIMES);
	must_be(atomic_load(&polling->self.walk_emitted) >= (2 + 2 * BENCH_TIMES) * bench->sockets);
	polling_free(polling);

	polling = polling_new(UINT64_MAX);
	polling_poll(polling);
	polling_poll(polling);
	bench_say(bench, "poll_delta", (double)least_of(polling, bench, bench->pairs / 100) / (double)bench->sockets,
		  BENCH_SOCKET);
	must_be(atomic_load(&polling->self.polls_full) == 1);
	polling_free(polling);
}
