// SPDX-License-Identifier: GPL-2.0
/*
 * skbench [--sockets N] [--netns N] [--receive BYTES] FIGURE...: measures figures, in a guest of its own, as root.
 * Prints a line for each figure (bench_say()), and TAP for the lab.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../vm/lib/must.h"
#include "bench.h"
#include "log/log.h"

struct figure {
	const char *name, *help;
	void (*measure)(const struct bench *bench);
	bool alone; /* without the population */
};

static const struct figure figures[] = {
#define FIGURE_ALONE(name, help) { #name, help, figure_##name, true },
#define FIGURE(name, help)	 { #name, help, figure_##name, false },
	BENCH_FIGURES_ALONE(FIGURE_ALONE)
	BENCH_FIGURES(FIGURE)
#undef FIGURE_ALONE
#undef FIGURE
};

#define FIGURES (sizeof(figures) / sizeof(*figures))

static int usage(void)
{
	fprintf(stderr, "usage: skbench [--sockets N] [--netns N] [--receive BYTES] FIGURE...\n");
	for (size_t i = 0; i < FIGURES; i++)
		fprintf(stderr, "  %-18s%s\n", figures[i].name, figures[i].help);
	return 2;
}

static const struct figure *figure_find(const char *name)
{
	for (size_t i = 0; i < FIGURES; i++)
		if (!strcmp(figures[i].name, name))
			return &figures[i];
	return NULL;
}

static size_t measure(const struct bench *bench, char **names, bool alone, size_t done)
{
	for (; *names; names++) {
		const struct figure *figure = must_have(figure_find(*names));

		if (figure->alone != alone)
			continue;
		figure->measure(bench);
		printf("ok %zu - %s\n", ++done, figure->name);
	}
	return done;
}

static size_t number(const char *text)
{
	size_t value = strtoul(text, NULL, 10);

	must_be(value > 0);
	return value;
}

#define KHUGEPAGED "/sys/kernel/mm/transparent_hugepage/khugepaged/"

static void set(const char *path, const char *value)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return;
	fputs(value, file);
	fclose(file);
}

/* A thread of the kernel's that merges pages in its own time would be counted with whatever runs just then. */
static void quiet(void)
{
	set(KHUGEPAGED "pages_to_scan", "1");
	set(KHUGEPAGED "scan_sleep_millisecs", "4294967295");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "sockets", required_argument, NULL, 's' },
		{ "netns", required_argument, NULL, 'n' },
		{ "receive", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct bench bench = { .sockets = 10000, .namespaces = 1, .receive = BENCH_RECEIVE };
	size_t done, populated = 0;
	int option;

	setvbuf(stdout, NULL, _IOLBF, 0);
	skstat_log_init(SKSTAT_LOG_WARN, SKSTAT_LOG_LOGFMT, NULL);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return usage();
		*(option == 's' ? &bench.sockets : option == 'n' ? &bench.namespaces : &bench.receive) =
			number(optarg);
	}
	argv += optind;
	for (char **name = argv; *name; name++) {
		const struct figure *figure = figure_find(*name);

		if (!figure)
			return usage();
		populated += !figure->alone;
	}
	if (!*argv)
		return usage();
	printf("1..%d\n", argc - optind);
	quiet();
	done = measure(&bench, argv, true, 0);
	if (populated)
		bench_populate(&bench);
	measure(&bench, argv, false, done);
	if (populated)
		bench_release(&bench);
	return 0;
}
