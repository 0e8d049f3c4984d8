// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* From the largest to the smallest: each may stand once, in this order. */
static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "d", 86400000000000 }, { "h", 3600000000000 }, { "m", 60000000000 }, { "s", 1000000000 }, { "ms", 1000000 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

int skstat_duration_parse(const char *text, uint64_t *ns)
{
	size_t unit = 0;
	uint64_t sum = 0;

	if (strcmp(text, "0") == 0) {
		*ns = 0;
		return 0;
	}
	do {
		uint64_t number;
		size_t length;
		char *end;

		/* strtoull() would take blanks and signs. */
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		errno = 0;
		number = strtoull(text, &end, 10);
		if (errno)
			return -EINVAL;
		length = strcspn(end, "0123456789");
		while (unit < UNITS &&
		       (strlen(units[unit].name) != length || memcmp(units[unit].name, end, length) != 0))
			unit++;
		if (unit == UNITS || __builtin_mul_overflow(number, units[unit].ns, &number) ||
		    __builtin_add_overflow(sum, number, &sum))
			return -EINVAL;
		unit++;
		text = end + length;
	} while (*text);
	*ns = sum;
	return 0;
}
