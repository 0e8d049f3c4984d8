// SPDX-License-Identifier: GPL-2.0
#include "format.h"
#include "protobuf_format.h"
#include "text_format.h"

static const struct {
	const char *type;
	void (*render)(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale);
} formats[] = {
	[SKSTAT_FORMAT_TEXT] = { "text/plain; version=0.0.4; charset=utf-8", skstat_text_render },
	[SKSTAT_FORMAT_OPENMETRICS] = { "application/openmetrics-text; version=1.0.0; charset=utf-8",
					skstat_openmetrics_render },
	[SKSTAT_FORMAT_PROTOBUF] = { "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
				     "encoding=delimited", skstat_protobuf_render },
};

const char *skstat_format_type(enum skstat_format format)
{
	return formats[format].type;
}

void skstat_format_render(enum skstat_format format, struct skstat_buffer *buffer, const struct skstat_families *set,
			  bool stale)
{
	formats[format].render(buffer, set, stale);
}

struct skstat_family skstat_up_family(struct skstat_series *series, bool stale)
{
	*series = (struct skstat_series){ .value = !stale };
	return (struct skstat_family){
		.name = SKSTAT_UP, .unit = "", .help = SKSTAT_UP_HELP, .type = SKSTAT_METRIC_GAUGE,
		.series = series, .count = 1,
	};
}
