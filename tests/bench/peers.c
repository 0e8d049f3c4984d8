// SPDX-License-Identifier: GPL-2.0
/* Others who read the same sockets, as they are. */
#include <fcntl.h>

#include "../vm/lib/command.h"
#include "../vm/lib/must.h"
#include "bench.h"
#include "process.h"

#define PORT	 "7740"
#define SCRAPES	 8 /* of which each second one or so collects garbage */
#define IDLE_SECOND 1000000000ull

static void run(void *arg)
{
	process_await(process_start(arg));
}

static void program(const struct bench *bench, const char *name, const char **argv)
{
	bench_say(bench, name, (double)bench_best(2, run, argv) / (double)bench->sockets, BENCH_SOCKET);
}

void figure_ss_tinem(const struct bench *bench)
{
	const char *argv[] = { "ss", "-tinem", NULL };

	program(bench, "ss_tinem", argv);
}

void figure_ss_tn(const struct bench *bench)
{
	const char *argv[] = { "ss", "-tn", NULL };

	program(bench, "ss_tn", argv);
}

struct text {
	size_t lines;
	char buffer[64 * 1024];
};

static void read_text(void *arg)
{
	struct text *text = arg;
	int fd = must(open("/proc/net/tcp", O_RDONLY | O_CLOEXEC));

	while (must(read(fd, text->buffer, sizeof(text->buffer))) > 0)
		;
	close(fd);
}

static void count_lines(struct text *text)
{
	int fd = must(open("/proc/net/tcp", O_RDONLY | O_CLOEXEC));
	ssize_t length;

	while ((length = must(read(fd, text->buffer, sizeof(text->buffer)))) > 0)
		for (ssize_t i = 0; i < length; i++)
			text->lines += text->buffer[i] == '\n';
	close(fd);
}

void figure_proc_net_tcp(const struct bench *bench)
{
	struct text text = { 0 };

	count_lines(&text);
	must_be(text.lines > bench->sockets);
	bench_say(bench, "proc_net_tcp", (double)bench_best(BENCH_TIMES, read_text, &text) / (double)bench->sockets,
		  BENCH_SOCKET);
}

/* A program of its own does it, for the library that it takes: bpf/bpf_iter.c. */
void figure_bpf_iter(const struct bench *bench)
{
	unsigned long records, instructions;
	char said[256];

	must_be(command_read("bpf_iter", said, sizeof(said)));
	must_be(sscanf(said, "records=%lu instructions=%lu", &records, &instructions) == 2);
	must_be(records >= bench->sockets);
	bench_say(bench, "bpf_iter", (double)instructions / (double)bench->sockets, BENCH_SOCKET);
}

/* Where it waits, time passes: what it has run is asked of the kernel. */
void figure_node_exporter(const struct bench *bench)
{
	const char *argv[] = { "prometheus-node-exporter", "--collector.disable-defaults", "--collector.tcpstat",
			 "--web.disable-exporter-metrics", "--web.listen-address=127.0.0.1:" PORT, NULL };
	pid_t pid = process_start(argv);
	uint64_t before;

	process_get(PORT, "/metrics");
	before = process_time(pid);
	for (int i = 0; i < SCRAPES; i++)
		must_be(process_get(PORT, "/metrics") > 100);
	bench_say(bench, "node_exporter",
		  (double)(process_time(pid) - before) / SCRAPES / (double)bench->sockets, BENCH_SOCKET);
	process_kill(pid);
}

/* A loop that counts only itself: what more there is in a second is the guest's. */
static void spin(void *arg)
{
	for (volatile uint64_t left = *(const uint64_t *)arg; left; left--)
		;
}

void figure_idle(const struct bench *bench)
{
	uint64_t few = 300000, many;
	double turn, all;

	turn = (double)bench_best(40, spin, &few) / (double)few;
	many = (uint64_t)((double)IDLE_SECOND / turn);
	all = (double)bench_once(spin, &many);
	bench_say(bench, "idle", (all - turn * (double)many) / all * 1000, "permille");
}
