// SPDX-License-Identifier: GPL-2.0
/* What an exporter needs that has seen all sockets, and has been scraped. */
#include <time.h>

#include "../vm/lib/module.h"
#include "../vm/lib/must.h"
#include "bench.h"
#include "process.h"

#define PORT	 "7730"
#define OF_ITSELF (12 << 20) /* what it may have without a socket */
#define SETTLED_SECONDS 3

void figure_memory(const struct bench *bench)
{
	static const char *const argv[] = { "skstat_exporter", "--source=netlink", "--web.listen-address=127.0.0.1:" PORT,
				      "--user=", "--poll.interval=200ms", "--poll.full-interval=400ms", NULL };
	double memory;
	pid_t pid;

	module_require();
	pid = process_start(argv);
	process_get(PORT, "/-/ready");
	must_be(process_get(PORT, "/metrics") > 1000);
	nanosleep(&(struct timespec){ .tv_sec = SETTLED_SECONDS }, NULL);
	must_be(process_get(PORT, "/metrics") > 1000);
	memory = (double)process_memory(pid);
	bench_say(bench, "memory_all", memory, "bytes");
	bench_say(bench, "memory", (memory - OF_ITSELF) / (double)bench->sockets, "bytes/socket");
	process_kill(pid);
}
