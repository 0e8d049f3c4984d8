// SPDX-License-Identifier: GPL-2.0
/* Streams held against everything else that was asked for, and against those of another config. */
#include <errno.h>
#include <string.h>

#include "model/view_copy.h"
#include "stream.h"

int skstat_streams_check(const struct skstat_config *config, struct skstat_error *error)
{
	size_t printed = 0;

	for (size_t i = 0; i < config->streams; i++) {
		const struct skstat_stream_config *stream = &config->stream[i];

		if (stream->what & SKSTAT_STREAM_EVENTS && !config->journal)
			return skstat_error_set(error, -EINVAL, "stream %s: there are no events without the journal: "
								"leave --no-journal out", stream->name);
		printed += strcmp(stream->to, "stdout") == 0;
		if (printed && config->once)
			return skstat_error_set(error, -EINVAL, "stream %s: standard output has the metrics, by "
								"--once: write it to a file", stream->name);
		if (printed > 1)
			return skstat_error_set(error, -EINVAL, "stream %s: standard output has a stream already: "
								"write it to a file", stream->name);
		for (size_t j = 0; j < i; j++)
			if (strncmp(stream->to, "file:", strlen("file:")) == 0 &&
			    strcmp(stream->to, config->stream[j].to) == 0)
				return skstat_error_set(error, -EINVAL, "stream %s: %s is stream %s's: write it to "
									"another file", stream->name, stream->to,
							config->stream[j].name);
	}
	return 0;
}

static bool match_same(const struct skstat_stream_config *a, const struct skstat_stream_config *b)
{
	struct skstat_view_config one = skstat_view_default, other = skstat_view_default;

	one.match = a->match;
	other.match = b->match;
	return a->matching == b->matching && skstat_view_equal(&one, &other);
}

/* Those of --stream are an option's, and compared as such. */
bool skstat_streams_same(const struct skstat_config *a, const struct skstat_config *b)
{
	size_t count = a->streams - a->stream_texts;

	if (count != b->streams - b->stream_texts)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct skstat_stream_config *one = &a->stream[i], *other = &b->stream[i];

		if (strcmp(one->name, other->name) != 0 || strcmp(one->to, other->to) != 0 ||
		    one->what != other->what || one->format != other->format || one->sample != other->sample ||
		    one->queue != other->queue || one->rotate_size != other->rotate_size ||
		    one->rotate_keep != other->rotate_keep || !match_same(one, other))
			return false;
	}
	return true;
}
