/* SPDX-License-Identifier: GPL-2.0 */
/* Prometheus' protobuf format: families as skstat_format_render() has them. Pure. */
#ifndef SKSTAT_RENDER_PROTOBUF_FORMAT_H
#define SKSTAT_RENDER_PROTOBUF_FORMAT_H

#include "buffer.h"
#include "model/family.h"

/*
 * A MetricFamily (docs/metrics.proto) for each family, behind its length as a varint. A histogram has its classic
 * buckets, without +Inf, and, where there are finer ones, those of a native histogram too. What starts at 0 with the
 * process says when that was, by the set's process_start_time_seconds. A byte that is not UTF-8 becomes U+FFFD.
 */
void skstat_protobuf_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale);

#endif
