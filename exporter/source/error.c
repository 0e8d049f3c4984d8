// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "error.h"

int skstat_error_set(struct skstat_error *error, int err, const char *format, ...)
{
	va_list args;

	if (error) {
		error->err = err;
		va_start(args, format);
		vsnprintf(error->text, sizeof(error->text), format, args);
		va_end(args);
	}
	return err;
}
