/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns PROTOCOL and L4. Anybody on the wire can make up protocols, and with each of them fill places: what is not
 * on these lists is SKSTAT_KEY_OTHER.
 */
#ifndef SKSTAT_KNOWN_H
#define SKSTAT_KNOWN_H

#include <linux/types.h>

/* An EtherType, in host order. */
u32 skstat_known_protocol(__be16 protocol);

/* An IPPROTO_*. */
u32 skstat_known_l4(u8 protocol);

#endif
