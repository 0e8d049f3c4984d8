/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKSTAT_SOURCE_ERROR_H
#define SKSTAT_SOURCE_ERROR_H

/* Why something failed: a negative errno and a sentence, the kernel's own where it gave one. No full stop, no \n. */
struct skstat_error {
	int err;
	char text[256];
};

/* Sets `error` unless it is NULL; a sentence that is too long is cut. Returns err. */
int skstat_error_set(struct skstat_error *error, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
