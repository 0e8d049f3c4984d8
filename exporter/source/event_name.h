/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words for what an event says of itself, in JSON and as the labels of metrics. Constant and pure; callable from
 * any thread.
 */
#ifndef SKSTAT_SOURCE_EVENT_NAME_H
#define SKSTAT_SOURCE_EVENT_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "decode.h"

/* The enumerator in lower case: "handshake", "refused", "fin_local"; NULL of a number that is not known, and of 0. */
const char *skstat_open_name(uint32_t kind);
const char *skstat_fail_name(uint32_t kind);
const char *skstat_close_name(uint32_t kind);

/* One of these three, by the record's kind; "none" of listen events, which have no kinds. */
const char *skstat_event_kind_name(enum skstat_kind record, uint32_t kind);

/* "in", "out", or "unknown" of 0; NULL of a number that is not known. */
const char *skstat_event_direction_name(uint32_t direction);

/* Whether the event knows this field of the group EVENT, by its flags: where it does not, the field is 0. */
bool skstat_event_knows(const struct skstat_sample *sample, const struct skstat_field *field);

#endif
