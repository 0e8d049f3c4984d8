/* SPDX-License-Identifier: GPL-2.0 */
/* Remote addresses by prefix. Addresses are IPv6, or IPv4 as v4-mapped, with 96 bits more. Pure. */
#ifndef SKSTAT_MODEL_PREFIX_H
#define SKSTAT_MODEL_PREFIX_H

#include <stddef.h>

#include <skstat/record.h>

#include "view_config.h"

#define SKSTAT_PREFIX_TEXT 52 /* an address, a slash, three digits and the 0 */

bool skstat_prefix_has(const struct skstat_view_prefix *prefix, const struct skstat_addr *address);

/* The longest of the list that has it, the first of several; or NULL. */
const struct skstat_view_prefix *skstat_prefix_find(const struct skstat_view_prefix *list, size_t count,
						    const struct skstat_addr *address);

/* "10.1.2.0/24", "2001:db8::/48": so many bits of it, counted from the family's own beginning. */
void skstat_prefix_text(const struct skstat_addr *address, bool ipv4, unsigned int bits,
			char text[SKSTAT_PREFIX_TEXT]);

#endif
