// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "sink.h"

/* A new kind of sink goes here. */
static const struct skstat_sink_kind *const kinds[] = {
	&skstat_sink_stdout, &skstat_sink_file, &skstat_sink_udp, &skstat_sink_unix, &skstat_sink_unixgram,
};

const struct skstat_sink_kind *skstat_sink_find(const char *to, const char **where, struct skstat_error *error)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i]->name);

		if (strncmp(to, kinds[i]->name, length) != 0 || (to[length] && to[length] != ':'))
			continue;
		*where = to + length + (to[length] == ':');
		return kinds[i]->check(*where, error) ? NULL : kinds[i];
	}
	skstat_error_set(error, -EINVAL, "\"%.60s\" is no place for a stream: write stdout, file:/PATH, "
					 "udp://HOST:PORT, unix:/PATH or unixgram:/PATH", to);
	return NULL;
}
