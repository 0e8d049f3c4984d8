// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "golden.h"

static void golden_write(const char *path, const struct skstat_buffer *made)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(made->data, 1, made->length, file), made->length);
	assert_int_equal(fclose(file), 0);
}

void golden_check(const char *path, const struct skstat_buffer *made)
{
	static char golden[1 << 18];
	FILE *file;
	size_t length, same = 0;

	if (getenv("SKSTAT_GOLDEN_UPDATE"))
		golden_write(path, made);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s is not there: SKSTAT_GOLDEN_UPDATE=1 writes it", path);
	length = fread(golden, 1, sizeof(golden), file);
	fclose(file);
	assert_in_range(length, 1, sizeof(golden) - 1);
	while (same < length && same < made->length && golden[same] == made->data[same])
		same++;
	if (same < length || same < made->length)
		fail_msg("%s is another from byte %zu on. It has:\n%.*s\nmade was:\n%.*s", path, same,
			 (int)(length - same), golden + same, (int)(made->length - same), made->data + same);
}
