/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses, prefixes and states as people write them. Pure; callable from any thread.
 */
#ifndef SKSTAT_SOURCE_TEXT_H
#define SKSTAT_SOURCE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <skstat/record.h>

#include "query.h"

#define SKSTAT_ADDRESS_TEXT 46 /* INET6_ADDRSTRLEN, the end included */

/* "ESTAB", "TIME-WAIT", ...: as ss writes it, but CLOSE for TCP_CLOSE; NULL of a number that is no state. */
const char *skstat_state_text(uint32_t state);

/* The state of that name (any case, '-' or '_'; "established" and "estab"), or -1. */
int skstat_state_parse(const char *text);

/* An address of a record whose identity says `family`. Always ends `text`; "" of a family that is not known. */
void skstat_address_text(const struct skstat_addr *address, uint8_t family, char text[SKSTAT_ADDRESS_TEXT]);

/*
 * "10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::ffff:10.0.0.0/104". IPv4 becomes mapped, as the module wants it. Bits
 * beyond the length are left as they were written. 0 or -EINVAL.
 */
int skstat_prefix_parse(const char *text, struct skstat_prefix *prefix);

/* "80" or "8000-8999". 0 or -EINVAL; a maximum below the minimum is -EINVAL too. */
int skstat_range_parse(const char *text, struct skstat_range *range);

#endif
