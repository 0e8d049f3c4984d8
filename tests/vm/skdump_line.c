// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "render/json.h"
#include "skdump.h"

void quit(int status, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	va_start(args, format);
	fputs("skdump: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(status);
}

void check(int err, const struct skstat_error *error)
{
	if (err)
		quit(1, "%s", error->text);
}

json_t *number(uint64_t value)
{
	return value > INT64_MAX ? json_real((double)value) : json_integer((json_int_t)value);
}

json_t *decimal(uint64_t value)
{
	return json_sprintf("%llu", (unsigned long long)value);
}

void put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		quit(1, "no memory for JSON, or \"%s\" is not UTF-8", key);
}

void print_line(json_t *object)
{
	if (json_dumpf(object, stdout, JSON_COMPACT) || putchar('\n') == EOF)
		quit(1, "standard output: %m");
	json_decref(object);
}

int sample_print(const struct skstat_sample *sample, void *arg)
{
	json_t *object = skstat_sample_json(sample, arg, 0, true);

	if (!object)
		quit(1, "no memory for JSON");
	print_line(object);
	return 0;
}
