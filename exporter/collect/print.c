// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "print.h"
#include "render/text_format.h"

int skstat_snapshot_print(struct skstat_store *store, FILE *out, struct skstat_error *error)
{
	struct skstat_snapshot *snapshot = skstat_store_take(store);
	struct skstat_buffer text = { 0 };

	if (!snapshot)
		return 0;
	skstat_text_render(&text, snapshot->families, false);
	skstat_snapshot_put(snapshot);
	error->err = 0;
	errno = 0;
	if (text.failed) {
		error->err = -ENOMEM;
		snprintf(error->text, sizeof(error->text), "no memory for the metrics' text");
	} else if (fwrite(text.data, 1, text.length, out) != text.length || fflush(out)) {
		error->err = errno ? -errno : -EIO;
		snprintf(error->text, sizeof(error->text), "the metrics cannot be written: %s", strerror(-error->err));
	}
	skstat_buffer_free(&text);
	return error->err;
}
