// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

static const struct {
	const char *name;
	uint64_t bytes;
} units[] = {
	{ "KiB", UINT64_C(1) << 10 }, { "MiB", UINT64_C(1) << 20 }, { "GiB", UINT64_C(1) << 30 },
	{ "kB", 1000 },		      { "MB", 1000000 },	    { "GB", 1000000000 },
};

int skstat_size_parse(const char *text, uint64_t *bytes)
{
	uint64_t number;
	char *end;

	if (strcmp(text, "0") == 0) {
		*bytes = 0;
		return 0;
	}
	/* strtoull() would take blanks and signs. */
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	for (size_t i = 0; !errno && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, end) == 0 && !__builtin_mul_overflow(number, units[i].bytes, bytes))
			return 0;
	return -EINVAL;
}
