/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions and reasons by number: names of the running kernel, never addresses.
 */
#ifndef SKSTAT_SYMBOL_H
#define SKSTAT_SYMBOL_H

#include <linux/types.h>

#define SKSTAT_SYMBOL_LENGTH 128

/* The number of the place in the kernel where this address is; 0: no room. Any context. No lock, no allocation. */
u32 skstat_symbol_id(const void *location);

/*
 * The name of the lowest number that is at least `id`, or 0 when there is none: a function's name without offset;
 * `unknown` when the kernel has none. That of a module that is gone stays as it was. Process context.
 */
u32 skstat_symbol_name(u32 id, char *name);

/* Likewise of enum skb_drop_reason and enum sk_rst_reason, as the running kernel numbers them. */
u32 skstat_drop_reason_name(u32 id, char *name);
u32 skstat_rst_reason_name(u32 id, char *name);

int skstat_symbol_start(void);
void skstat_symbol_exit(void);

#endif
