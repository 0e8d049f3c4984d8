/* SPDX-License-Identifier: GPL-2.0 */
/* The parameters of a request of the API: what is asked of the kernel. Pure. */
#ifndef SKSTAT_SERVE_PARAMETER_H
#define SKSTAT_SERVE_PARAMETER_H

#include <stdbool.h>

#include "source/error.h"
#include "source/option.h"

/* `options` is initialised by its owner. */
struct skstat_parameters {
	struct skstat_options *options;
	const char *const *refused; /* names that are not for this request, up to NULL; NULL: none */
	bool raw;
	struct skstat_error error;
};

/* One of them; `value` may be NULL. 0, or -EINVAL, also in taken->error with a sentence. */
int skstat_parameter_take(struct skstat_parameters *taken, const char *name, const char *value);

#endif
