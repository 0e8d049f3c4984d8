/* SPDX-License-Identifier: GPL-2.0 */
/* Words of a configuration file as values. All return 0, or -EINVAL for what is none. Pure. */
#ifndef SKSTAT_CONFIG_VALUE_H
#define SKSTAT_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/view_config.h"

/* Decimal digits alone, `least` to `most`. */
int skstat_value_number(const char *text, uint64_t least, uint64_t most, uint64_t *number);

/* true, yes, on; false, no, off. */
int skstat_value_switch(const char *text, bool *on);

/* "80", "8000-8099": 1 to 65535. */
int skstat_value_ports(const char *text, uint16_t *first, uint16_t *last);

/*
 * "10.0.0.0/8", "2001:db8::/32", "10.1.2.3". -ERANGE: there are bits behind the length, which `prefix` then is
 * without.
 */
int skstat_value_prefix(const char *text, struct skstat_view_prefix *prefix);

/* "10.0.0.0/8", of a prefix. */
#define SKSTAT_PREFIX_TEXT 64
void skstat_value_prefix_write(const struct skstat_view_prefix *prefix, char text[SKSTAT_PREFIX_TEXT]);

/* "0x10/0xff", "16": of a mark. The mask is all ones where there is none. */
int skstat_value_mark(const char *text, uint32_t *mark, uint32_t *mask);

/* What an edge is of. */
enum skstat_edge_kind { SKSTAT_EDGE_NUMBER, SKSTAT_EDGE_SECONDS, SKSTAT_EDGE_BYTES };

/* "0.5", "100us", "1.5s", "64KiB": above 0, in the base unit. */
int skstat_value_edge(const char *text, double *edge, enum skstat_edge_kind *kind);

/* A name that somebody may give: letters, digits, "_", "-", ".", a letter first, 63 characters at most. */
bool skstat_value_is_name(const char *text);

/* A label of Prometheus: letters, digits and "_", no digit first, no "__" first. */
bool skstat_value_is_label(const char *text);

#endif
