// SPDX-License-Identifier: GPL-2.0
/*
 * vmtest SUITE [ARGUMENT ...]: runs one suite, in a guest of its own or on a machine that may be spoilt. Wants root and
 * the module; prints TAP. Environment: SCALE, the size of populations in percent; SKSTAT_MODULE, where the module is.
 */
#include <string.h>

#include "suite.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} suites[] = {
#define SUITE_ENTRY(name) { #name, suite_##name },
	SKSTAT_TEST_SUITES(SUITE_ENTRY)
#undef SUITE_ENTRY
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	for (size_t i = 0; argc > 1 && i < sizeof(suites) / sizeof(*suites); i++) {
		if (!strcmp(argv[1], suites[i].name))
			return suites[i].run(argc - 2, argv + 2) ? 1 : 0;
	}
	fprintf(stderr, "usage: vmtest SUITE [ARGUMENT ...]\nsuites:");
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
		fprintf(stderr, " %s", suites[i].name);
	fputc('\n', stderr);
	return 2;
}
